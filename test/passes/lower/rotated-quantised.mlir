// RUN: attnc-opt %s -convert-attn-to-tile -split-input-file | FileCheck %s
// Quantised keys that are rotated as they are read: their scales are part of their tiles, and of nothing else.

// One scale for all rows is read again and again, no elements apart.
// CHECK-LABEL: tile.kernel @by_head_fwd
// CHECK: %[[ZERO:.*]] = arith.constant 0 : index
// CHECK: %[[STRIDE:.*]] = arith.index_cast %[[ZERO]] : index to i64
// CHECK: %[[SCALES:.*]] = tile.view_rows "k_scale_rows" {{.*}} stride %[[STRIDE]] : {{.*}} -> !tile.global_rows<kKeyGroups=1, f32 aligned 4>
// CHECK: %[[BYTES:.*]] = tile.alloc "k_bytes" : !tile.shared<kTileKv=32 x kHeadDim=64, f8E4M3FN>
// CHECK: %[[TILE:.*]] = tile.alloc "k_tile" : !tile.shared<kTileKv=32 x kHeadDim=64, bf16>
// CHECK-NOT: "scale_log2"
// CHECK: tile.loop "keys"
// CHECK-NEXT: ^bb0(%[[KV:.*]]: index)
// CHECK: tile.dequantise %[[BYTES]] scales %[[SCALES]][%[[KV]]] : {{.*}} to %[[TILE]] :
// CHECK-NEXT: tile.rope neox <kRotaryDim = 8> %[[TILE]]
// CHECK: tile.mma_abt %{{.*}} = %{{.*}}, %[[TILE]] :
attn.kernel @by_head(%q: !attn.tokens<4x64xbf16, packed> {attn.name = "q"}, %k_cache: !attn.cache<2x64xf8E4M3FN, nhd> {attn.name = "k_cache"}, %v_cache: !attn.cache<2x64xbf16, nhd> {attn.name = "v_cache"}, %k_scale: !attn.side<["kv_heads"], f32> {attn.name = "k_scale"})
    -> (!attn.tokens<4x64xbf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %0 = attn.cached %k_cache scale %k_scale : !attn.side<["kv_heads"], f32> : !attn.cache<2x64xf8E4M3FN, nhd> -> !attn.tokens<2x64xbf16, packed>
  %1 = attn.cached %v_cache : !attn.cache<2x64xbf16, nhd> -> !attn.tokens<2x64xbf16, packed>
  %2 = attn.rope neox keys %0 dim 8 frequencies [1.0, 0.1, 0.01, 0.001] : (!attn.tokens<2x64xbf16, packed>) -> !attn.tokens<2x64xbf16, packed>
  %out = attn.attention %q, %2, %1 scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<4x64xbf16, packed>
  attn.return %out : !attn.tokens<4x64xbf16, packed>
}

// -----

// Scales by channel are those of a tile's columns, and no longer of the queries.
// CHECK-LABEL: tile.kernel @by_channel_fwd
// CHECK: %[[ROW:.*]] = tile.view_rows "k_scale_row" {{.*}} -> !tile.global_rows<kHeadDim=64, f32>
// CHECK: %[[TILE:.*]] = tile.alloc "k_tile" : !tile.shared<kTileKv=32 x kHeadDim=64, bf16>
// CHECK-NOT: tile.scale_row
// CHECK: tile.loop "keys"
// CHECK: tile.dequantise %{{.*}} to %[[TILE]] :
// CHECK-NEXT: tile.scale_row %[[ROW]] to %[[TILE]] :
// CHECK-NEXT: tile.rope neox <kRotaryDim = 8> %[[TILE]]
// CHECK-LABEL: tile.program @by_channel
attn.kernel @by_channel(%q: !attn.tokens<4x64xbf16, packed> {attn.name = "q"}, %k_cache: !attn.cache<2x64xi8, nhd> {attn.name = "k_cache"}, %v_cache: !attn.cache<2x64xbf16, nhd> {attn.name = "v_cache"}, %k_scale: !attn.side<["kv_heads", 64], f32> {attn.name = "k_scale"})
    -> (!attn.tokens<4x64xbf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %0 = attn.cached %k_cache scale %k_scale : !attn.side<["kv_heads", 64], f32> : !attn.cache<2x64xi8, nhd> -> !attn.tokens<2x64xbf16, packed>
  %1 = attn.cached %v_cache : !attn.cache<2x64xbf16, nhd> -> !attn.tokens<2x64xbf16, packed>
  %2 = attn.rope neox keys %0 dim 8 frequencies [1.0, 0.1, 0.01, 0.001] : (!attn.tokens<2x64xbf16, packed>) -> !attn.tokens<2x64xbf16, packed>
  %out = attn.attention %q, %2, %1 scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<4x64xbf16, packed>
  attn.return %out : !attn.tokens<4x64xbf16, packed>
}
