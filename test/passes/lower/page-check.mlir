// RUN: attnc-opt %s -attn-choose-schedule=target=sm_80 -convert-attn-to-tile -split-input-file | FileCheck %s
// The launch of debug builds that looks at lengths and tables: of rings, of beams, and of tokens that are only put into a cache.

// Room is a matter of slots, and new tokens have to have some. What is written goes by the table as it came, what is read by the cleaned one.
// CHECK-LABEL: tile.kernel @ring_p_fwd
// CHECK-NOT: {tile.name = "block_table"}
// CHECK: tile.view_rows "k_rows" {{.*}} cyclic kRing=46
// CHECK-LABEL: tile.kernel @ring_p_append
// CHECK-NOT: "cleaned_pages"
// CHECK-NOT: "readable_pages"
// CHECK: {tile.name = "block_table"}
// CHECK-LABEL: tile.kernel @ring_p_check_pages
// CHECK: %[[LENGTH:.*]] = tile.let "kv_len"
// CHECK: %[[FIRST:.*]] = tile.let "first_index"
// CHECK: %[[FAR:.*]] = tile.let "length_report"
// CHECK: %[[ROOM:.*]] = tile.let "block_table_room"
// CHECK: %[[READ:.*]] = tile.check_pages %{{.*}} length %[[LENGTH]] room %[[ROOM]] readable {{.*}} page <kPage = 16> ring <kRing = 46> keep <kKeep = 4>
// CHECK: %[[PAGES:.*]] = tile.let "block_table_report" %[[READ]]
// CHECK: %[[OLDEST:.*]] = tile.let "oldest"
// CHECK: %[[PUT:.*]] = tile.check_append %[[FIRST]] count %{{.*}} room %[[ROOM]] pages {{.*}} oldest %[[OLDEST]] ring <kRing = 46> keep <kKeep = 4>
// CHECK: %[[NEW:.*]] = tile.let "block_table_append_report" %[[PUT]]
// CHECK: tile.store_report %[[FAR]], %[[PAGES]], %[[NEW]] to
// CHECK-LABEL: tile.program @ring_p
// CHECK-SAME: <name = "debug_pages", elementType = i32, shape = ["batch"], output = true
attn.kernel @ring_p(%arg0: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %arg1: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %arg2: !attn.tokens<2x64xf16, packed> {attn.name = "v"}, %arg3: !attn.cache<2x64xf16, nhd page 16 window 50 keep 4> {attn.name = "k_cache"}, %arg4: !attn.cache<2x64xf16, nhd page 16 window 50 keep 4> {attn.name = "v_cache"}, %arg5: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}, !attn.rows<4xf32, packed> {attn.name = "lse"}, !attn.pairs<4xf32, packed> {attn.name = "debug_scores"}, !attn.cache<2x64xf16, nhd page 16 window 50 keep 4> {attn.name = "k_cache"}, !attn.cache<2x64xf16, nhd page 16 window 50 keep 4> {attn.name = "v_cache"}) attributes {attn.new_tokens = 1 : i64, lengths = #attn<lengths both>} {
  %result = attn.append %arg1 to %arg3 pages %arg5 : !attn.side<["batch", "max_pages"], i32> : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd page 16 window 50 keep 4>
  %result_0 = attn.append %arg2 to %arg4 pages %arg5 : !attn.side<["batch", "max_pages"], i32> : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd page 16 window 50 keep 4>
  %0 = attn.cached %result pages %arg5 : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x64xf16, nhd page 16 window 50 keep 4> -> !attn.tokens<2x64xf16, packed>
  %1 = attn.cached %result_0 pages %arg5 : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x64xf16, nhd page 16 window 50 keep 4> -> !attn.tokens<2x64xf16, packed>
  %out, %rest:2 = attn.attention %arg0, %0, %1 scale 1.250000e-01 statistics ["lse", "debug_scores"] anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, 4, s1)>, <(d0, d1)[s0, s1, s2, s3] -> (s1 - 46, 0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, 4, s1)>, exact = true> score {
  } mask {
  ^bb0(%arg6: index, %arg7: index, %arg8: index, %arg9: index, %arg10: index, %arg11: index):
    %2 = arith.cmpi sle, %arg9, %arg8 : index
    %c4 = arith.constant 4 : index
    %3 = arith.cmpi slt, %arg9, %c4 : index
    %4 = arith.subi %arg11, %arg9 : index
    %c47 = arith.constant 47 : index
    %5 = arith.cmpi slt, %4, %c47 : index
    %6 = arith.ori %3, %5 : i1
    %7 = arith.andi %2, %6 : i1
    attn.yield %7 : i1
  } : (!attn.tokens<4x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> (!attn.tokens<4x64xf16, packed>, !attn.rows<4xf32, packed>, !attn.pairs<4xf32, packed>)
  attn.return %out, %rest#0, %rest#1, %result, %result_0 : !attn.tokens<4x64xf16, packed>, !attn.rows<4xf32, packed>, !attn.pairs<4xf32, packed>, !attn.cache<2x64xf16, nhd page 16 window 50 keep 4>, !attn.cache<2x64xf16, nhd page 16 window 50 keep 4>
}

