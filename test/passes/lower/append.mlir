// RUN: attnc-opt %s -convert-attn-to-tile -split-input-file | FileCheck %s
// The launch that puts new keys and values into caches, before the one that attends.

// A block has some tokens of a request and a KV head; what is stored is bounded by the request's length and its table.
// CHECK-LABEL: tile.kernel @paged_fwd
// CHECK-LABEL: tile.kernel @paged_append
// CHECK: %[[REQUEST:.*]] = tile.let "request"
// CHECK: %[[HEAD:.*]] = tile.let "kv_head"
// CHECK: tile.exit_if
// CHECK: %[[FIRST:.*]] = tile.let "first_index"
// CHECK: %[[POSITION:.*]] = tile.let "first_position"
// CHECK: tile.copy_async %{{.*}}[%{{.*}}] valid %{{.*}}, %{{.*}} to %[[K:.*]] : {{.*}} -> !tile.shared<kTileNew=64 x kHeadDim=64, bf16>
// CHECK: tile.copy_async %{{.*}}[%{{.*}}] valid %{{.*}}, %{{.*}} to %[[V:.*]] :
// CHECK: tile.commit
// CHECK: tile.rope neox <kHeadDim = 64> %[[K]] {{.*}} rows_end
// CHECK: tile.store_rows %[[K]] to %{{.*}}[%{{.*}}] valid_end %{{.*}} : {{.*}} -> !tile.global_rows<kHeadDim=64, bf16, writable true>
// CHECK: %[[ROWS:.*]] = tile.view_rows "k_cache_rows" {{.*}} pages %{{.*}}[%{{.*}}] of %{{.*}} : {{.*}} -> !tile.global_rows<kHeadDim=64, f8E4M3FN, writable true paged kPage=16>
// CHECK: %[[END:.*]] = tile.let "k_end"
// CHECK: %[[SCALE:.*]] = tile.read_side
// CHECK: %[[FACTOR:.*]] = tile.let "k_factor"
// CHECK: tile.quantise %[[K]] factor %[[FACTOR]] to %[[BYTES:.*]] :
// CHECK: tile.store_rows %[[BYTES]] to %[[ROWS]][%[[POSITION]]] valid_begin %c0 valid_end %[[END]]
// CHECK: tile.store_rows %[[V]] to %{{.*}}[%[[POSITION]]] valid_begin %c0
// CHECK-LABEL: tile.program @paged
// CHECK-SAME: <name = "q", elementType = bf16, shape = ["total_q", "8", "64"]
// CHECK-SAME: <name = "k", elementType = bf16, shape = ["total_q", "2", "64"]
// CHECK-SAME: <name = "k_cache", elementType = f8E4M3FN, shape = ["pages", "16", "2", "64"], output = true, strided = true, alignment = 16, inPlace = true>
// CHECK-SAME: <name = "v_cache", elementType = bf16, shape = ["pages", "16", "2", "64"], output = true, strided = true, alignment = 16, inPlace = true>
// CHECK-SAME: <name = "out"
// CHECK-SAME: <name = "k_rotated", elementType = bf16, shape = ["total_q", "2", "64"], output = true
// CHECK: tile.launch @paged_append
// CHECK: tile.launch @paged_fwd
attn.kernel @paged(%q: !attn.tokens<8x64xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xbf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xbf16, packed> {attn.name = "v"},
                   %kc: !attn.cache<2x64xf8E4M3FN, nhd page 16> {attn.name = "k_cache"}, %vc: !attn.cache<2x64xbf16, nhd page 16> {attn.name = "v_cache"},
                   %scale: !attn.side<[1], f32> {attn.name = "k_scale"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"}, %theta: !attn.side<[32], f32> {attn.name = "theta"})
    -> (!attn.tokens<8x64xbf16, packed> {attn.name = "out"}, !attn.tokens<2x64xbf16, packed> {attn.name = "k_rotated"},
        !attn.cache<2x64xf8E4M3FN, nhd page 16> {attn.name = "k_cache"}, !attn.cache<2x64xbf16, nhd page 16> {attn.name = "v_cache"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %rotated = attn.rope neox keys %k dim 64 inverse_frequencies %theta : (!attn.tokens<2x64xbf16, packed>, !attn.side<[32], f32>) -> !attn.tokens<2x64xbf16, packed>
  %keys = attn.append %rotated to %kc pages %t : !attn.side<["batch", "max_pages"], i32> scale %scale : !attn.side<[1], f32>
      : !attn.tokens<2x64xbf16, packed> -> !attn.cache<2x64xf8E4M3FN, nhd page 16>
  %values = attn.append %v to %vc pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.tokens<2x64xbf16, packed> -> !attn.cache<2x64xbf16, nhd page 16>
  %a = attn.cached %keys pages %t : !attn.side<["batch", "max_pages"], i32> scale %scale : !attn.side<[1], f32> : !attn.cache<2x64xf8E4M3FN, nhd page 16> -> !attn.tokens<2x64xbf16, packed>
  %b = attn.cached %values pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x64xbf16, nhd page 16> -> !attn.tokens<2x64xbf16, packed>
  %o = attn.attention %q, %a, %b scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {}
      : (!attn.tokens<8x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<8x64xbf16, packed>
  attn.return %o, %rotated, %keys, %values : !attn.tokens<8x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.cache<2x64xf8E4M3FN, nhd page 16>, !attn.cache<2x64xbf16, nhd page 16>
}

// -----

// Nothing attends: one launch, places from the indices, no length of keys; both halves of a pair.
// CHECK-LABEL: tile.kernel @alone_append
// CHECK-NOT: "kv_lens"
// CHECK: tile.load
// CHECK: tile.let "first_index"
// CHECK: tile.view_rows "k_cache_rows" {{.*}} -> !tile.global_rows<kHeadDim=64, f16, writable true>
// CHECK: tile.view_rows "v_cache_rows"
// CHECK-LABEL: tile.program @alone
// CHECK-SAME: <name = "kv_cache", elementType = f16, shape = ["batch", "2", "2", "capacity", "64"], output = true
// CHECK-SAME: <name = "write_indices", elementType = i32, shape = ["batch"]>
// CHECK-SAME: dims []
// CHECK: tile.launch @alone_append grid ["ceildiv(q_len, 64)", "2", "batch"]
// CHECK-NOT: tile.launch
attn.kernel @alone(%k: !attn.tokens<2x64xf16, bhsd> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, bhsd> {attn.name = "v"},
                   %c: !attn.cache<2x64xf16, hnd pair> {attn.name = "kv_cache"}, %i: !attn.side<["batch"], i32> {attn.name = "write_indices"})
    -> (!attn.cache<2x64xf16, hnd pair> {attn.name = "kv_cache"})
    attributes {lengths = #attn<lengths none>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 16, stages = 1, warps = 4>} {
  %0 = attn.append %k to %c first %i : !attn.side<["batch"], i32> : !attn.tokens<2x64xf16, bhsd> -> !attn.cache<2x64xf16, hnd pair>
  %1 = attn.append %v to %0 values first %i : !attn.side<["batch"], i32> : !attn.tokens<2x64xf16, bhsd> -> !attn.cache<2x64xf16, hnd pair>
  attn.return %1 : !attn.cache<2x64xf16, hnd pair>
}
