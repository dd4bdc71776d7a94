// RUN: attnc-opt %s -convert-attn-to-tile -split-input-file | FileCheck %s

// The caller's tensors in the order q, k, v, lengths, side tensors, outputs; one launch over tiles, heads, requests.
// CHECK-LABEL: tile.program @program tensors
// CHECK-SAME: <name = "q", elementType = f16, shape = ["total_q", "2", "64"], strided = true, alignment = 16>
// CHECK-SAME: <name = "k", {{[^#]*}}#tile.tensor<name = "cu_q", elementType = i32, shape = ["batch + 1"]>
// CHECK-SAME: <name = "out", {{.*}}output = true, strided = true, alignment = 16>, #tile.tensor<name = "lse", elementType = f32, shape = ["total_q", "2"], output = true>]
// CHECK-SAME: scalars [#tile.scalar<name = "window", type = i32, defaultValue = 4.096000e+03 : f64>] dims ["q_len"
// CHECK-SAME: mask.exact = "true"
// CHECK: tile.launch @program_fwd grid ["ceildiv(q_len, 64)", "2", "batch"]
// CHECK-SAME: "tensor:cu_q"
// CHECK-SAME: "dim:q.stride0"
// CHECK-SAME: "scalar:window"
attn.kernel @program(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %w: i32 {attn.name = "window", attn.default = 4096 : i32}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}, !attn.rows<2xf32, packed> {attn.name = "lse"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o, %lse = attn.attention %q, %k, %k scale 0.125 statistics ["lse"] anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %w2 = arith.index_cast %w : i32 to index
    %v = arith.cmpi slt, %j, %w2 : index
    attn.yield %v : i1
  } : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> (!attn.tokens<2x64xf16, packed>, !attn.rows<2xf32, packed>)
  attn.return %o, %lse : !attn.tokens<2x64xf16, packed>, !attn.rows<2xf32, packed>
}

// -----

