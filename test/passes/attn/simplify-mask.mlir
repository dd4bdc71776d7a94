// RUN: attnc-opt %s -attn-simplify-mask | FileCheck %s
// RUN: attnc-opt %s -attn-simplify-mask -attn-simplify-mask | FileCheck %s

!q = !attn.tokens<4x64xf16, packed>

// A late key that is not hidden is a recent one; what is said twice is kept once.
// CHECK-LABEL: @not_twice_causal
attn.kernel @not_twice_causal(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  // CHECK: ^bb0(%{{[^:]*}}: index, %{{[^:]*}}: index, %[[Q:[^:]*]]: index, %[[KV:[^:]*]]: index, %{{.*}}: index, %{{.*}}: index):
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    // CHECK-DAG: %[[C:.*]] = arith.constant 4096 : index
    // CHECK-DAG: %[[AGE:.*]] = arith.subi %[[Q]], %[[KV]] : index
    // CHECK: %[[RECENT:.*]] = arith.cmpi slt, %[[AGE]], %[[C]] : index
    // CHECK: %[[CAUSAL:.*]] = arith.cmpi sle, %[[KV]], %[[Q]] : index
    // CHECK: %[[BOTH:.*]] = arith.andi %[[RECENT]], %[[CAUSAL]] : i1
    // CHECK-NEXT: attn.yield %[[BOTH]] : i1
    %c4096 = arith.constant 4096 : index
    %true = arith.constant true
    %age = arith.subi %i, %j : index
    %late = arith.cmpi sge, %age, %c4096 : index
    %recent = arith.xori %late, %true : i1
    %causal = arith.cmpi sge, %i, %j : index
    %both = arith.andi %recent, %causal : i1
    %r = arith.andi %both, %causal : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// Of two bounds on one form a conjunction keeps the tighter one, whatever side it was written on.
// CHECK-LABEL: @tighter_bound
attn.kernel @tighter_bound(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  // CHECK: mask {
  // CHECK-NOT: andi
  // CHECK: %[[C:.*]] = arith.constant 5 : index
  // CHECK: arith.cmpi slt, %{{.*}}, %[[C]] : index
  // CHECK-NEXT: attn.yield
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c5 = arith.constant 5 : index
    %c9 = arith.constant 9 : index
    %0 = arith.addi %j, %c9 : index
    %near = arith.cmpi sle, %i, %0 : index
    %age = arith.subi %i, %j : index
    %nearer = arith.cmpi sgt, %c5, %age : index
    %r = arith.andi %near, %nearer : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// not (a or b) has its negations on the leaves, where comparisons absorb them.
// CHECK-LABEL: @de_morgan
attn.kernel @de_morgan(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"},
                       %seen: !attn.side<["kv_len"], i1> {attn.name = "seen"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  // CHECK: %[[AFTER:.*]] = arith.cmpi sle, %{{.*}}, %{{.*}} : index
  // CHECK: %[[SEEN:.*]] = attn.read
  // CHECK: %[[UNSEEN:.*]] = arith.xori %[[SEEN]], %true
  // CHECK: arith.andi %[[AFTER]], %[[UNSEEN]] : i1
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %true = arith.constant true
    %after = arith.cmpi sgt, %j, %i : index
    %s = attn.read %seen[%j] : !attn.side<["kv_len"], i1> -> i1
    %either = arith.ori %after, %s : i1
    %r = arith.xori %either, %true : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// 2 kv <= 2 q + 1 is kv <= q; 2 kv == 2 q + 1 is never.
// CHECK-LABEL: @lowest_terms
attn.kernel @lowest_terms(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  // CHECK: mask {
  // CHECK-NEXT: ^bb0(%{{[^:]*}}: index, %{{[^:]*}}: index, %[[Q:[^:]*]]: index, %[[KV:[^:]*]]: index, %{{.*}}: index, %{{.*}}: index):
  // CHECK-NEXT: %[[R:.*]] = arith.cmpi sle, %[[KV]], %[[Q]] : index
  // CHECK-NEXT: attn.yield %[[R]] : i1
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %j2 = arith.muli %j, %c2 : index
    %i2 = arith.muli %c2, %i : index
    %0 = arith.addi %i2, %c1 : index
    %le = arith.cmpi sle, %j2, %0 : index
    %never = arith.cmpi eq, %0, %j2 : index
    %r = arith.ori %le, %never : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// True for every key there is: the mask is gone.
// CHECK-LABEL: @always_true
attn.kernel @always_true(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  // CHECK: mask {
  // CHECK-NEXT: } :
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c0 = arith.constant 0 : index
    %low = arith.cmpi sge, %j, %c0 : index
    %high = arith.cmpi slt, %j, %m : index
    %r = arith.andi %low, %high : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// True only for rows that are there, which are the only ones that count: q - kv_len + q_len is the row.
// CHECK-LABEL: @always_true_row
attn.kernel @always_true_row(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  // CHECK: mask {
  // CHECK-NEXT: } :
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %0 = arith.subi %i, %m : index
    %row = arith.addi %0, %n : index
    %r = arith.cmpi slt, %row, %n : index
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// A score that yields its argument is no score.
// CHECK-LABEL: @identity_score
attn.kernel @identity_score(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: score {
  // CHECK-NEXT: } mask {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %one = arith.constant 1.0 : f32
    %r = arith.mulf %s, %one : f32
    attn.yield %r : f32
  } mask {} : (!q, !q, !q) -> !q
  attn.return %o : !q
}