// -----

// Whose tokens are read is cleaned as well, for each table, and no request has more than the table of beams.
// CHECK-LABEL: tile.kernel @beams_p_fwd
// CHECK-SAME: {tile.name = "max_len"}
// CHECK-SAME: {tile.name = "beams_k_pages"}
// CHECK-NOT: {tile.name = "cache_indirection"}
// CHECK-LABEL: tile.kernel @beams_p_check_pages
// CHECK: %[[GROUP:.*]] = tile.let "first_beam"
// CHECK: %[[PROMPT:.*]] = tile.let "prompt_len"
// CHECK: %[[BEAMS:.*]] = tile.check_beams length %{{.*}} room %{{.*}} beams %{{.*}} most %[[MOST:.*]] prompt %[[PROMPT]] cleaned {{.*}} pages {{.*}} stride {{.*}} page <kPage = 16>
// CHECK: %[[REPORT:.*]] = tile.let "k_block_table_beams_report" %[[BEAMS]]
// CHECK: tile.store_report %{{.*}}, %{{.*}}, %[[REPORT]], %{{.*}} to
// CHECK: tile.let "v_block_table_beams_report"
// CHECK-LABEL: tile.program @beams_p
// CHECK-SAME: name = "beams_k_pages", bytes = "batch * max_len * 4"
attn.kernel @beams_p(%arg0: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %arg1: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %arg2: !attn.tokens<2x64xf16, packed> {attn.name = "v"}, %arg3: !attn.cache<2x64xf16, nhd page 16> {attn.name = "k_cache"}, %arg4: !attn.cache<2x64xf16, nhd page 16> {attn.name = "v_cache"}, %arg5: !attn.side<["batch", "max_len"], i32> {attn.name = "cache_indirection"}, %arg6: !attn.side<["batch"], i32> {attn.name = "prompt_lens"}, %arg7: !attn.side<["batch", "max_pages"], i32> {attn.name = "k_block_table"}, %arg8: !attn.side<["batch", "max_pages"], i32> {attn.name = "v_block_table"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}, !attn.rows<4xf32, packed> {attn.name = "lse"}, !attn.pairs<4xf32, packed> {attn.name = "debug_scores"}, !attn.cache<2x64xf16, nhd page 16> {attn.name = "k_cache"}, !attn.cache<2x64xf16, nhd page 16> {attn.name = "v_cache"}) attributes {attn.new_tokens = 1 : i64, lengths = #attn<lengths both>} {
  %result = attn.append %arg1 to %arg3 pages %arg7 : !attn.side<["batch", "max_pages"], i32> : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd page 16>
  %result_0 = attn.append %arg2 to %arg4 pages %arg8 : !attn.side<["batch", "max_pages"], i32> : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd page 16>
  %0 = attn.cached %result pages %arg7 : !attn.side<["batch", "max_pages"], i32> beams 2 %arg5 : !attn.side<["batch", "max_len"], i32> prompts %arg6 : !attn.side<["batch"], i32> : !attn.cache<2x64xf16, nhd page 16> -> !attn.tokens<2x64xf16, packed>
  %1 = attn.cached %result_0 pages %arg8 : !attn.side<["batch", "max_pages"], i32> beams 2 %arg5 : !attn.side<["batch", "max_len"], i32> prompts %arg6 : !attn.side<["batch"], i32> : !attn.cache<2x64xf16, nhd page 16> -> !attn.tokens<2x64xf16, packed>
  %out, %rest:2 = attn.attention %arg0, %0, %1 scale 1.250000e-01 statistics ["lse", "debug_scores"] anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>, exact = true> score {
  } mask {
  ^bb0(%arg9: index, %arg10: index, %arg11: index, %arg12: index, %arg13: index, %arg14: index):
    %2 = arith.cmpi sle, %arg12, %arg11 : index
    attn.yield %2 : i1
  } : (!attn.tokens<4x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> (!attn.tokens<4x64xf16, packed>, !attn.rows<4xf32, packed>, !attn.pairs<4xf32, packed>)
  attn.return %out, %rest#0, %rest#1, %result, %result_0 : !attn.tokens<4x64xf16, packed>, !attn.rows<4xf32, packed>, !attn.pairs<4xf32, packed>, !attn.cache<2x64xf16, nhd page 16>, !attn.cache<2x64xf16, nhd page 16>
}

// -----

// Nothing is read: there are no lengths and no cleaned tables for others, and the report is that of the new tokens alone.
// CHECK-LABEL: tile.kernel @ap_c_check_pages
// CHECK-NOT: tile.check_pages
// CHECK: %[[FIRST:.*]] = tile.let "first_index"
// CHECK: %[[PUT:.*]] = tile.check_append %[[FIRST]] count %{{.*}} room %{{.*}}
// CHECK: %[[NEW:.*]] = tile.let "cache_append_report" %[[PUT]]
// CHECK: tile.store_report %[[NEW]] to
// CHECK-LABEL: tile.program @ap_c
// CHECK-SAME: <name = "debug_pages"
// CHECK-NOT: readable_pages
// CHECK: tile.launch @ap_c_check_pages
attn.kernel @ap_c(%arg0: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %arg1: !attn.tokens<2x64xf16, packed> {attn.name = "v"}, %arg2: !attn.cache<2x64xf16, nhd> {attn.name = "k_cache"}, %arg3: !attn.cache<2x64xf16, nhd> {attn.name = "v_cache"}, %arg4: !attn.side<["batch"], i32> {attn.name = "write_indices"}) -> (!attn.cache<2x64xf16, nhd> {attn.name = "k_cache"}, !attn.cache<2x64xf16, nhd> {attn.name = "v_cache"}) attributes {attn.debug, lengths = #attn<lengths both>} {
  %result = attn.append %arg0 to %arg2 first %arg4 : !attn.side<["batch"], i32> : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd>
  %result_0 = attn.append %arg1 to %arg3 first %arg4 : !attn.side<["batch"], i32> : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd>
  attn.return %result, %result_0 : !attn.cache<2x64xf16, nhd>, !attn.cache<2x64xf16, nhd>
}

// -----

// A part of a CSR table that reaches out of it ends where the table does, for what is written too.
// CHECK-LABEL: tile.kernel @csr_append
// CHECK: %[[BEGIN:.*]] = tile.let "first_page"
// CHECK: %[[PAGES:.*]] = tile.let "pages"
// CHECK: %[[LEFT:.*]] = arith.subi %{{.*}}, %[[BEGIN]] : index
// CHECK: %[[LISTED:.*]] = arith.minsi %[[PAGES]], %[[LEFT]]
// CHECK: %[[STARTS:.*]] = arith.cmpi sge, %[[BEGIN]]
// CHECK: arith.select %[[STARTS]], %[[LISTED]]
// CHECK: tile.let "k_end"
// CHECK-LABEL: tile.kernel @csr_check_pages
// CHECK: arith.cmpi sge
// CHECK: tile.let "page_indices_room"
attn.kernel @csr(%arg0: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %arg1: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %arg2: !attn.tokens<2x64xf16, packed> {attn.name = "v"}, %arg3: !attn.cache<2x64xf16, nhd page 16> {attn.name = "k_cache"}, %arg4: !attn.cache<2x64xf16, nhd page 16> {attn.name = "v_cache"}, %arg5: !attn.side<["total_pages"], i32> {attn.name = "page_indices"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}, !attn.rows<4xf32, packed> {attn.name = "lse"}, !attn.pairs<4xf32, packed> {attn.name = "debug_scores"}, !attn.cache<2x64xf16, nhd page 16> {attn.name = "k_cache"}, !attn.cache<2x64xf16, nhd page 16> {attn.name = "v_cache"}) attributes {attn.new_tokens = 1 : i64, lengths = #attn<lengths both>} {
  %result = attn.append %arg1 to %arg3 pages %arg5 : !attn.side<["total_pages"], i32> : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd page 16>
  %result_0 = attn.append %arg2 to %arg4 pages %arg5 : !attn.side<["total_pages"], i32> : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd page 16>
  %0 = attn.cached %result pages %arg5 : !attn.side<["total_pages"], i32> : !attn.cache<2x64xf16, nhd page 16> -> !attn.tokens<2x64xf16, packed>
  %1 = attn.cached %result_0 pages %arg5 : !attn.side<["total_pages"], i32> : !attn.cache<2x64xf16, nhd page 16> -> !attn.tokens<2x64xf16, packed>
  %out, %rest:2 = attn.attention %arg0, %0, %1 scale 1.250000e-01 statistics ["lse", "debug_scores"] anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>, exact = true> score {
  } mask {
  ^bb0(%arg6: index, %arg7: index, %arg8: index, %arg9: index, %arg10: index, %arg11: index):
    %2 = arith.cmpi sle, %arg9, %arg8 : index
    attn.yield %2 : i1
  } : (!attn.tokens<4x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> (!attn.tokens<4x64xf16, packed>, !attn.rows<4xf32, packed>, !attn.pairs<4xf32, packed>)
  attn.return %out, %rest#0, %rest#1, %result, %result_0 : !attn.tokens<4x64xf16, packed>, !attn.rows<4xf32, packed>, !attn.pairs<4xf32, packed>, !attn.cache<2x64xf16, nhd page 16>, !attn.cache<2x64xf16, nhd page 16>
}