// Cumulative lengths give a request its rows and keys; a block beyond the request's rows ends.
// CHECK-LABEL: tile.kernel @packed_lengths_fwd
// CHECK-SAME: %[[CU_Q:[^:]*]]: !tile.pointer<i32> {tile.name = "cu_q"}, %[[CU_KV:[^:]*]]: !tile.pointer<i32> {tile.name = "cu_kv"}
// CHECK: %[[TILE:.*]] = tile.block_id 0 from_end
// CHECK: %[[ROW:.*]] = tile.let "first_row"
// CHECK: %[[LOAD:.*]] = tile.load %[[CU_Q]][%[[REQUEST:.*]]]
// CHECK-NEXT: %[[BEGIN:.*]] = tile.let "q_begin" %[[LOAD]]
// CHECK: %[[END:.*]] = tile.load %[[CU_Q]]
// CHECK-NEXT: %[[SIZE:.*]] = arith.subi %[[END]], %[[BEGIN]]
// CHECK-NEXT: %[[Q_LEN:.*]] = tile.let "q_len" %[[SIZE]]
// CHECK: tile.let "kv_begin"
// CHECK: tile.let "kv_len"
// CHECK: %[[BEYOND:.*]] = arith.cmpi sge, %[[ROW]], %[[Q_LEN]]
// CHECK-NEXT: tile.exit_if %[[BEYOND]]
attn.kernel @packed_lengths(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// Nothing varies: lengths are dims, and no block is partly padding.
// CHECK-LABEL: tile.kernel @padded_without_lengths_fwd
// CHECK-SAME: %[[Q:[^:]*]]: index {tile.name = "q_len"}, %[[KV:[^:]*]]: index {tile.name = "kv_len"}
// CHECK: tile.let "q_len" %[[Q]]
// CHECK: tile.let "kv_len" %[[KV]]
// CHECK-NOT: tile.exit_if
// CHECK-NOT: tile.map_rows
// CHECK: tile.return
attn.kernel @padded_without_lengths(%q: !attn.tokens<2x64xf16, padded> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, padded> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, padded> {attn.name = "out"}, !attn.rows<2xf32, padded> {attn.name = "lse"})
    attributes {lengths = #attn<lengths none>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o, %lse = attn.attention %q, %k, %k scale 0.125 statistics ["lse"] anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, padded>, !attn.tokens<2x64xf16, padded>, !attn.tokens<2x64xf16, padded>) -> (!attn.tokens<2x64xf16, padded>, !attn.rows<2xf32, padded>)
  attn.return %o, %lse : !attn.tokens<2x64xf16, padded>, !attn.rows<2xf32, padded>
}

// -----

// Only the keys' lengths vary.
// CHECK-LABEL: tile.kernel @padded_key_lengths_fwd
// CHECK-SAME: !tile.pointer<i32> {tile.name = "kv_lens"}
// CHECK-NOT: "q_lens"
// CHECK: %[[LOAD:.*]] = tile.load
// CHECK-NEXT: tile.let "kv_len" %[[LOAD]]
attn.kernel @padded_key_lengths(%q: !attn.tokens<2x64xf16, padded> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, padded> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, padded> {attn.name = "out"})
    attributes {lengths = #attn<lengths kv>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, padded>, !attn.tokens<2x64xf16, padded>, !attn.tokens<2x64xf16, padded>) -> !attn.tokens<2x64xf16, padded>
  attn.return %o : !attn.tokens<2x64xf16, padded>
}

// -----

// Rows past the request's length are stored as 0 and -inf, and a block of padding visits no key.
// CHECK-LABEL: tile.kernel @padding_rows_are_zeroed_fwd
// CHECK: %[[INSIDE:.*]] = arith.cmpi slt, %[[ROW:.*]], %[[LEN:.*]] : index
// CHECK-NEXT: %[[END:.*]] = arith.select %[[INSIDE]], %{{.*}}, %c0
// CHECK-NEXT: tile.let "key_end" %[[END]]
// CHECK: %[[LSE:.*]] = tile.finish
// CHECK-NEXT: tile.map %{{.*}} {
// CHECK: %[[ZERO:.*]] = arith.constant 0.0
// CHECK: arith.select %{{.*}}, %{{.*}}, %[[ZERO]]
// CHECK: tile.map_rows %[[LSE]] {
// CHECK: tile.constant "kNegInf" 0xFF800000
attn.kernel @padding_rows_are_zeroed(%q: !attn.tokens<2x64xf16, padded> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, padded> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, padded> {attn.name = "out"}, !attn.rows<2xf32, padded> {attn.name = "lse"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o, %lse = attn.attention %q, %k, %k scale 0.125 statistics ["lse"] anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, padded>, !attn.tokens<2x64xf16, padded>, !attn.tokens<2x64xf16, padded>) -> (!attn.tokens<2x64xf16, padded>, !attn.rows<2xf32, padded>)
  attn.return %o, %lse : !attn.tokens<2x64xf16, padded>, !attn.rows<2xf32, padded>
}

// -----

// The last query row is aligned to the last key.
// CHECK-LABEL: tile.kernel @bottom_right_positions_fwd
// CHECK: %[[Q_LEN:.*]] = tile.let "q_len"
// CHECK: %[[KV_LEN:.*]] = tile.let "kv_len"
// CHECK: %[[OFF:.*]] = arith.subi %[[KV_LEN]], %[[Q_LEN]]
// CHECK: %[[FIRST:.*]] = arith.addi %[[OFF]], %[[ROW:.*]] :
// CHECK-NEXT: tile.let "first_position" %[[FIRST]]
attn.kernel @bottom_right_positions(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// The first query row is aligned to the first key.
// CHECK-LABEL: tile.kernel @top_left_positions_fwd
// CHECK: %[[ROW:.*]] = tile.let "first_row"
// CHECK: tile.let "first_position" %[[ROW]]
attn.kernel @top_left_positions(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor top_left
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// A tile at the end of a request has fewer rows: the bounds must not see positions past them.
// CHECK-LABEL: tile.kernel @last_position_of_a_partial_tile_fwd
// CHECK: %[[ROW:.*]] = tile.let "first_row"
// CHECK: %[[Q_LEN:.*]] = tile.let "q_len"
// CHECK: %[[LEFT:.*]] = arith.subi %[[Q_LEN]], %[[ROW]]
// CHECK: %[[ROWS:.*]] = arith.minsi %{{.*}}, %[[LEFT]]
// CHECK: %[[FIRST:.*]] = tile.let "first_position"
// CHECK-NEXT: %[[AFTER:.*]] = arith.addi %[[FIRST]], %[[ROWS]]
// CHECK-NEXT: %[[LAST:.*]] = arith.subi %[[AFTER]], %c1
// CHECK-NEXT: tile.let "last_position" %[[LAST]]
attn.kernel @last_position_of_a_partial_tile(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// CHECK-LABEL: tile.kernel @query_heads_share_a_key_head_fwd
// CHECK: %[[HEAD:.*]] = tile.let "head"
// CHECK-NEXT: %[[GROUP:.*]] = tile.constant "kGroup" 4
// CHECK-NEXT: %[[KV:.*]] = arith.divsi %[[HEAD]], %[[GROUP]]
// CHECK-NEXT: tile.let "kv_head" %[[KV]]
attn.kernel @query_heads_share_a_key_head(%q: !attn.tokens<8x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<8x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<8x64xf16, packed>
  attn.return %o : !attn.tokens<8x64xf16, packed>
}

// -----

// CHECK-LABEL: tile.kernel @as_many_key_heads_fwd
// CHECK-NOT: kGroup
// CHECK-NOT: "kv_head"
// CHECK: tile.return
attn.kernel @as_many_key_heads(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// Visited from key 0; full up to the last tile that ends at or before the first row's position.
// CHECK-LABEL: tile.kernel @causal_bounds_fwd
// CHECK: %[[FIRST:.*]] = tile.let "first_position"
// CHECK: %[[LAST:.*]] = tile.let "last_position"
// CHECK: %[[TILE:.*]] = tile.constant "kTileKv" 32
// CHECK: %[[LATE:.*]] = arith.addi %[[LAST]], %c1
// CHECK-NEXT: %[[UPPER:.*]] = arith.minsi %[[LATE]], %[[KV_LEN:.*]] :
// CHECK-NEXT: %[[END:.*]] = tile.let "key_end" %[[UPPER]]
// CHECK: %[[FULL:.*]] = tile.round_down %{{.*}}, %[[TILE]]
// CHECK-NEXT: %[[CLAMPED:.*]] = tile.clamp %[[FULL]], %c0, %[[END]]
// CHECK-NEXT: %[[FULL_END:.*]] = tile.let "full_end" %[[CLAMPED]]
// CHECK: tile.loop "keys" %c0 to %[[END]] step <kTileKv = 32> full %c0, %[[FULL_END]]
attn.kernel @causal_bounds(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// The first tile is rounded down, so that tiles stay aligned; the full range is rounded inwards.
// CHECK-LABEL: tile.kernel @window_bounds_fwd
// CHECK: %[[TILE:.*]] = tile.constant "kTileKv" 32
// CHECK: %[[BEGIN:.*]] = tile.let "key_begin"
// CHECK: %[[END:.*]] = tile.let "key_end"
// CHECK-NEXT: %[[DOWN:.*]] = tile.round_down %[[BEGIN]], %[[TILE]]
// CHECK-NEXT: %[[VISIT:.*]] = tile.let "visit_begin" %[[DOWN]]
// CHECK: %[[UP:.*]] = tile.round_up %{{.*}}, %[[TILE]]
// CHECK-NEXT: %[[C:.*]] = tile.clamp %[[UP]], %[[VISIT]], %[[END]]
// CHECK-NEXT: %[[FB:.*]] = tile.let "full_begin" %[[C]]
// CHECK: tile.clamp %{{.*}}, %[[FB]], %[[END]]
// CHECK-NEXT: %[[FE:.*]] = tile.let "full_end"
// CHECK: tile.loop "keys" %[[VISIT]] to %[[END]] step <kTileKv = 32> full %[[FB]], %[[FE]]
// CHECK: tile.copy_async %{{.*}} valid %[[BEGIN]], %[[END]] to
attn.kernel @window_bounds(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (d0 - 99, 0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (d1 - 99, 0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// Without a full range there is one masked loop.
// CHECK-LABEL: tile.kernel @nothing_proved_full_fwd
// CHECK: tile.loop "keys" %{{.*}} to %{{.*}} step <kTileKv = 32> {
attn.kernel @nothing_proved_full(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// A mask that hides every key: a loop over nothing.
// CHECK-LABEL: tile.kernel @nothing_visible_fwd
// CHECK: %[[NONE:.*]] = arith.minsi %c0, %{{.*}}
// CHECK-NEXT: %[[END:.*]] = tile.let "key_end" %[[NONE]]
// CHECK: tile.loop "keys" %c0 to %[[END]] step
attn.kernel @nothing_visible(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (0, s1)>], exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// One loop over the tiles of both; values of keys in the gap become zeros.
// CHECK-LABEL: tile.kernel @two_visible_ranges_fwd
// CHECK: %[[B0:.*]] = tile.let "span_begin"
// CHECK: %[[E0:.*]] = tile.let "span_end"
// CHECK: %[[B1:.*]] = tile.let "span_begin"
// CHECK: %[[E1:.*]] = tile.let "span_end"
// CHECK: arith.minsi %[[B0]], %[[B1]]
// CHECK: arith.maxsi %[[E0]], %[[E1]]
// CHECK: %[[WALK:.*]] = tile.walk_spans "spans" %[[B0]], %[[B1]] to %[[E0]], %[[E1]] : !tile.walk<kTileKv=32>
// CHECK: tile.next_tile %[[WALK]] from
// CHECK: tile.loop {{.*}} walk %[[WALK]]
// CHECK: tile.copy_async %{{.*}} where {
// CHECK: arith.cmpi sle, %[[B0]], %[[KEY:.*]] :
// CHECK: arith.cmpi slt, %[[KEY]], %[[E0]]
attn.kernel @two_visible_ranges(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (4, s1)>, <(d0, d1)[s0, s1, s2, s3] -> (d0 - 99, 0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// 0.125 * log2(e); the scores are not touched.
// CHECK-LABEL: tile.kernel @scale_alone_folds_into_exp2_fwd
// CHECK-NOT: "kScale"
// CHECK: %[[C:.*]] = tile.constant "kScaleLog2" 0.180336878
// CHECK-NEXT: tile.online_softmax %{{.*}} scale %[[C]] may_be_empty :
attn.kernel @scale_alone_folds_into_exp2(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// A score region sees scaled scores, so the exponent keeps log2(e) alone.
// CHECK-LABEL: tile.kernel @score_scales_first_fwd
// CHECK: tile.map %{{.*}} {
// CHECK-NEXT: ^bb0(%[[S:.*]]: f32,
// CHECK: %[[C:.*]] = tile.constant "kScale" 1.250000e-01
// CHECK: %[[SCALED:.*]] = arith.mulf %[[S]], %[[C]]
// CHECK: %[[CAP:.*]] = tile.constant "kSoftcap" 5.000000e+01
// CHECK: %[[R:.*]] = tile.softcap %[[SCALED]], %[[CAP]]
// CHECK: tile.yield %[[R]]
// CHECK: tile.map %{{.*}} boundary
// CHECK: tile.constant "kLog2E"
attn.kernel @score_scales_first(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %r = attn.softcap %s, 50.0 : f32
    attn.yield %r : f32
  } mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// CHECK-LABEL: tile.kernel @capped_scores_are_finite_fwd
// CHECK: tile.online_softmax
// CHECK-NOT: scores_may_be_infinite
// CHECK: tile.return
attn.kernel @capped_scores_are_finite(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %r = attn.softcap %s, 50.0 : f32
    attn.yield %r : f32
  } mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// CHECK-LABEL: tile.kernel @other_scores_may_be_infinite_fwd
// CHECK: tile.online_softmax %{{.*}} may_be_empty scores_may_be_infinite
attn.kernel @other_scores_may_be_infinite(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %r = math.log %s : f32
    attn.yield %r : f32
  } mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// A run-time scale multiplies the scores and is a field.
// CHECK-LABEL: tile.kernel @runtime_scale_fwd
// CHECK-SAME: %[[SCALE:[^:,]*]]: f32 {tile.name = "scale"}
// CHECK: tile.map %{{.*}} {
// CHECK: arith.mulf %{{.*}}, %[[SCALE]]
attn.kernel @runtime_scale(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %x: f32 {attn.name = "scale"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale_operand %x anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, f32) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// The mask is inlined behind the end of the keys, at absolute positions.
// CHECK-LABEL: tile.kernel @mask_hides_with_minus_infinity_fwd
// CHECK: %[[FIRST:.*]] = tile.let "first_position"
// CHECK: tile.map %{{.*}} boundary {
// CHECK-NEXT: ^bb0(%[[S:.*]]: f32, %[[ROW:.*]]: index, %[[COLUMN:.*]]: index):
// CHECK-NEXT: %[[I:.*]] = arith.addi %[[FIRST]], %[[ROW]]
// CHECK-NEXT: %[[Q:.*]] = tile.let "q" %[[I]]
// CHECK-NEXT: %[[J:.*]] = arith.addi %{{.*}}, %[[COLUMN]]
// CHECK-NEXT: %[[KEY:.*]] = tile.let "key" %[[J]]
// CHECK: %[[INSIDE:.*]] = arith.cmpi slt, %[[KEY]], %{{.*}}
// CHECK: %[[CAUSAL:.*]] = arith.cmpi sle, %[[KEY]], %[[Q]]
// CHECK: %[[BOTH:.*]] = arith.andi %[[INSIDE]], %[[CAUSAL]]
// CHECK: %[[INF:.*]] = tile.constant "kNegInf" 0xFF800000
// CHECK: arith.select %[[BOTH]], %[[S]], %[[INF]]
attn.kernel @mask_hides_with_minus_infinity(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %v = arith.cmpi sle, %j, %i : index
    attn.yield %v : i1
  } : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// A named axis is a field, a constant one is not.
// CHECK-LABEL: tile.kernel @side_tensors_become_views_fwd
// CHECK-SAME: %[[LEN:[^:,]*]]: index {tile.name = "kv_len_dim"}, %[[T:[^:,]*]]: !tile.pointer<f32> {tile.name = "bias"}
// CHECK: tile.view_side "bias" %[[T]][%c2, %[[LEN]]] : !tile.pointer<f32> -> !tile.side<f32, 2>
// CHECK: tile.read_side
attn.kernel @side_tensors_become_views(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %bias: !attn.side<["heads", "kv_len"], f32> {attn.name = "bias"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %t = attn.read %bias[%h, %j] : !attn.side<["heads", "kv_len"], f32> -> f32
    %r = arith.addf %s, %t : f32
    attn.yield %r : f32
  } mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// A user's tensor may have the name of one of our fields.
// CHECK-LABEL: tile.kernel @a_name_of_ours_fwd
// CHECK-SAME: i64 {tile.name = "q_token_stride"}
// CHECK-SAME: %[[T:[^:,]*]]: !tile.pointer<f32> {tile.name = "q_token_stride_2"}
// CHECK: tile.view_side "q_token_stride" %[[T]]
attn.kernel @a_name_of_ours(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %x: !attn.side<["heads"], f32> {attn.name = "q_token_stride"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %t = attn.read %x[%h] : !attn.side<["heads"], f32> -> f32
    %r = arith.addf %s, %t : f32
    attn.yield %r : f32
  } mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// CHECK-LABEL: tile.kernel @lse_only_if_asked_for_fwd
// CHECK-NOT: tile.store_row_values
// CHECK: tile.return
attn.kernel @lse_only_if_asked_for(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// The plainest form: every tile is copied where it is needed; nothing waits.
// CHECK-LABEL: tile.kernel @one_copy_a_tile_fwd
// CHECK: tile.copy_async %{{.*}} to %[[Q:.*]] :
// CHECK: tile.loop
// CHECK: tile.copy_async %{{.*}} to %[[K:.*]] :
// CHECK-NEXT: tile.mma_abt %{{.*}} = %[[Q]], %[[K]]
// CHECK: tile.copy_async %{{.*}} to %[[V:.*]] :
// CHECK: tile.mma_ab %{{.*}}, %[[V]] :
// CHECK-NOT: tile.wait
// CHECK-NOT: tile.sync
// CHECK: tile.store_shared %{{.*}} to %[[Q]]
attn.kernel @one_copy_a_tile(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// A head that is no multiple of 16 has tiles that are: rows in global memory keep their length.
// CHECK-LABEL: tile.kernel @padded_columns_fwd
// CHECK: tile.view_rows "q_rows" {{.*}} -> !tile.global_rows<kHeadDim=72, f16>
// CHECK: tile.alloc "k_tile" : !tile.shared<kTileKv=32 x kHeadDimPadded=80, f16>
// CHECK: tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDimPadded=80, warps 4>
// CHECK: tile.store_rows %{{.*}} : !tile.shared<kTileQ=64 x kHeadDimPadded=80, f16> -> !tile.global_rows<kHeadDim=72, f16, writable true>
attn.kernel @padded_columns(%q: !attn.tokens<2x72xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x72xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x72xf16, packed> {attn.name = "v"})
    -> (!attn.tokens<2x72xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x72xf16, packed>, !attn.tokens<2x72xf16, packed>, !attn.tokens<2x72xf16, packed>) -> !attn.tokens<2x72xf16, packed>
  attn.return %o : !attn.tokens<2x72xf16, packed>
}

// -----

// v narrower than q: the output is staged in a part of Q's memory.
// CHECK-LABEL: tile.kernel @narrow_values_fwd
// CHECK: %[[Q:.*]] = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDimQk=192, f16>
// CHECK: tile.alloc "v_tile" : !tile.shared<kTileKv=32 x kHeadDimV=128, f16>
// CHECK: %[[OUT:.*]] = tile.reuse "out_tile" %[[Q]]
// CHECK: tile.store_shared %{{.*}} to %[[OUT]]
attn.kernel @narrow_values(%q: !attn.tokens<2x192xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x192xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x128xf16, packed> {attn.name = "v"})
    -> (!attn.tokens<2x128xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x192xf16, packed>, !attn.tokens<2x192xf16, packed>, !attn.tokens<2x128xf16, packed>) -> !attn.tokens<2x128xf16, packed>
  attn.return %o : !attn.tokens<2x128xf16, packed>
}

// -----

// v wider than q: the output needs storage of its own.
// CHECK-LABEL: tile.kernel @wide_values_fwd
// CHECK: tile.finish
// CHECK: tile.alloc "out_tile" : !tile.shared<kTileQ=64 x kHeadDimV=256, f16>
attn.kernel @wide_values(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x256xf16, packed> {attn.name = "v"})
    -> (!attn.tokens<2x256xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x256xf16, packed>) -> !attn.tokens<2x256xf16, packed>
  attn.return %o : !attn.tokens<2x256xf16, packed>
}

// -----

// f32 output goes straight from registers.
// CHECK-LABEL: tile.kernel @f32_output_fwd
// CHECK-NOT: tile.store_shared
// CHECK: tile.store_fragment %{{.*}} -> !tile.global_rows<kHeadDim=64, f32, writable true>
attn.kernel @f32_output(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, packed> {attn.name = "v"})
    -> (!attn.tokens<2x64xf32, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf32, packed>
  attn.return %o : !attn.tokens<2x64xf32, packed>
}

// -----

// The head's sink, read once.
// CHECK-LABEL: tile.kernel @sink_fwd
// CHECK: %[[HEAD:.*]] = tile.let "head"
// CHECK: %[[SIDE:.*]] = tile.view_side "sinks"
// CHECK: %[[SINK:.*]] = tile.read_side %[[SIDE]][%[[HEAD]]] : !tile.side<f32, 1> -> f32
// CHECK: tile.finish {{.*}} sink %[[SINK]] sink_outside_lse
attn.kernel @sink(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, packed> {attn.name = "v"}, %sinks: !attn.side<["heads"], f32> {attn.name = "sinks"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %v scale 0.125 sinks %sinks sinks_outside_lse anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.side<["heads"], f32>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// A bound may be an element of a side tensor, read once. Two ranges that begin together touch: nothing to skip.
// CHECK-LABEL: tile.kernel @bound_from_a_tensor_fwd
// CHECK: %[[REQUEST:.*]] = tile.let "request"
// CHECK: %[[PREFIX:.*]] = tile.view_side "prefix"
// CHECK: %[[READ:.*]] = tile.read_side %[[PREFIX]][%[[REQUEST]]] : !tile.side<i32, 1> -> i32
// CHECK: %[[CAST:.*]] = arith.index_cast %[[READ]]
// CHECK: %[[BOUND:.*]] = tile.let "prefix_bound" %[[CAST]]
// CHECK: arith.minsi %[[BOUND]]
// CHECK-NOT: walk_spans
// CHECK-NOT: where
attn.kernel @bound_from_a_tensor(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %p: !attn.side<["batch"], i32> {attn.name = "prefix"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3, s4] -> (0) to (d0, d1)[s0, s1, s2, s3, s4] -> (s4, s1)>, <(d0, d1)[s0, s1, s2, s3, s4] -> (0) to (d0, d1)[s0, s1, s2, s3, s4] -> (d1 + 1, s1)>], exact = true, reads = [#attn.tensor_read<"prefix", ()[s0, s1, s2, s3] -> (s2)>]> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// Heads before tokens: other strides, other shapes, the same kernel. The lse stays [batch, q_len, heads].
// CHECK-LABEL: tile.program @heads_first tensors
// CHECK-SAME: <name = "q", elementType = f16, shape = ["batch", "2", "q_len", "64"], strided = true
// CHECK-SAME: <name = "lse", elementType = f32, shape = ["batch", "q_len", "2"]
// CHECK: tile.launch @heads_first_fwd
// CHECK-SAME: "dim:q.stride2", "dim:q.stride0", "dim:q.stride1"
attn.kernel @heads_first(%q: !attn.tokens<2x64xf16, bhsd> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, bhsd> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, bhsd> {attn.name = "out"}, !attn.rows<2xf32, bhsd> {attn.name = "lse"})
    attributes {lengths = #attn<lengths none>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o, %lse = attn.attention %q, %k, %k scale 0.125 statistics ["lse"] anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, bhsd>, !attn.tokens<2x64xf16, bhsd>, !attn.tokens<2x64xf16, bhsd>) -> (!attn.tokens<2x64xf16, bhsd>, !attn.rows<2xf32, bhsd>)
  attn.return %o, %lse : !attn.tokens<2x64xf16, bhsd>, !attn.rows<2xf32, bhsd>
}

// -----

// q, k and v are heads of one tensor: one length, and views from three heads. Each tile gets its head's row of the bias.
// CHECK-LABEL: tile.kernel @fused_fwd
// CHECK: %[[POSITION:.*]] = tile.let "first_position" %[[FIRST_ROW:.*]] : index
// CHECK: tile.view_rows "q_rows" %[[QKV:.*]] offset
// CHECK-SAME: !tile.global_rows<kHeadDim=64, f16 aligned 8>
// CHECK: %[[Q_BIAS:.*]] = tile.view_rows "q_bias_row" %[[BIAS:[^ ]*]]
// CHECK: tile.constant "kFirstKeyHead" 4
// CHECK: tile.view_rows "k_rows" %[[QKV]] offset
// CHECK: %[[K_BIAS:.*]] = tile.view_rows "k_bias_row" %[[BIAS]]
// CHECK: tile.constant "kFirstValueHead" 5
// CHECK: tile.view_rows "v_rows" %[[QKV]] offset
// CHECK: %[[V_BIAS:.*]] = tile.view_rows "v_bias_row" %[[BIAS]]
// CHECK: tile.copy_async {{.*}} to %[[Q:[^ ]*]] :
// CHECK-NEXT: tile.add_row %[[Q_BIAS]] to %[[Q]]
// CHECK: tile.copy_async {{.*}} to %[[K:[^ ]*]] :
// CHECK-NEXT: tile.add_row %[[K_BIAS]] to %[[K]]
// CHECK-NEXT: tile.mma_abt
// CHECK: tile.copy_async {{.*}} to %[[V:[^ ]*]] :
// CHECK: tile.add_row %[[V_BIAS]] to %[[V]]
// CHECK-NEXT: tile.mma_ab
// CHECK-LABEL: tile.program @fused tensors
// CHECK-SAME: [#tile.tensor<name = "qkv", elementType = f16, shape = ["total_q", "6", "64"], strided = true, alignment = 8>
// CHECK-SAME: #tile.tensor<name = "cu_q", {{[^#]*}}, #tile.tensor<name = "bias", elementType = f16, shape = ["6", "64"], alignment = 8>
// CHECK-SAME: dims ["q_len"]
attn.kernel @fused(%qkv: !attn.tokens<6x64xf16, packed> {attn.name = "qkv"}, %bias: !attn.side<[6, 64], f16> {attn.name = "bias"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, alignment = 8 : i64, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %b = attn.add_bias %qkv, %bias : !attn.tokens<6x64xf16, packed>, !attn.side<[6, 64], f16>
  %q = attn.slice_heads %b from 0 : !attn.tokens<6x64xf16, packed> -> !attn.tokens<4x64xf16, packed>
  %k = attn.slice_heads %b from 4 : !attn.tokens<6x64xf16, packed> -> !attn.tokens<1x64xf16, packed>
  %v = attn.slice_heads %b from 5 : !attn.tokens<6x64xf16, packed> -> !attn.tokens<1x64xf16, packed>
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<1x64xf16, packed>, !attn.tokens<1x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

// Each tensor has its order of axes; where dim is not innermost its stride is an argument and nothing is aligned.
// CHECK-LABEL: tile.kernel @orders_fwd
// CHECK: tile.view_rows "q_rows" {{.*}} column_stride {{.*}} !tile.global_rows<kHeadDim=64, f16 aligned 2 strided true>
// CHECK: tile.view_rows "k_rows" {{.*}} -> !tile.global_rows<kHeadDim=64, f16>
// CHECK: tile.view_rows "out_rows" {{.*}} column_stride {{.*}} !tile.global_rows<kHeadDim=64, f32, writable true aligned 4 strided true>
// CHECK-LABEL: tile.program @orders tensors
// CHECK-SAME: <name = "q", elementType = f16, shape = ["batch", "64", "2", "q_len"], strided = true, alignment = 2, anyStrides = true>
// CHECK-SAME: <name = "k", elementType = f16, shape = ["kv_len", "batch", "2", "64"], strided = true, alignment = 16>
// CHECK-SAME: <name = "out", elementType = f32, shape = ["batch", "2", "64", "q_len"], output = true, strided = true, anyStrides = true>
// CHECK: tile.launch @orders_fwd
// CHECK-SAME: "dim:q.stride3", "dim:q.stride0", "dim:q.stride2", "dim:q.stride1", "tensor:k", "dim:k.stride0", "dim:k.stride1", "dim:k.stride2"
attn.kernel @orders(%q: !attn.tokens<2x64xf16, bdhs> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, sbhd> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, padded> {attn.name = "v"}) -> (!attn.tokens<2x64xf32, bhds> {attn.name = "out"})
    attributes {lengths = #attn<lengths none>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, bdhs>, !attn.tokens<2x64xf16, sbhd>, !attn.tokens<2x64xf16, padded>) -> !attn.tokens<2x64xf32, bhds>
  attn.return %o : !attn.tokens<2x64xf32, bhds>
}

// -----

// A debug build: the scores before the softmax, and after it what the softmax made of them; four tensors of one shape.
// The scale is still in exp2, so scores and maxima are dumped times it. Lanes hold parts of the row sum.
// CHECK-LABEL: tile.kernel @dumps_fwd
// CHECK: [[STRIDE:%[a-z0-9]+]] = tile.let "dump_stride"
// CHECK: [[OFFSET:%[a-z0-9]+]] = tile.let "dump_offset"
// CHECK: tile.mma_abt [[SCORES:%[a-z0-9]+]] =
// CHECK: tile.map [[SCORES]] boundary
// CHECK: [[SCALE:%[a-z0-9]+]] = tile.constant "kScale" 1.250000e-01
// CHECK: tile.dump [[SCORES]] factor [[SCALE]] to %{{.*}} offset [[OFFSET]] stride [[STRIDE]]
// CHECK: tile.online_softmax [[SCORES]], [[MAX:%[a-z0-9]+]], [[SUM:%[a-z0-9]+]], %{{.*}} scale
// CHECK: tile.dump [[SCORES]] to
// CHECK: tile.dump [[MAX]] factor
// CHECK: tile.dump [[SUM]] partial to
// CHECK: tile.program @dumps
// CHECK-SAME: <name = "debug_scores", elementType = f32, shape = ["batch", "q_len", "2", "kv_len"], output = true>
// CHECK-SAME: <name = "debug_weights", elementType = f32, shape = ["batch", "q_len", "2", "kv_len"], output = true>
// CHECK-SAME: <name = "debug_row_max", {{.*}}<name = "debug_row_sum",
attn.kernel @dumps(%q: !attn.tokens<2x64xf16, padded> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, padded> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, padded> {attn.name = "out"}, !attn.pairs<2xf32, padded> {attn.name = "debug_scores"})
    attributes {lengths = #attn<lengths none>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o, %s = attn.attention %q, %k, %k scale 0.125 statistics ["debug_scores"] anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, padded>, !attn.tokens<2x64xf16, padded>, !attn.tokens<2x64xf16, padded>) -> (!attn.tokens<2x64xf16, padded>, !attn.pairs<2xf32, padded>)
  attn.return %o, %s : !attn.tokens<2x64xf16, padded>, !attn.pairs<2xf32, padded>
}

// -----

// A range of some heads: where its condition does not hold it lies behind all others, and is empty.
// CHECK-LABEL: tile.kernel @some_heads_fwd
// CHECK: [[HEAD:%.*]] = tile.let "head"
// CHECK: [[KEYS:%.*]] = tile.let "kv_len"
// CHECK: [[SOME:%.*]] = arith.cmpi sle, [[HEAD]], %c1
// CHECK: [[BEGIN:%.*]] = arith.select [[SOME]], %c0, [[KEYS]]
// CHECK: arith.cmpi sle, [[HEAD]], %c1
// CHECK: arith.select %{{.*}}, %{{.*}}, %c0
// CHECK: tile.let "span_begin" [[BEGIN]]
attn.kernel @some_heads(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1) when (d0, d1)[s0, s1, s2, s3] -> (-s3 + 1)>, <(d0, d1)[s0, s1, s2, s3] -> (d0 - 99, 0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], exact = true> score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}
