// RUN: attnc-opt %s -convert-attn-to-tile -split-input-file | FileCheck %s
// What becomes of the scales of quantised caches that do not fold as a whole.

// Keys of 8 bits with a scale a token become a tile of floats; values of 16 bits are used as they are.
// CHECK-LABEL: tile.kernel @by_token_fwd
// CHECK: %[[ROWS:.*]] = tile.view_rows "k_rows" {{.*}} -> !tile.global_rows<kHeadDim=64, i8 paged kPage=16>
// CHECK: %[[SCALES:.*]] = tile.view_rows "k_scale_rows" {{.*}} -> !tile.global_rows<kKeyGroups=1, f32 aligned 4 paged kPage=16>
// CHECK-NOT: "v_scale_rows"
// CHECK: %[[BYTES:.*]] = tile.alloc "k_bytes" : !tile.shared<kTileKv=32 x kHeadDim=64, i8>
// CHECK: %[[TILE:.*]] = tile.alloc "k_tile" : !tile.shared<kTileKv=32 x kHeadDim=64, bf16>
// CHECK-NOT: "v_bytes"
// CHECK: tile.loop "keys"
// CHECK-NEXT: ^bb0(%[[KV:.*]]: index)
// CHECK: tile.copy_async %[[ROWS]][%[[KV]]] {{.*}} to %[[BYTES]] :
// CHECK: tile.dequantise %[[BYTES]] scales %[[SCALES]][%[[KV]]] : {{.*}} to %[[TILE]] :
// CHECK: tile.mma_abt %{{.*}} = %{{.*}}, %[[TILE]] :
// CHECK-LABEL: tile.program @by_token
// CHECK-SAME: <name = "k_scales", elementType = f32, shape = ["pages", "16", "2", "1"], strided = true>
attn.kernel @by_token(%q: !attn.tokens<4x64xbf16, packed> {attn.name = "q"}, %k_cache: !attn.cache<2x64xi8, nhd page 16> {attn.name = "k_cache"}, %v_cache: !attn.cache<2x64xbf16, nhd page 16> {attn.name = "v_cache"}, %k_scales: !attn.cache<2x1xf32, nhd page 16> {attn.name = "k_scales"}, %block_table: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"})
    -> (!attn.tokens<4x64xbf16, packed> {attn.name = "out"})
    attributes {attn.pins = {locations = {stages = loc("by_token.yaml":8:45), tile_kv = loc("by_token.yaml":8:33), tile_q = loc("by_token.yaml":8:20), warps = loc("by_token.yaml":8:55)}, stages = 2 : i64, tile_kv = 32 : i64, tile_q = 64 : i64, warps = 4 : i64}, lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %0 = attn.cached %k_cache pages %block_table : !attn.side<["batch", "max_pages"], i32> scale %k_scales : !attn.cache<2x1xf32, nhd page 16> : !attn.cache<2x64xi8, nhd page 16> -> !attn.tokens<2x64xbf16, packed>
  %1 = attn.cached %v_cache pages %block_table : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x64xbf16, nhd page 16> -> !attn.tokens<2x64xbf16, packed>
  %out = attn.attention %q, %0, %1 scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<4x64xbf16, packed>
  attn.return %out : !attn.tokens<4x64xbf16, packed>
}

// -----

// Two elements of 4 bits in a byte, with scales of 32 dims each.
// CHECK-LABEL: tile.kernel @four_bits_fwd
// CHECK: tile.view_rows "k_rows" {{.*}} : !tile.pointer<i8> -> !tile.global_rows<kHeadDimBytes=32, i8>
// CHECK: tile.view_rows "k_scale_rows" {{.*}} -> !tile.global_rows<kKeyGroups=2, f32 aligned 8>
// CHECK: tile.view_rows "v_scale_rows" {{.*}} -> !tile.global_rows<kValueGroups=2, f32 aligned 8>
// CHECK: tile.dequantise {{.*}} : !tile.shared<kTileKv=32 x kHeadDimBytes=32, i8> -> !tile.shared<kTileKv=32 x kHeadDim=64, bf16>
// CHECK: tile.mma_abt
// CHECK: tile.dequantise {{.*}} : !tile.shared<kTileKv=32 x kHeadDimBytes=32, i8> -> !tile.shared<kTileKv=32 x kHeadDim=64, bf16>
// CHECK: tile.mma_ab
// CHECK-LABEL: tile.program @four_bits
// CHECK-SAME: <name = "k_cache", elementType = i8, shape = ["batch", "capacity", "2", "32"]
attn.kernel @four_bits(%q: !attn.tokens<4x64xbf16, packed> {attn.name = "q"}, %k_cache: !attn.cache<2x64xi4, nhd> {attn.name = "k_cache"}, %v_cache: !attn.cache<2x64xi4, nhd> {attn.name = "v_cache"}, %k_scales: !attn.cache<2x2xf32, nhd> {attn.name = "k_scales"}, %v_scales: !attn.cache<2x2xf32, nhd> {attn.name = "v_scales"})
    -> (!attn.tokens<4x64xbf16, packed> {attn.name = "out"})
    attributes {attn.pins = {locations = {stages = loc("four_bits.yaml":8:45), tile_kv = loc("four_bits.yaml":8:33), tile_q = loc("four_bits.yaml":8:20), warps = loc("four_bits.yaml":8:55)}, stages = 2 : i64, tile_kv = 32 : i64, tile_q = 64 : i64, warps = 4 : i64}, lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %0 = attn.cached %k_cache scale %k_scales : !attn.cache<2x2xf32, nhd> : !attn.cache<2x64xi4, nhd> -> !attn.tokens<2x64xbf16, packed>
  %1 = attn.cached %v_cache scale %v_scales : !attn.cache<2x2xf32, nhd> : !attn.cache<2x64xi4, nhd> -> !attn.tokens<2x64xbf16, packed>
  %out = attn.attention %q, %0, %1 scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<4x64xbf16, packed>
  attn.return %out : !attn.tokens<4x64xbf16, packed>
}

// -----

// By channel: those of keys go into the queries, once, those of values into the columns of the output; tiles stay bytes.
// CHECK-LABEL: tile.kernel @by_channel_fwd
// CHECK: %[[KV_HEAD:.*]] = tile.let "kv_head"
// CHECK: %[[ROW:.*]] = tile.view_rows "k_scale_row" {{.*}} -> !tile.global_rows<kHeadDim=64, f32>
// CHECK: %[[Q:.*]] = tile.alloc "q_tile"
// CHECK: %[[ACC:.*]] = tile.alloc "acc"
// CHECK: tile.scale_row %[[ROW]] to %[[Q]] :
// CHECK: tile.loop "keys"
// CHECK-NOT: tile.dequantise
// CHECK: tile.mma_abt %{{.*}} = %[[Q]], %{{.*}} : {{.*}}, !tile.shared<kTileKv=32 x kHeadDim=64, f8E4M3FN>
// CHECK: tile.map %[[ACC]] {
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %{{.*}}: index, %[[COLUMN:.*]]: index)
// CHECK: %[[SCALE:.*]] = tile.read_side %{{.*}}[%[[KV_HEAD]], %[[COLUMN]]]
// CHECK: arith.mulf %[[X]], %[[SCALE]]
// CHECK-LABEL: tile.program @by_channel
// CHECK-SAME: <name = "k_scale", elementType = f32, shape = ["2", "64"], alignment = 16>
attn.kernel @by_channel(%q: !attn.tokens<4x64xbf16, packed> {attn.name = "q"}, %k_cache: !attn.cache<2x64xf8E4M3FN, nhd> {attn.name = "k_cache"}, %v_cache: !attn.cache<2x64xf8E4M3FN, nhd> {attn.name = "v_cache"}, %k_scale: !attn.side<["kv_heads", 64], f32> {attn.name = "k_scale"}, %v_scale: !attn.side<["kv_heads", 64], f32> {attn.name = "v_scale"})
    -> (!attn.tokens<4x64xbf16, packed> {attn.name = "out"})
    attributes {attn.pins = {locations = {stages = loc("by_channel.yaml":8:45), tile_kv = loc("by_channel.yaml":8:33), tile_q = loc("by_channel.yaml":8:20), warps = loc("by_channel.yaml":8:55)}, stages = 2 : i64, tile_kv = 32 : i64, tile_q = 64 : i64, warps = 4 : i64}, lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %0 = attn.cached %k_cache scale %k_scale : !attn.side<["kv_heads", 64], f32> : !attn.cache<2x64xf8E4M3FN, nhd> -> !attn.tokens<2x64xbf16, packed>
  %1 = attn.cached %v_cache scale %v_scale : !attn.side<["kv_heads", 64], f32> : !attn.cache<2x64xf8E4M3FN, nhd> -> !attn.tokens<2x64xbf16, packed>
  %out = attn.attention %q, %0, %1 scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<4x64xbf16, packed>
  attn.return %out : !attn.tokens<4x64xbf16, packed>
}

