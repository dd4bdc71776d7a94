// RUN: attnc-opt %s -pass-pipeline='builtin.module(tile.kernel(tile-legalize-for-cuda))' | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// An expression with two uses gets a name, so that the text has it once.
// CHECK-LABEL: @repeated_expression
// CHECK: %[[SUM:.*]] = arith.addi
// CHECK-NEXT: %[[LET:.*]] = tile.let "offset" %[[SUM]] : index
// CHECK-NEXT: arith.muli %[[LET]], %[[LET]]
tile.kernel @repeated_expression(%a: index {tile.name = "a"}) attributes {schedule = #s} {
  %sum = arith.addi %a, %a : index
  %square = arith.muli %sum, %sum : index
  %beyond = arith.cmpi sge, %square, %a : index
  tile.exit_if %beyond
  tile.return
}

// CHECK-LABEL: @names_by_type
// CHECK: tile.let "value" %{{.*}} : f32
// CHECK: tile.let "holds" %{{.*}} : i1
// CHECK: tile.let "element" %{{.*}} : f32
tile.kernel @names_by_type(%x: f32 {tile.name = "x"}, %p: !tile.pointer<f32> {tile.name = "p"}, %n: index {tile.name = "n"})
    attributes {schedule = #s} {
  %t = tile.view_side "t" %p[%n] : !tile.pointer<f32> -> !tile.side<f32, 1>
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  tile.map %acc {
  ^bb0(%s: f32, %row: index, %column: index):
    %sum = arith.addf %s, %x : f32
    %hot = arith.cmpf ogt, %sum, %sum : f32
    %both = arith.ori %hot, %hot : i1
    %element = tile.read_side %t[%column] : !tile.side<f32, 1> -> f32
    %one = arith.select %both, %element, %s : f32
    %two = arith.addf %one, %element : f32
    tile.yield %two : f32
  } : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  tile.return
}

// CHECK-LABEL: @one_use_stays_an_expression
// CHECK-NOT: tile.let
// CHECK: tile.return
tile.kernel @one_use_stays_an_expression(%a: index {tile.name = "a"}) attributes {schedule = #s} {
  %sum = arith.addi %a, %a : index
  %beyond = arith.cmpi sge, %sum, %a : index
  tile.exit_if %beyond
  tile.return
}

// CHECK-LABEL: @leaves_need_no_name
// CHECK-NOT: tile.let
// CHECK: tile.return
tile.kernel @leaves_need_no_name(%a: index {tile.name = "a"}) attributes {schedule = #s} {
  %c = arith.constant 3 : index
  %sum = arith.addi %c, %c : index
  %beyond = arith.cmpi sge, %sum, %a : index
  tile.exit_if %beyond
  tile.return
}

// CHECK-LABEL: @named_values_need_no_second_name
// CHECK: tile.let "first_row"
// CHECK-NOT: tile.let
// CHECK: tile.return
tile.kernel @named_values_need_no_second_name(%a: index {tile.name = "a"}) attributes {schedule = #s} {
  %sum = arith.addi %a, %a : index
  %first_row = tile.let "first_row" %sum : index
  %beyond = arith.cmpi sge, %first_row, %first_row : index
  tile.exit_if %beyond
  tile.return
}

// What nothing reads would be an unused declaration.
// CHECK-LABEL: @unused_scalars_go
// CHECK-NEXT: tile.return
tile.kernel @unused_scalars_go(%a: index {tile.name = "a"}) attributes {schedule = #s} {
  %sum = arith.addi %a, %a : index
  %first_row = tile.let "first_row" %sum : index
  %tile = tile.constant "kTileKv" 64 : index : index
  tile.return
}

// A cast of an expression is one; the cast alone is not.
// CHECK-LABEL: @casts
// CHECK: %[[READ:.*]] = tile.read_side
// CHECK-NEXT: %[[CAST:.*]] = arith.index_cast %[[READ]]
// CHECK-NEXT: %[[LET:.*]] = tile.let "element" %[[CAST]] : index
// CHECK-NEXT: arith.muli %[[LET]], %[[LET]]
// CHECK-NOT: tile.let
// CHECK: tile.return
tile.kernel @casts(%p: !tile.pointer<i32> {tile.name = "p"}, %n: i32 {tile.name = "n"}) attributes {schedule = #s} {
  %size = arith.index_cast %n : i32 to index
  %t = tile.view_side "t" %p[%size] : !tile.pointer<i32> -> !tile.side<i32, 1>
  %element = tile.read_side %t[%size] : !tile.side<i32, 1> -> i32
  %index = arith.index_cast %element : i32 to index
  %square = arith.muli %index, %index : index
  %beyond = arith.cmpi sge, %square, %size : index
  tile.exit_if %beyond
  tile.return
}

// A float of an index is made of 32 bits; an offset stays wide.
// CHECK-LABEL: @float_of_an_index
// CHECK-SAME: %[[A:[^:]*]]: index
// CHECK: %[[NARROW:.*]] = arith.index_cast %[[A]] : index to i32
// CHECK-NOT: i64
// CHECK: arith.sitofp %[[NARROW]] : i32 to f32
tile.kernel @float_of_an_index(%a: index {tile.name = "a"}, %x: f32 {tile.name = "x"}) attributes {schedule = #s} {
  %wide = arith.index_cast %a : index to i64
  %real = arith.sitofp %wide : i64 to f32
  %beyond = arith.cmpf ogt, %real, %x : f32
  tile.exit_if %beyond
  tile.return
}
