// RUN: attnc-opt %s -attn-choose-schedule=target=sm_80 | FileCheck %s --check-prefixes=CHECK,SM80
// RUN: attnc-opt %s -attn-choose-schedule=target=sm_86 | FileCheck %s --check-prefix=SM86
// RUN: attnc-opt %s -attn-choose-schedule=target=sm_100 | FileCheck %s --check-prefixes=CHECK,SM100

// CHECK-LABEL: @dim_64
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 128, tile_kv = 64, stages = 2, warps = 4>
attn.kernel @dim_64(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// Side tensors take registers that a second row of fragments would need.
// CHECK-LABEL: @dim_64_with_a_side_tensor
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
attn.kernel @dim_64_with_a_side_tensor(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"},
    %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %t: !attn.side<["batch"], i1> {attn.name = "t"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %visible = attn.read %t[%b] : !attn.side<["batch"], i1> -> i1
    attn.yield %visible : i1
  } : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// CHECK-LABEL: @dim_128
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
// SM86-LABEL: @dim_128
// SM86-SAME: tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 1, warps = 4>
// SM86-SAME: tile.schedule_alternatives = ["128 x 32, stages 1, warps 4: {{.*}}some kernels spill{{.*}}", "64 x 64, stages 2, warps 4: two blocks take 165888 bytes of shared memory, an SM has 102400"]
attn.kernel @dim_128(%q: !attn.tokens<2x128xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x128xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x128xf16, packed>, !attn.tokens<2x128xf16, packed>, !attn.tokens<2x128xf16, packed>) -> !attn.tokens<2x128xf16, packed>
  attn.return %o : !attn.tokens<2x128xf16, packed>
}

// CHECK-LABEL: @dim_256
// SM80-SAME: tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 1, warps = 4>
// SM86-LABEL: @dim_256
// SM86-SAME: tile.schedule = #tile.schedule<tile_q = 128, tile_kv = 32, stages = 1, warps = 8>
// SM100-SAME: tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>
attn.kernel @dim_256(%q: !attn.tokens<2x256xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x256xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x256xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x256xf16, packed>, !attn.tokens<2x256xf16, packed>, !attn.tokens<2x256xf16, packed>) -> !attn.tokens<2x256xf16, packed>
  attn.return %o : !attn.tokens<2x256xf16, packed>
}

// A pinned field stands; the others follow the heuristic.
// CHECK-LABEL: @pinned_tile
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>
attn.kernel @pinned_tile(%q: !attn.tokens<2x128xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x128xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {tile_kv = 32 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x128xf16, packed>, !attn.tokens<2x128xf16, packed>, !attn.tokens<2x128xf16, packed>) -> !attn.tokens<2x128xf16, packed>
  attn.return %o : !attn.tokens<2x128xf16, packed>
}

// A warp owns 16 rows or more: fewer rows leave work for fewer warps.
// CHECK-LABEL: @fewer_rows_fewer_warps
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 32, tile_kv = 64, stages = 2, warps = 2>
attn.kernel @fewer_rows_fewer_warps(%q: !attn.tokens<2x128xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x128xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {tile_q = 32 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x128xf16, packed>, !attn.tokens<2x128xf16, packed>, !attn.tokens<2x128xf16, packed>) -> !attn.tokens<2x128xf16, packed>
  attn.return %o : !attn.tokens<2x128xf16, packed>
}

// Two stages of 128 keys take 144 KiB: too much for the 99 of sm_86, where one stage (80 KiB) is left.
// CHECK-LABEL: @stages_shrink_to_fit
// CHECK-SAME: stages = 2
// SM86-LABEL: @stages_shrink_to_fit
// SM86-SAME: stages = 1
attn.kernel @stages_shrink_to_fit(%q: !attn.tokens<2x128xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x128xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {tile_kv = 128 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x128xf16, packed>, !attn.tokens<2x128xf16, packed>, !attn.tokens<2x128xf16, packed>) -> !attn.tokens<2x128xf16, packed>
  attn.return %o : !attn.tokens<2x128xf16, packed>
}

// Heads of other sizes are tiles of whole panels of 64 columns, and v may be wider than q.
// CHECK-LABEL: @dim_80_and_192
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32,
attn.kernel @dim_80_and_192(%q: !attn.tokens<2x80xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x80xf16, packed> {attn.name = "k"},
    %v: !attn.tokens<2x192xf16, packed> {attn.name = "v"})
    -> (!attn.tokens<2x192xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x80xf16, packed>, !attn.tokens<2x80xf16, packed>, !attn.tokens<2x192xf16, packed>) -> !attn.tokens<2x192xf16, packed>
  attn.return %o : !attn.tokens<2x192xf16, packed>
}

// Why copies are slow, behind why the tiles are what they are.
// CHECK-LABEL: @slow_copies
// CHECK-SAME: tile.schedule_reason = "{{.*}}: q, out element by element, as head_dim is not the innermost axis: rows 4 bytes at a time, as no more alignment is promised"
attn.kernel @slow_copies(%q: !attn.tokens<2x64xf16, bdhs> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, padded> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, bhds> {attn.name = "out"}) attributes {lengths = #attn<lengths none>, alignment = 4 : i64} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, bdhs>, !attn.tokens<2x64xf16, padded>, !attn.tokens<2x64xf16, padded>) -> !attn.tokens<2x64xf16, bhds>
  attn.return %o : !attn.tokens<2x64xf16, bhds>
}

// CHECK-LABEL: @copies_through_registers
// CHECK-SAME: tile.schedule = #tile.schedule<tile_q = 128, tile_kv = 64, stages = 1, warps = 4>
// CHECK-SAME: k element by element, as head_dim is not the innermost axis: one stage, as copies through registers do not run ahead"
attn.kernel @copies_through_registers(%q: !attn.tokens<2x64xf16, padded> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, bhds> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, padded> {attn.name = "out"}) attributes {lengths = #attn<lengths none>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, padded>, !attn.tokens<2x64xf16, bhds>, !attn.tokens<2x64xf16, bhds>) -> !attn.tokens<2x64xf16, padded>
  attn.return %o : !attn.tokens<2x64xf16, padded>
}