// -----

// New tokens get a scale each from the launch that stores them, where they have a place.
// CHECK-LABEL: tile.kernel @quantise_append_append
// CHECK: %[[POSITION:.*]] = tile.let "first_position"
// CHECK: %[[K:.*]] = tile.alloc "k_tile"
// CHECK: %[[ROWS:.*]] = tile.view_rows "k_cache_rows"
// CHECK: %[[END:.*]] = tile.let "k_end"
// CHECK: %[[BYTES:.*]] = tile.alloc "k_bytes" : !tile.shared<kTileNew=64 x kHeadDim=64, i8>
// CHECK: %[[SCALES:.*]] = tile.view_rows "k_scale_rows" {{.*}} -> !tile.global_rows<kKeyGroups=1, f32, writable true aligned 4>
// CHECK: tile.quantise_rows %[[K]] scales %[[SCALES]][%[[POSITION]]] valid %{{.*}}, %[[END]] to %[[BYTES]] :
// CHECK: tile.store_rows %[[BYTES]] to %[[ROWS]][%[[POSITION]]] valid_begin %{{.*}} valid_end %[[END]]
// CHECK: tile.quantise_rows
// CHECK-LABEL: tile.program @quantise_append
// CHECK-SAME: <name = "k_scales", elementType = f32, shape = ["batch", "capacity", "2", "1"], output = true, strided = true, inPlace = true>
attn.kernel @quantise_append(%q: !attn.tokens<4x64xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xbf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xbf16, packed> {attn.name = "v"}, %k_cache: !attn.cache<2x64xi8, nhd> {attn.name = "k_cache"}, %v_cache: !attn.cache<2x64xi8, nhd> {attn.name = "v_cache"}, %k_scales: !attn.cache<2x1xf32, nhd> {attn.name = "k_scales"}, %v_scales: !attn.cache<2x1xf32, nhd> {attn.name = "v_scales"})
    -> (!attn.tokens<4x64xbf16, packed> {attn.name = "out"}, !attn.cache<2x64xi8, nhd> {attn.name = "k_cache"}, !attn.cache<2x64xi8, nhd> {attn.name = "v_cache"}, !attn.cache<2x1xf32, nhd> {attn.name = "k_scales"}, !attn.cache<2x1xf32, nhd> {attn.name = "v_scales"})
    attributes {attn.pins = {locations = {stages = loc("quantise_append.yaml":8:45), tile_kv = loc("quantise_append.yaml":8:33), tile_q = loc("quantise_append.yaml":8:20), warps = loc("quantise_append.yaml":8:55)}, stages = 2 : i64, tile_kv = 32 : i64, tile_q = 64 : i64, warps = 4 : i64}, lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %result, %scales = attn.append %k to %k_cache scale %k_scales : !attn.cache<2x1xf32, nhd> : !attn.tokens<2x64xbf16, packed> -> !attn.cache<2x64xi8, nhd>, !attn.cache<2x1xf32, nhd>
  %result_0, %scales_1 = attn.append %v to %v_cache scale %v_scales : !attn.cache<2x1xf32, nhd> : !attn.tokens<2x64xbf16, packed> -> !attn.cache<2x64xi8, nhd>, !attn.cache<2x1xf32, nhd>
  %0 = attn.cached %result scale %scales : !attn.cache<2x1xf32, nhd> : !attn.cache<2x64xi8, nhd> -> !attn.tokens<2x64xbf16, packed>
  %1 = attn.cached %result_0 scale %scales_1 : !attn.cache<2x1xf32, nhd> : !attn.cache<2x64xi8, nhd> -> !attn.tokens<2x64xbf16, packed>
  %out = attn.attention %q, %0, %1 scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<4x64xbf16, packed>
  attn.return %out, %result, %result_0, %scales, %scales_1 : !attn.tokens<4x64xbf16, packed>, !attn.cache<2x64xi8, nhd>, !attn.cache<2x64xi8, nhd>, !attn.cache<2x1xf32, nhd>, !attn.cache<2x1xf32, nhd>
}

