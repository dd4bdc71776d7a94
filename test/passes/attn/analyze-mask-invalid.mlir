// RUN: attnc-opt %s -attn-analyze-mask -split-input-file -verify-diagnostics

!q = !attn.tokens<4x64xf16, packed>

attn.kernel @nothing(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %r = arith.cmpi sgt, %j, %m : index
    // expected-error @below {{expected a mask that shows some key to some row, got one that hides every key from every row}}
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}
