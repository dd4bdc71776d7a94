// RUN: attnc-opt %s -attn-fold-scale | FileCheck %s

!q = !attn.tokens<4x64xf16, packed>

// CHECK-LABEL: @multiply
attn.kernel @multiply(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: scale 2.500000e-01 {{.*}} score {
  // CHECK-NEXT: } mask {
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant 2.0 : f32
    %r = arith.mulf %c, %s : f32
    attn.yield %r : f32
  } mask {} : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// The factor leads, the rest of the score stays.
// CHECK-LABEL: @divide_before_softcap
attn.kernel @divide_before_softcap(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: scale 2.500000e-01 {{.*}} score {
  // CHECK-NEXT: ^bb0(%[[S:.*]]: f32,
  // CHECK-NEXT: attn.softcap %[[S]], 3.000000e+01
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant 4.0 : f32
    %0 = arith.divf %s, %c : f32
    %r = attn.softcap %0, 30.0 : f32
    attn.yield %r : f32
  } mask {} : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// cap * tanh(s / cap) is not linear: what comes after it stays there.
// CHECK-LABEL: @after_softcap_stays
attn.kernel @after_softcap_stays(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: scale 1.000000e+00
  // CHECK: arith.mulf
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant 4.0 : f32
    %0 = attn.softcap %s, 30.0 : f32
    %r = arith.mulf %0, %c : f32
    attn.yield %r : f32
  } mask {} : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// s + |2 s|: the argument has two uses.
// CHECK-LABEL: @two_uses_stay
attn.kernel @two_uses_stay(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: scale 1.000000e+00
  // CHECK: arith.mulf
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant 2.0 : f32
    %0 = arith.mulf %s, %c : f32
    %1 = math.absf %0 : f32
    %r = arith.addf %s, %1 : f32
    attn.yield %r : f32
  } mask {} : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// A scale is positive.
// CHECK-LABEL: @negative_stays
attn.kernel @negative_stays(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: scale 1.000000e+00
  // CHECK: arith.mulf
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant -2.0 : f32
    %r = arith.mulf %s, %c : f32
    attn.yield %r : f32
  } mask {} : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// The value of a run-time scale is not known, so there is nothing to fold into.
// CHECK-LABEL: @runtime_scale_stays
attn.kernel @runtime_scale_stays(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"},
                                 %scale: f32 {attn.name = "scale"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: arith.mulf
  %o = attn.attention %q, %k, %v scale_operand %scale anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant 2.0 : f32
    %r = arith.mulf %s, %c : f32
    attn.yield %r : f32
  } mask {} : (!q, !q, !q, f32) -> !q
  attn.return %o : !q
}