// -----

// New tokens of 4 bits: two columns become one byte, a scale is of 16 columns, and attention reads what is stored.
// CHECK-LABEL: tile.kernel @four_bit_append_fwd
// CHECK: tile.dequantise {{.*}} : !tile.shared<kTileKv=32 x kHeadDimBytes=32, i8> -> !tile.shared<kTileKv=32 x kHeadDim=64, bf16>
// CHECK-LABEL: tile.kernel @four_bit_append_append
// CHECK: %[[K:.*]] = tile.alloc "k_tile" : !tile.shared<kTileNew=64 x kHeadDim=64, bf16>
// CHECK: %[[ROWS:.*]] = tile.view_rows "k_cache_rows" {{.*}} -> !tile.global_rows<kHeadDimBytes=32, i8, writable true>
// CHECK: %[[BYTES:.*]] = tile.alloc "k_bytes" : !tile.shared<kTileNew=64 x kHeadDimBytes=32, i8>
// CHECK: %[[SCALES:.*]] = tile.view_rows "k_scale_rows" {{.*}} -> !tile.global_rows<kKeyGroups=4, f32, writable true>
// CHECK: tile.quantise_rows %[[K]] scales %[[SCALES]]{{.*}} to %[[BYTES]] :
// CHECK: tile.store_rows %[[BYTES]] to %[[ROWS]]
// CHECK-LABEL: tile.program @four_bit_append
// CHECK-SAME: <name = "k_cache", elementType = i8, shape = ["batch", "capacity", "2", "32"], output = true, strided = true, alignment = 16, inPlace = true>
attn.kernel @four_bit_append(%q: !attn.tokens<4x64xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xbf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xbf16, packed> {attn.name = "v"}, %k_cache: !attn.cache<2x64xi4, nhd> {attn.name = "k_cache"}, %v_cache: !attn.cache<2x64xi4, nhd> {attn.name = "v_cache"}, %k_scales: !attn.cache<2x4xf32, nhd> {attn.name = "k_scales"}, %v_scales: !attn.cache<2x4xf32, nhd> {attn.name = "v_scales"})
    -> (!attn.tokens<4x64xbf16, packed> {attn.name = "out"}, !attn.cache<2x64xi4, nhd> {attn.name = "k_cache"}, !attn.cache<2x64xi4, nhd> {attn.name = "v_cache"}, !attn.cache<2x4xf32, nhd> {attn.name = "k_scales"}, !attn.cache<2x4xf32, nhd> {attn.name = "v_scales"})
    attributes {attn.pins = {locations = {stages = loc("four_bit_append.yaml":8:45), tile_kv = loc("four_bit_append.yaml":8:33), tile_q = loc("four_bit_append.yaml":8:20), warps = loc("four_bit_append.yaml":8:55)}, stages = 2 : i64, tile_kv = 32 : i64, tile_q = 64 : i64, warps = 4 : i64}, lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %result, %scales = attn.append %k to %k_cache scale %k_scales : !attn.cache<2x4xf32, nhd> : !attn.tokens<2x64xbf16, packed> -> !attn.cache<2x64xi4, nhd>, !attn.cache<2x4xf32, nhd>
  %result_0, %scales_1 = attn.append %v to %v_cache scale %v_scales : !attn.cache<2x4xf32, nhd> : !attn.tokens<2x64xbf16, packed> -> !attn.cache<2x64xi4, nhd>, !attn.cache<2x4xf32, nhd>
  %0 = attn.cached %result scale %scales : !attn.cache<2x4xf32, nhd> : !attn.cache<2x64xi4, nhd> -> !attn.tokens<2x64xbf16, packed>
  %1 = attn.cached %result_0 scale %scales_1 : !attn.cache<2x4xf32, nhd> : !attn.cache<2x64xi4, nhd> -> !attn.tokens<2x64xbf16, packed>
  %out = attn.attention %q, %0, %1 scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<4x64xbf16, packed>
  attn.return %out, %result, %result_0, %scales, %scales_1 : !attn.tokens<4x64xbf16, packed>, !attn.cache<2x64xi4, nhd>, !attn.cache<2x64xi4, nhd>, !attn.cache<2x4xf32, nhd>, !attn.cache<2x4xf32, nhd>
}
