// RUN: attnc-opt %s -attn-choose-schedule=target=sm_80 -split-input-file | FileCheck %s
// RUN: attnc-opt %s -attn-choose-schedule=target=sm_90 -split-input-file | FileCheck %s
// RUN: attnc-opt %s -attn-choose-schedule=target=sm_86 -split-input-file | FileCheck %s --check-prefix=SM86
// Decode: tiles of K and V of 16 KiB, rows for the heads and tokens that there are.

// CHECK-LABEL: @four_heads_a_row_tile
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 4, warps = 1, packing = true>,
// SM86-LABEL: @four_heads_a_row_tile
// SM86-SAME: tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 2, warps = 1, packing = true>, tile.schedule_alternatives = ["16 x 32, stages 4, warps 1: two blocks take 141312 bytes of shared memory, an SM has 102400"
attn.kernel @four_heads_a_row_tile(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// CHECK-LABEL: @one_head_a_key_head
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 4, warps = 1>,
attn.kernel @one_head_a_key_head(%q: !attn.tokens<2x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<2x128xbf16, packed>
  attn.return %o : !attn.tokens<2x128xbf16, packed>
}

// -----

// CHECK-LABEL: @sixteen_tokens_of_eight_heads
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 128, {{.*}}, warps = 8, packing = true>,
attn.kernel @sixteen_tokens_of_eight_heads(%q: !attn.tokens<16x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<16x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 16 : i64} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<16x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<16x128xbf16, packed>
  attn.return %o : !attn.tokens<16x128xbf16, packed>
}

// -----

// CHECK-LABEL: @heads_beyond_the_largest_tile
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 128, {{.*}}, packing = true>,
attn.kernel @heads_beyond_the_largest_tile(%q: !attn.tokens<192x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<1x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<192x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<192x128xbf16, packed>, !attn.tokens<1x128xbf16, packed>, !attn.tokens<1x128xbf16, packed>) -> !attn.tokens<192x128xbf16, packed>
  attn.return %o : !attn.tokens<192x128xbf16, packed>
}

// -----

// CHECK-LABEL: @narrow_heads_have_longer_tiles
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 64, stages = 4, warps = 1, packing = true>,
attn.kernel @narrow_heads_have_longer_tiles(%q: !attn.tokens<8x64xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x64xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<8x64xbf16, packed>
  attn.return %o : !attn.tokens<8x64xbf16, packed>
}

// -----

// CHECK-LABEL: @wide_heads_have_shorter_tiles
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 4, warps = 1, packing = true>,
attn.kernel @wide_heads_have_shorter_tiles(%q: !attn.tokens<8x256xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x256xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x256xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x256xbf16, packed>, !attn.tokens<2x256xbf16, packed>, !attn.tokens<2x256xbf16, packed>) -> !attn.tokens<8x256xbf16, packed>
  attn.return %o : !attn.tokens<8x256xbf16, packed>
}

// -----

// CHECK-LABEL: @pinned_off
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 4, warps = 1>,
// CHECK-SAME: tile.schedule_reason = "pinned packing false; decode:
attn.kernel @pinned_off(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64, attn.pins = {packing = false}} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// A pinned tile has the warps that such a tile gets: 16 rows each where they divide it.
// CHECK-LABEL: @more_rows_pinned
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 4, warps = 4, packing = true>,
attn.kernel @more_rows_pinned(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64, attn.pins = {tile_q = 64 : i64}} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// CHECK-LABEL: @pinned_on_in_prefill
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4, packing = true>,
// CHECK-SAME: tile.schedule_reason = "pinned packing true; two blocks fit
attn.kernel @pinned_on_in_prefill(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {packing = true}} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// CHECK-LABEL: @heads_that_visit_other_keys
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 16, tile_kv = 32, stages = 4, warps = 1>,
// CHECK-SAME: tile.schedule_reason = "heads are not packed, as which keys are visited differs by head; decode:
attn.kernel @heads_that_visit_other_keys(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1, s3 * 8)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c8 = arith.constant 8 : index
    %0 = arith.muli %h, %c8 : index
    %1 = arith.cmpi slt, %j, %0 : index
    attn.yield %1 : i1
  } : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}
