// RUN: attnc-opt %s -convert-attn-to-linalg -split-input-file -verify-diagnostics

!t = !attn.tokens<1x8xf16, packed>
attn.kernel @unknown_op(%q: !t {attn.name = "q"}, %k: !t {attn.name = "k"}, %v: !t {attn.name = "v"})
    -> (!t {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    // expected-error @below {{expected an op that the reference evaluates, got math.cos}}
    %r = math.cos %s : f32
    attn.yield %r : f32
  } mask {} : (!t, !t, !t) -> !t
  attn.return %o : !t
}

// -----

!t = !attn.tokens<1x8xf16, packed>
attn.kernel @two_attentions(%q: !t {attn.name = "q"}, %k: !t {attn.name = "k"}, %v: !t {attn.name = "v"})
    -> (!t {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-note @below {{the first one}}
  %a = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {} : (!t, !t, !t) -> !t
  // expected-error @below {{expected one attention in a kernel, got another}}
  %o = attn.attention %a, %k, %v scale 1.0 anchor bottom_right score {} mask {} : (!t, !t, !t) -> !t
  attn.return %o : !t
}

// -----

!t = !attn.tokens<1x8xf16, packed>
attn.kernel @choice_by_rounding(%q: !t {attn.name = "q"}, %k: !t {attn.name = "k"}, %v: !t {attn.name = "v"},
                                %w: !attn.side<[8], f32> {attn.name = "w"})
    -> (!t {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %zero = arith.constant 0.0 : f32
    %positive = arith.cmpf ogt, %s, %zero : f32
    // expected-error @below {{expected an integer choice that does not depend on rounding}}
    %index = arith.select %positive, %i, %j : index
    %r = attn.read %w[%index] : !attn.side<[8], f32> -> f32
    attn.yield %r : f32
  } mask {} : (!t, !t, !t) -> !t
  attn.return %o : !t
}
