// RUN: attnc-opt %s -convert-attn-to-tile -split-input-file | FileCheck %s
// The query heads that share a KV head as rows of one tile: row r is head r mod 4 of token r / 4.

// CHECK-LABEL: tile.kernel @rows_fwd
// CHECK: %[[KV_HEAD:.*]] = tile.let "kv_head"
// CHECK: %[[HEAD:.*]] = tile.let "first_head"
// CHECK: %[[FIRST:.*]] = tile.let "first_row"
// CHECK: %[[ROWS:.*]] = tile.let "rows"
// CHECK: %[[BEYOND:.*]] = arith.cmpi sge, %[[FIRST]], %[[ROWS]]
// CHECK-NEXT: tile.exit_if %[[BEYOND]]
// CHECK: tile.let "base_position"
// CHECK: arith.divsi %[[FIRST]]
// CHECK: tile.let "first_position"
// CHECK: tile.let "last_position"
// CHECK: tile.view_rows "q_rows" %{{.*}} offset %{{.*}} stride %[[HEADS:.*]] block_stride %{{.*}} : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 grouped kGroup=4>
// CHECK: tile.view_rows "k_rows" {{.*}} -> !tile.global_rows<kHeadDim=128, bf16>
// CHECK: tile.copy_async %{{.*}}[%[[FIRST]]] valid %c0, %[[ROWS]]
// CHECK: tile.view_rows "out_rows" {{.*}} -> !tile.global_rows<kHeadDim=128, bf16, writable true grouped kGroup=4>
// CHECK: tile.store_rows %{{.*}} to %{{.*}}[%[[FIRST]]] valid_end %[[ROWS]]
// CHECK: tile.launch @rows_fwd grid ["ceildiv(q_len * 4, 16)", "2", "batch"]
attn.kernel @rows(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 2, warps = 1, packing = true>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// Each row has the sink of its own head.
// CHECK-LABEL: tile.kernel @sinks_fwd
// CHECK: %[[SINKS:.*]] = tile.alloc "sinks" : !tile.row_vector<kTileQ=16, warps 1>
// CHECK: tile.map_rows %[[SINKS]] {
// CHECK: %[[MOD:.*]] = arith.remsi
// CHECK-NEXT: %[[H:.*]] = arith.addi %{{.*}}, %[[MOD]]
// CHECK: tile.read_side %{{.*}}[%[[H]]]
// CHECK: tile.finish {{.*}} row_sinks %[[SINKS]]
attn.kernel @sinks(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"}, %s: !attn.side<["heads"], f32> {attn.name = "sink"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 2, warps = 1, packing = true>} {
  %o = attn.attention %q, %k, %k scale 0.125 sinks %s anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.side<["heads"], f32>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// Statistics of a token's heads are neighbours.
// CHECK-LABEL: tile.kernel @lse_fwd
// CHECK: tile.store_row_values %{{.*}} to %{{.*}} offset %{{.*}} stride %{{.*}} group <kGroup = 4> rows
attn.kernel @lse(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}, !attn.rows<8xf32, packed> {attn.name = "lse"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 2, warps = 1, packing = true>} {
  %o:2 = attn.attention %q, %k, %k scale 0.125 statistics ["lse"] anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> (!attn.tokens<8x128xbf16, packed>, !attn.rows<8xf32, packed>)
  attn.return %o#0, %o#1 : !attn.tokens<8x128xbf16, packed>, !attn.rows<8xf32, packed>
}

// -----

// The largest logit of each head.
// CHECK-LABEL: tile.kernel @max_logit_fwd
// CHECK: tile.store_max %{{.*}} to %{{.*}} at %{{.*}} group <kGroup = 4> rows
attn.kernel @max_logit(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}, !attn.side<["heads"], f32> {attn.name = "max_logit"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 2, warps = 1, packing = true>} {
  %o:2 = attn.attention %q, %k, %k scale 0.125 statistics ["max_logit"] anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> (!attn.tokens<8x128xbf16, packed>, !attn.side<["heads"], f32>)
  attn.return %o#0, %o#1 : !attn.tokens<8x128xbf16, packed>, !attn.side<["heads"], f32>
}

// -----

// Dumps of a row are of its token and its head.
// CHECK-LABEL: tile.kernel @debug_fwd
// CHECK: tile.dump %{{.*}} group <kGroup = 4> stride %{{.*}} rows
attn.kernel @debug(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}, !attn.pairs<8xf32, packed> {attn.name = "debug_scores"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 2, warps = 1, packing = true>} {
  %o:2 = attn.attention %q, %k, %k scale 0.125 statistics ["debug_scores"] anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> (!attn.tokens<8x128xbf16, packed>, !attn.pairs<8xf32, packed>)
  attn.return %o#0, %o#1 : !attn.tokens<8x128xbf16, packed>, !attn.pairs<8xf32, packed>
}

// -----

// A mask that asks for the head computes the row's.
// CHECK-LABEL: tile.kernel @mask_of_heads_fwd
// CHECK: tile.map %{{.*}} {
// CHECK: arith.divsi
// CHECK: tile.let "q"
// CHECK: arith.remsi
// CHECK: %[[H:.*]] = tile.let "h"
// CHECK: tile.read_side %{{.*}}[%[[H]], %{{.*}}]
attn.kernel @mask_of_heads(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"}, %map: !attn.side<["heads", "kv_len"], i1> {attn.name = "map"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 2, warps = 1, packing = true>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], exact = false, unknown = ["map"]> score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %1 = attn.read %map[%h, %j] : !attn.side<["heads", "kv_len"], i1> -> i1
    attn.yield %1 : i1
  } : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// A block map is of all heads, and of rows in tokens.
// CHECK-LABEL: tile.kernel @block_map
// CHECK: tile.launch @block_map_block_map grid ["ceildiv(q_len * 4, 16)",
attn.kernel @block_map(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"}, %map: !attn.side<["q_len", "kv_len"], i1> {attn.name = "map"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 2, warps = 1, packing = true>, tile.block_map} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], exact = false, unknown = ["map"]> score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %1 = attn.read %map[%i, %j] : !attn.side<["q_len", "kv_len"], i1> -> i1
    attn.yield %1 : i1
  } : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}
