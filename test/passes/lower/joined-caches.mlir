// RUN: attnc-opt %s -convert-attn-to-tile -split-input-file | FileCheck %s
// New keys and values beside a cache that lacks them, and the launch of debug builds that looks at page tables.

// A tile of keys has rows of both; a bias and a rotation are those of the new ones alone.
// CHECK-LABEL: tile.kernel @joined_fwd
// CHECK: %[[Q_LEN:.*]] = tile.let "q_len"
// CHECK: %[[KV_LEN:.*]] = tile.let "kv_len"
// CHECK: %[[PRIOR:.*]] = tile.view_rows "k_rows" {{.*}} -> !tile.global_rows<kHeadDim=64, bf16 paged kPage=16>
// CHECK: %[[HELD:.*]] = arith.subi %[[KV_LEN]], %[[Q_LEN]]
// CHECK: %[[FIRST:.*]] = tile.let "first_active" %[[HELD]]
// CHECK: %[[NEW:.*]] = tile.view_rows "new_k_rows" {{.*}} -> !tile.global_rows<kHeadDim=64, bf16>
// CHECK: %[[BIAS:.*]] = tile.view_rows "new_k_bias_row"
// CHECK: %[[PRIOR_V:.*]] = tile.view_rows "v_rows"
// CHECK: %[[NEW_V:.*]] = tile.view_rows "new_v_rows"
// CHECK: tile.loop "keys"
// CHECK-NEXT: ^bb0(%[[KV:.*]]: index)
// CHECK: tile.copy_async %[[PRIOR]][%[[KV]]] joined %[[NEW]] from %[[FIRST]] : {{.*}} to %[[K:.*]] :
// CHECK: %[[BEGIN:.*]] = arith.subi %[[FIRST]], %[[KV]]
// CHECK: tile.add_row %[[BIAS]] to %[[K]] rows_begin %[[BEGIN]] :
// CHECK: tile.rope neox <kRotaryDim = 4> %[[K]] {{.*}} rows_begin %[[BEGIN]] {
// CHECK: tile.copy_async %[[PRIOR_V]][%[[KV]]] joined %[[NEW_V]] from %[[FIRST]] : {{.*}} to %[[V:.*]] :
// CHECK: tile.add_row %{{.*}} to %[[V]] rows_begin %{{.*}} :
attn.kernel @joined(%q: !attn.tokens<4x64xbf16, packed> {attn.name = "q"}, %q_bias: !attn.side<[4, 64], bf16> {attn.name = "q_bias"}, %k: !attn.tokens<2x64xbf16, packed> {attn.name = "k"}, %k_bias: !attn.side<[2, 64], bf16> {attn.name = "k_bias"}, %v: !attn.tokens<2x64xbf16, packed> {attn.name = "v"}, %v_bias: !attn.side<[2, 64], bf16> {attn.name = "v_bias"}, %k_cache: !attn.cache<2x64xbf16, nhd page 16> {attn.name = "k_cache"}, %v_cache: !attn.cache<2x64xbf16, nhd page 16> {attn.name = "v_cache"}, %block_table: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"})
    -> (!attn.tokens<4x64xbf16, packed> {attn.name = "out"})
    attributes {attn.pins = {locations = {stages = loc("joined.yaml":8:45), tile_kv = loc("joined.yaml":8:33), tile_q = loc("joined.yaml":8:20), warps = loc("joined.yaml":8:55)}, stages = 2 : i64, tile_kv = 32 : i64, tile_q = 64 : i64, warps = 4 : i64}, lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %0 = attn.add_bias %q, %q_bias : !attn.tokens<4x64xbf16, packed>, !attn.side<[4, 64], bf16>
  %1 = attn.add_bias %k, %k_bias : !attn.tokens<2x64xbf16, packed>, !attn.side<[2, 64], bf16>
  %2 = attn.add_bias %v, %v_bias : !attn.tokens<2x64xbf16, packed>, !attn.side<[2, 64], bf16>
  %3 = attn.cached %k_cache pages %block_table : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x64xbf16, nhd page 16> -> !attn.tokens<2x64xbf16, packed>
  %4 = attn.cached %v_cache pages %block_table : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x64xbf16, nhd page 16> -> !attn.tokens<2x64xbf16, packed>
  %5 = attn.rope neox keys %1 dim 4 frequencies [1.0, 0.01] : (!attn.tokens<2x64xbf16, packed>) -> !attn.tokens<2x64xbf16, packed>
  %6 = attn.join %3, %5 : !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>
  %7 = attn.join %4, %2 : !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>
  %8 = attn.rope neox queries %0 dim 4 frequencies [1.0, 0.01] : (!attn.tokens<4x64xbf16, packed>) -> !attn.tokens<4x64xbf16, packed>
  %out = attn.attention %8, %6, %7 scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<4x64xbf16, packed>
  attn.return %out : !attn.tokens<4x64xbf16, packed>
}

// -----

// A warp a request; a table for each pool that has one. What follows reads the table as it was cleaned, and no more keys than are readable.
// CHECK-LABEL: tile.kernel @checked_fwd
// CHECK-SAME: !tile.pointer<i32> {tile.name = "readable_k_pages"}
// CHECK-SAME: !tile.pointer<i32> {tile.name = "cleaned_k_pages"}
// CHECK-NOT: {tile.name = "k_block_table"}
// CHECK: %[[READABLE:.*]] = tile.load
// CHECK: arith.minsi
// CHECK: arith.minsi
// CHECK: tile.let "kv_len"
// CHECK-LABEL: tile.kernel @checked_check_pages
// CHECK-SAME: warps = 1
// CHECK: %[[REQUEST:.*]] = tile.let "request"
// CHECK: %[[LENGTH:.*]] = tile.let "kv_len"
// CHECK: %[[ROOM:.*]] = tile.let "k_block_table_room"
// CHECK: %[[CHECKED:.*]] = tile.check_pages %[[REQUEST]] length %[[LENGTH]] room %[[ROOM]] readable {{.*}} page <kPage = 16>
// CHECK: %[[REPORT:.*]] = tile.let "k_block_table_report" %[[CHECKED]]
// CHECK: tile.store_report %{{.*}}, %[[REPORT]] to
// CHECK: tile.check_pages %[[REQUEST]] length %[[LENGTH]]
// CHECK-LABEL: tile.program @checked
// CHECK-SAME: <name = "debug_k_pages", elementType = i32, shape = ["batch"], output = true
// CHECK: tile.launch @checked_check_pages grid ["1", "1", "batch"]
// CHECK-SAME: "workspace:cleaned_k_pages"
// CHECK: tile.launch @checked_fwd
// CHECK-SAME: "workspace:readable_k_pages", "workspace:readable_v_pages"
attn.kernel @checked(%q: !attn.tokens<4x64xbf16, packed> {attn.name = "q"}, %k_cache: !attn.cache<2x64xbf16, nhd page 16> {attn.name = "k_cache"}, %v_cache: !attn.cache<2x64xbf16, nhd page 16> {attn.name = "v_cache"}, %k_block_table: !attn.side<["batch", "max_pages"], i32> {attn.name = "k_block_table"}, %v_block_table: !attn.side<["batch", "max_pages"], i32> {attn.name = "v_block_table"})
    -> (!attn.tokens<4x64xbf16, packed> {attn.name = "out"}, !attn.pairs<4xf32, packed> {attn.name = "debug_scores"})
    attributes {attn.pins = {locations = {stages = loc("checked.yaml":8:45), tile_kv = loc("checked.yaml":8:33), tile_q = loc("checked.yaml":8:20), warps = loc("checked.yaml":8:55)}, stages = 2 : i64, tile_kv = 32 : i64, tile_q = 64 : i64, warps = 4 : i64}, lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %0 = attn.cached %k_cache pages %k_block_table : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x64xbf16, nhd page 16> -> !attn.tokens<2x64xbf16, packed>
  %1 = attn.cached %v_cache pages %v_block_table : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x64xbf16, nhd page 16> -> !attn.tokens<2x64xbf16, packed>
  %out, %rest = attn.attention %q, %0, %1 scale 1.250000e-01 statistics ["debug_scores"] anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> (!attn.tokens<4x64xbf16, packed>, !attn.pairs<4xf32, packed>)
  attn.return %out, %rest : !attn.tokens<4x64xbf16, packed>, !attn.pairs<4xf32, packed>
}
