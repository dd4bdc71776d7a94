// RUN: attnc-opt %s -attn-analyze-mask | FileCheck %s
// What is proved of each kind of mask: dims (i0, i1), symbols [q_len, kv_len, b, h, integer scalars].

!q = !attn.tokens<4x64xf16, packed>

// No mask: every key is full.
// CHECK-LABEL: @none
attn.kernel @none(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {} : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// Keys up to the last query are visited, keys up to the first one are full.
// CHECK-LABEL: @causal
attn.kernel @causal(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>, exact = true>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %r = arith.cmpi sle, %j, %i : index
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// Both ends of a sliding window: the example of the design.
// CHECK-LABEL: @causal_window
attn.kernel @causal_window(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (d0 - 4095, 0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (d1 - 4095, 0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>, exact = true>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant 4096 : index
    %age = arith.subi %i, %j : index
    %recent = arith.cmpi slt, %age, %c : index
    %causal = arith.cmpi sle, %j, %i : index
    %r = arith.andi %causal, %recent : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// The quotients of query and key are equal: bounds are multiples of the chunk.
// CHECK-LABEL: @chunked
attn.kernel @chunked(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> ((d0 floordiv 100) * 100, 0) to (d0, d1)[s0, s1, s2, s3] -> ((d1 floordiv 100) * 100 + 100, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> ((d1 floordiv 100) * 100, 0) to (d0, d1)[s0, s1, s2, s3] -> ((d0 floordiv 100) * 100 + 100, s1)>, exact = true>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant 100 : index
    %x = arith.floordivsi %i, %c : index
    %y = arith.floordivsi %j, %c : index
    %r = arith.cmpi eq, %y, %x : index
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// Streaming with sink tokens: two visit ranges; the window's full range is the larger one.
// CHECK-LABEL: @sinks
attn.kernel @sinks(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (d0 - 4095, 0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>, <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, 4, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (d1 - 4095, 0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>, exact = true>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant 4096 : index
    %age = arith.subi %i, %j : index
    %recent = arith.cmpi slt, %age, %c : index
    %c4 = arith.constant 4 : index
    %sink = arith.cmpi slt, %j, %c4 : index
    %kept = arith.ori %recent, %sink : i1
    %causal = arith.cmpi sle, %j, %i : index
    %r = arith.andi %causal, %kept : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// A run-time window is a symbol. Tightness would need window >= 1, which nothing says.
// CHECK-LABEL: @scalar_window
attn.kernel @scalar_window(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"}, %window: i32 {attn.name = "window"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3, s4] -> (d0 - s4 + 1, 0) to (d0, d1)[s0, s1, s2, s3, s4] -> (d1 + 1, s1)>], full = <(d0, d1)[s0, s1, s2, s3, s4] -> (d1 - s4 + 1, 0) to (d0, d1)[s0, s1, s2, s3, s4] -> (d0 + 1, s1)>, exact = false>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %w = arith.index_cast %window : i32 to index
    %age = arith.subi %i, %j : index
    %recent = arith.cmpi slt, %age, %w : index
    %causal = arith.cmpi sle, %j, %i : index
    %r = arith.andi %causal, %recent : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// A side tensor is unknown: true from above, false from below, and named.
// CHECK-LABEL: @document
attn.kernel @document(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"}, %doc: !attn.side<["batch", "kv_len"], i32> {attn.name = "doc"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], exact = false, unknown = ["doc[b, q] == doc[b, kv]"]>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %x = attn.read %doc[%b, %i] : !attn.side<["batch", "kv_len"], i32> -> i32
    %y = attn.read %doc[%b, %j] : !attn.side<["batch", "kv_len"], i32> -> i32
    %same = arith.cmpi eq, %x, %y : i32
    %causal = arith.cmpi sle, %j, %i : index
    %r = arith.andi %causal, %same : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// Polarity: causal or unknown visits everything, and causal alone is full.
// CHECK-LABEL: @not_document
attn.kernel @not_document(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"}, %doc: !attn.side<["kv_len"], i32> {attn.name = "doc"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>, exact = false, unknown = ["not (doc[kv] == 0)"]>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c0 = arith.constant 0 : i32
    %true = arith.constant true
    %x = attn.read %doc[%j] : !attn.side<["kv_len"], i32> -> i32
    %zero = arith.cmpi eq, %x, %c0 : i32
    %set = arith.xori %zero, %true : i1
    %causal = arith.cmpi sle, %j, %i : index
    %r = arith.ori %causal, %set : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// A term of heads alone bounds no key: it is a condition of the ranges.
// CHECK-LABEL: @head_term
attn.kernel @head_term(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1) when (d0, d1)[s0, s1, s2, s3] -> (-s3 + 1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1) when (d0, d1)[s0, s1, s2, s3] -> (-s3 + 1)>, exact = true>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c2 = arith.constant 2 : index
    %first = arith.cmpi slt, %h, %c2 : index
    %causal = arith.cmpi sle, %j, %i : index
    %r = arith.andi %causal, %first : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// |q - kv| < 5 through max: two bounds.
// CHECK-LABEL: @abs_distance
attn.kernel @abs_distance(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (d0 - 4, 0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 5, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (d1 - 4, 0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 5, s1)>, exact = true>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c5 = arith.constant 5 : index
    %x = arith.subi %i, %j : index
    %y = arith.subi %j, %i : index
    %distance = arith.maxsi %x, %y : index
    %r = arith.cmpi slt, %distance, %c5 : index
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// A range inside another one is dropped: causal, or causal in a window, is causal.
// CHECK-LABEL: @subsumed
attn.kernel @subsumed(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>, exact = true>
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant 4096 : index
    %age = arith.subi %i, %j : index
    %recent = arith.cmpi slt, %age, %c : index
    %causal = arith.cmpi sle, %j, %i : index
    %both = arith.andi %causal, %recent : i1
    %r = arith.ori %causal, %both : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// An element of a side tensor that is the same for the whole tile is a symbol of the bounds.
// CHECK-LABEL: @read_of_the_request
// CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3, s4] -> (0) to (d0, d1)[s0, s1, s2, s3, s4] -> (s4, s1)>], full = <(d0, d1)[s0, s1, s2, s3, s4] -> (0) to (d0, d1)[s0, s1, s2, s3, s4] -> (s4, s1)>, exact = true, reads = [#attn.tensor_read<"n", ()[s0, s1, s2, s3] -> (s2 + 1)>]>
attn.kernel @read_of_the_request(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %n: !attn.side<["batch"], i32> {attn.name = "n"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %q, %q scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %ql: index, %kl: index):
    %one = arith.constant 1 : index
    %next = arith.addi %b, %one : index
    %read = attn.read %n[%next] : !attn.side<["batch"], i32> -> i32
    %length = arith.index_cast %read : i32 to index
    %inside = arith.cmpi slt, %j, %length : index
    attn.yield %inside : i1
  } : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// Such an element in one half of an `or` whose other half is not bounded, under an `and`: no bound refers to it, so no read is listed.
// CHECK-LABEL: @read_that_no_bound_needs
// CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], exact = false, unknown = ["id[kv] == id[q]", "id[kv] == 3"]>
attn.kernel @read_that_no_bound_needs(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %n: !attn.side<["batch"], i32> {attn.name = "n"}, %id: !attn.side<["kv_len"], i32> {attn.name = "id"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %q, %q scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %ql: index, %kl: index):
    %read = attn.read %n[%b] : !attn.side<["batch"], i32> -> i32
    %length = arith.index_cast %read : i32 to index
    %inside = arith.cmpi slt, %j, %length : index
    %x = attn.read %id[%j] : !attn.side<["kv_len"], i32> -> i32
    %y = attn.read %id[%i] : !attn.side<["kv_len"], i32> -> i32
    %same = arith.cmpi eq, %x, %y : i32
    %c3 = arith.constant 3 : i32
    %three = arith.cmpi eq, %x, %c3 : i32
    %left = arith.ori %inside, %same : i1
    %right = arith.ori %same, %three : i1
    %r = arith.andi %left, %right : i1
    attn.yield %r : i1
  } : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// A condition without the key: a range that is there for some heads only, and one for the rest.
// CHECK-LABEL: @some_heads
// CHECK: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1) when (d0, d1)[s0, s1, s2, s3] -> (-s3 + 1)>, <(d0, d1)[s0, s1, s2, s3] -> (d0 - 99, 0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>], {{.*}}exact = true>
attn.kernel @some_heads(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %two = arith.constant 2 : index
    %hundred = arith.constant 100 : index
    %whole = arith.cmpi slt, %h, %two : index
    %age = arith.subi %i, %j : index
    %recent = arith.cmpi slt, %age, %hundred : index
    %either = arith.ori %whole, %recent : i1
    %causal = arith.cmpi sle, %j, %i : index
    %r = arith.andi %causal, %either : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}

// A condition on the row: the last row of the tile meets it first. Which keys that row sees is not asked, so that the
// range is not exact beside a bound that moves with the row.
// CHECK-LABEL: @late_rows
// CHECK: when (d0, d1)[s0, s1, s2, s3] -> (d1 - 70)>], exact = false, unknown = ["q >= 70"]
attn.kernel @late_rows(%q: !q {attn.name = "q"}, %k: !q {attn.name = "k"}, %v: !q {attn.name = "v"})
    -> (!q {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c = arith.constant 70 : index
    %late = arith.cmpi sge, %i, %c : index
    %causal = arith.cmpi sle, %j, %i : index
    %r = arith.andi %causal, %late : i1
    attn.yield %r : i1
  } : (!q, !q, !q) -> !q
  attn.return %o : !q
}
