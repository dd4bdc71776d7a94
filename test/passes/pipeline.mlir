// RUN: attnc-opt %s --attnc-pipeline=target=sm_80 | FileCheck %s
// RUN: attnc-opt %s --attnc-pipeline=target=sm_80 | attnc-opt > %t.read
// The whole pipeline, one kernel a number of stages: each product waits for its own tile, and leaves what was
// copied ahead under way. What comes out can be read again.

// CHECK-LABEL: @stages_1_fwd
// CHECK-NOT: !tile.ring
// CHECK: tile.loop "interior"
// CHECK: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK: tile.mma_abt
// CHECK-NOT: boundary
// CHECK: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK: tile.mma_ab
// CHECK: tile.loop "right edge"
// CHECK: boundary
attn.kernel @stages_1(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, attn.pins = {stages = 1 : i64}} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %causal = arith.cmpi sle, %j, %i : index
    attn.yield %causal : i1
  } : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// CHECK-LABEL: @stages_2_fwd
// CHECK: tile.alloc "k_ring" offset 16384 : !tile.ring<kStages=2 x
// CHECK: tile.loop "interior"
// CHECK: tile.wait 2
// CHECK-NEXT: tile.sync
// CHECK: tile.mma_abt
// CHECK-NOT: boundary
// CHECK: tile.wait 2
// CHECK-NEXT: tile.sync
// CHECK: tile.mma_ab
// CHECK: tile.loop "right edge"
// CHECK: boundary
attn.kernel @stages_2(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, attn.pins = {stages = 2 : i64}} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %causal = arith.cmpi sle, %j, %i : index
    attn.yield %causal : i1
  } : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// CHECK-LABEL: @stages_3_fwd
// CHECK: tile.alloc "k_ring" offset 16384 : !tile.ring<kStages=3 x
// CHECK: tile.loop "interior"
// CHECK: tile.wait 4
// CHECK-NEXT: tile.sync
// CHECK: tile.mma_abt
// CHECK-NOT: boundary
// CHECK: tile.wait 4
// CHECK-NEXT: tile.sync
// CHECK: tile.mma_ab
// CHECK: tile.loop "right edge"
// CHECK: boundary
attn.kernel @stages_3(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, attn.pins = {stages = 3 : i64}} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %causal = arith.cmpi sle, %j, %i : index
    attn.yield %causal : i1
  } : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// CHECK-LABEL: @stages_4_fwd
// CHECK: tile.alloc "k_ring" offset 16384 : !tile.ring<kStages=4 x
// CHECK: tile.loop "interior"
// CHECK: tile.wait 6
// CHECK-NEXT: tile.sync
// CHECK: tile.mma_abt
// CHECK-NOT: boundary
// CHECK: tile.wait 6
// CHECK-NEXT: tile.sync
// CHECK: tile.mma_ab
// CHECK: tile.loop "right edge"
// CHECK: boundary
attn.kernel @stages_4(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, attn.pins = {stages = 4 : i64}} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %causal = arith.cmpi sle, %j, %i : index
    attn.yield %causal : i1
  } : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}
