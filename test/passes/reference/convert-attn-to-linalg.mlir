// RUN: attnc-opt %s -convert-attn-to-linalg -split-input-file | FileCheck %s

// Two indices, the kernel's arguments, then a value and a bound per result; f32 widens.
// CHECK-LABEL: func.func @signature(
// CHECK-SAME:    %arg0: index, %arg1: index,
// CHECK-SAME:    memref<?x4x8xf64>, %{{.*}}: memref<?x2x8xf64>, %{{.*}}: memref<?x2x16xf64>,
// CHECK-SAME:    memref<?x?xf64>, %{{.*}}: memref<?xi8>, %{{.*}}: memref<?xi32>, %{{.*}}: i32, %{{.*}}: f64,
// CHECK-SAME:    memref<?x4x16xf64>, %{{.*}}: memref<?x4x16xf64>, %{{.*}}: memref<?x4xf64>, %{{.*}}: memref<?x4xf64>)
// CHECK-SAME:    llvm.emit_c_interface
// CHECK-NOT:   attn.
attn.kernel @signature(
    %q: !attn.tokens<4x8xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x8xf16, packed> {attn.name = "k"},
    %v: !attn.tokens<2x16xf16, packed> {attn.name = "v"},
    %t: !attn.side<["heads", 3], bf16> {attn.name = "t"}, %m: !attn.side<["kv_len"], i1> {attn.name = "m"},
    %n: !attn.side<["kv_len"], i32> {attn.name = "n"}, %w: i32 {attn.name = "w"}, %f: f32 {attn.name = "f"})
    -> (!attn.tokens<4x16xf16, packed> {attn.name = "out"}, !attn.rows<4xf32, packed> {attn.name = "lse"})
    attributes {lengths = #attn<lengths both>} {
  %o, %l = attn.attention %q, %k, %v scale 1.0 statistics ["lse"] anchor bottom_right score {} mask {}
    : (!attn.tokens<4x8xf16, packed>, !attn.tokens<2x8xf16, packed>, !attn.tokens<2x16xf16, packed>)
    -> (!attn.tokens<4x16xf16, packed>, !attn.rows<4xf32, packed>)
  attn.return %o, %l : !attn.tokens<4x16xf16, packed>, !attn.rows<4xf32, packed>
}

// -----

// The KV head is the query head over the group size; a row's position follows the anchor.
// CHECK-LABEL: func.func @bottom_right
// CHECK:         %[[GROUP:.*]] = arith.constant 2 : index
// CHECK:         %[[KVHEAD:.*]] = arith.divui %arg1, %[[GROUP]]
// CHECK:         memref.subview %arg3[0, %[[KVHEAD]], 0]
// CHECK:         scf.for %[[ROW:.*]] =
// CHECK:           linalg.generic
// CHECK:           %[[OFFSET:.*]] = arith.subi
// CHECK:           arith.addi %[[ROW]], %[[OFFSET]]
attn.kernel @bottom_right(
    %q: !attn.tokens<4x8xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x8xf16, packed> {attn.name = "k"},
    %v: !attn.tokens<2x8xf16, packed> {attn.name = "v"})
    -> (!attn.tokens<4x8xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {}
    : (!attn.tokens<4x8xf16, packed>, !attn.tokens<2x8xf16, packed>, !attn.tokens<2x8xf16, packed>)
    -> !attn.tokens<4x8xf16, packed>
  attn.return %o : !attn.tokens<4x8xf16, packed>
}

// -----

// A read is guarded by every axis and yields 0 outside; the mask selects -inf after the score.
// CHECK-LABEL: func.func @read_is_guarded
// CHECK:         %[[KEY:.*]] = linalg.index 0
// CHECK:         %[[SIZE:.*]] = memref.dim %arg5
// CHECK:         arith.cmpi sge, %[[KEY]]
// CHECK:         arith.cmpi slt, %[[KEY]], %[[SIZE]]
// CHECK:         %[[READ:.*]] = scf.if %{{.*}} -> (f64)
// CHECK:           memref.load %arg5[%[[KEY]]]
// CHECK:         } else {
// CHECK-NEXT:      scf.yield %{{.*}} : f64
// CHECK:         %[[SUM:.*]] = arith.addf %{{.*}}, %[[READ]]
// CHECK:         arith.constant 0xFFF0000000000000 : f64
// CHECK:         %[[LOGIT:.*]] = arith.select %{{.*}}, %[[SUM]], %{{.*}} : f64
// CHECK:         linalg.yield %[[LOGIT]]
attn.kernel @read_is_guarded(
    %q: !attn.tokens<1x8xf16, packed> {attn.name = "q"}, %k: !attn.tokens<1x8xf16, packed> {attn.name = "k"},
    %v: !attn.tokens<1x8xf16, packed> {attn.name = "v"}, %t: !attn.side<["kv_len"], f32> {attn.name = "t"})
    -> (!attn.tokens<1x8xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %x = attn.read %t[%j] : !attn.side<["kv_len"], f32> -> f32
    %r = arith.addf %s, %x : f32
    attn.yield %r : f32
  } mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %causal = arith.cmpi sle, %j, %i : index
    attn.yield %causal : i1
  } : (!attn.tokens<1x8xf16, packed>, !attn.tokens<1x8xf16, packed>, !attn.tokens<1x8xf16, packed>)
    -> !attn.tokens<1x8xf16, packed>
  attn.return %o : !attn.tokens<1x8xf16, packed>
}

// -----

// Elements that are rounded on the way to the attention come with their errors; those of v are exact here.
// CHECK-LABEL: func.func @errors_of_operands
// CHECK-SAME: (%arg0: index, %arg1: index, %arg2: memref<?x2x8xf64>, %arg3: memref<?x2x8xf64>, %arg4: memref<?x2x8xf64>, %arg5: memref<?x2x8xf64>, %arg6: memref<?x2x8xf64>,
// CHECK: %[[KERROR:.*]] = memref.subview %arg5
// CHECK: %[[QERROR:.*]] = memref.subview %arg3
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %[[QERROR]], %[[KERROR]] :
attn.kernel @errors_of_operands(
    %q: !attn.tokens<2x8xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x8xf16, packed> {attn.name = "k"},
    %v: !attn.tokens<2x8xf16, packed> {attn.name = "v"})
    -> (!attn.tokens<2x8xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %qr = attn.rope neox queries %q dim 4 frequencies [1.0, 0.5] : (!attn.tokens<2x8xf16, packed>) -> !attn.tokens<2x8xf16, packed>
  %kr = attn.rope neox keys %k dim 4 frequencies [1.0, 0.5] : (!attn.tokens<2x8xf16, packed>) -> !attn.tokens<2x8xf16, packed>
  %o = attn.attention %qr, %kr, %v scale 1.0 anchor bottom_right score {} mask {}
    : (!attn.tokens<2x8xf16, packed>, !attn.tokens<2x8xf16, packed>, !attn.tokens<2x8xf16, packed>)
    -> !attn.tokens<2x8xf16, packed>
  attn.return %o : !attn.tokens<2x8xf16, packed>
}
