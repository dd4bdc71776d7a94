// RUN: attnc-translate --emit-cuda --target=sm_80 %s | FileCheck %s
// Scalars as C++ expressions with the fewest parentheses that keep their meaning.
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.program @expressions tensors [] scalars [] dims [] {
  tile.launch @integers grid ["1", "1", "1"] fields ["dim:a", "dim:b", "dim:w"]
  tile.launch @conditions grid ["1", "1", "1"] fields ["dim:a", "dim:b"]
  tile.launch @floats grid ["1", "1", "1"] fields ["scalar:x", "scalar:y"]
  tile.launch @functions grid ["1", "1", "1"] fields ["scalar:x"]
  tile.launch @casts grid ["1", "1", "1"] fields ["dim:a", "scalar:x"]
  tile.launch @reads grid ["1", "1", "1"] fields ["tensor:t", "dim:a"]
}

// CHECK-LABEL: integers_{{[0-9a-f]+}}(
// CHECK: const int left = p.a - p.b - 1;
// CHECK: const int right = p.a - (p.b - 1);
// CHECK: const int product = (p.a - p.b) * p.b;
// CHECK: const int quotient = floor_div(p.a + p.b, p.b);
// CHECK: const int up = ceil_div(p.a, p.b);
// CHECK: const int negative = p.a + -5;
// CHECK: const int bounds = clamp(round_up(p.a, p.b), round_down(p.a, p.b), min(p.a, max(p.b, 1)));
// CHECK: const i64 wide = i64(p.a) * p.w;
tile.kernel @integers(%a: index {tile.name = "a"}, %b: index {tile.name = "b"}, %w: i64 {tile.name = "w"})
    attributes {schedule = #s} {
  %c1 = arith.constant 1 : index
  %c5 = arith.constant -5 : index
  %ab = arith.subi %a, %b : index
  %l = arith.subi %ab, %c1 : index
  %left = tile.let "left" %l : index
  %b1 = arith.subi %b, %c1 : index
  %r = arith.subi %a, %b1 : index
  %right = tile.let "right" %r : index
  %p = arith.muli %ab, %b : index
  %product = tile.let "product" %p : index
  %sum = arith.addi %a, %b : index
  %q = arith.floordivsi %sum, %b : index
  %quotient = tile.let "quotient" %q : index
  %u = arith.ceildivsi %a, %b : index
  %up = tile.let "up" %u : index
  %n = arith.addi %a, %c5 : index
  %negative = tile.let "negative" %n : index
  %ru = tile.round_up %a, %b
  %rd = tile.round_down %a, %b
  %mx = arith.maxsi %b, %c1 : index
  %mn = arith.minsi %a, %mx : index
  %cl = tile.clamp %ru, %rd, %mn
  %bounds = tile.let "bounds" %cl : index
  %cast = arith.index_cast %a : index to i64
  %m = arith.muli %cast, %w : i64
  %wide = tile.let "wide" %m : i64
  tile.return
}

// CHECK-LABEL: conditions_{{[0-9a-f]+}}(
// CHECK: const bool both = p.a < p.b && p.a <= 0 && p.a == p.b;
// CHECK: const bool mixed = (p.a < p.b && p.a <= 0) || p.a > p.b;
// CHECK: const bool nested = p.a < p.b && (p.a <= 0 || p.a > p.b);
// CHECK: const bool not_ = !(p.a < p.b);
// CHECK: const bool differ = p.a < p.b != p.a <= 0;
// CHECK: const int chosen = p.a < p.b ? p.a : p.b;
tile.kernel @conditions(%a: index {tile.name = "a"}, %b: index {tile.name = "b"}) attributes {schedule = #s} {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %lt = arith.cmpi slt, %a, %b : index
  %le = arith.cmpi sle, %a, %c0 : index
  %eq = arith.cmpi eq, %a, %b : index
  %gt = arith.cmpi sgt, %a, %b : index
  %le_eq = arith.andi %le, %eq : i1
  %b1 = arith.andi %lt, %le_eq : i1
  %both = tile.let "both" %b1 : i1
  %lt_le = arith.andi %lt, %le : i1
  %m1 = arith.ori %lt_le, %gt : i1
  %mixed = tile.let "mixed" %m1 : i1
  %le_gt = arith.ori %le, %gt : i1
  %n1 = arith.andi %lt, %le_gt : i1
  %nested = tile.let "nested" %n1 : i1
  %x1 = arith.xori %lt, %true : i1
  %not = tile.let "not" %x1 : i1
  %x2 = arith.xori %lt, %le : i1
  %differ = tile.let "differ" %x2 : i1
  %s = arith.select %lt, %a, %b : index
  %chosen = tile.let "chosen" %s : index
  tile.return
}

// The shortest literal that reads back as the same float; never an int.
// CHECK-LABEL: floats_{{[0-9a-f]+}}(
// CHECK: const float scaled = p.x * 0.125f + 2.0f;
// CHECK: const float tiny = p.x * 1e-30f;
// CHECK: const float third = p.x / 0.33333334f;
// CHECK: const float minus = -(p.x + p.y);
// CHECK: const float both_minus = -(-1.5f);
// CHECK: const float infinite = p.x * -kNegInf;
// CHECK: const bool above = p.x > p.y;
// CHECK: const bool differs = p.x != p.y;
tile.kernel @floats(%x: f32 {tile.name = "x"}, %y: f32 {tile.name = "y"}) attributes {schedule = #s} {
  %eighth = arith.constant 0.125 : f32
  %two = arith.constant 2.0 : f32
  %small = arith.constant 1.0e-30 : f32
  %t = arith.constant 0.33333334 : f32
  %n15 = arith.constant -1.5 : f32
  %inf = arith.constant 0x7F800000 : f32
  %0 = arith.mulf %x, %eighth : f32
  %1 = arith.addf %0, %two : f32
  %scaled = tile.let "scaled" %1 : f32
  %2 = arith.mulf %x, %small : f32
  %tiny = tile.let "tiny" %2 : f32
  %3 = arith.divf %x, %t : f32
  %third = tile.let "third" %3 : f32
  %4 = arith.addf %x, %y : f32
  %5 = arith.negf %4 : f32
  %minus = tile.let "minus" %5 : f32
  %6 = arith.negf %n15 : f32
  %both = tile.let "both_minus" %6 : f32
  %7 = arith.mulf %x, %inf : f32
  %infinite = tile.let "infinite" %7 : f32
  %8 = arith.cmpf ogt, %x, %y : f32
  %above = tile.let "above" %8 : i1
  %9 = arith.cmpf une, %x, %y : f32
  %differs = tile.let "differs" %9 : i1
  tile.return
}

// CHECK-LABEL: functions_{{[0-9a-f]+}}(
// CHECK: = fminf(fmaxf(p.x, p.x), fabsf(p.x));
// CHECK: = attn::exp(attn::log(attn::sqrt(attn::tanh(attn::erf(p.x)))));
tile.kernel @functions(%x: f32 {tile.name = "x"}) attributes {schedule = #s} {
  %0 = arith.maxnumf %x, %x : f32
  %1 = math.absf %x : f32
  %2 = arith.minnumf %0, %1 : f32
  %a = tile.let "a" %2 : f32
  %3 = math.erf %x : f32
  %4 = math.tanh %3 : f32
  %5 = math.sqrt %4 : f32
  %6 = math.log %5 : f32
  %7 = math.exp %6 : f32
  %b = tile.let "b" %7 : f32
  tile.return
}

// An index is an int, so casting an i32 to one says nothing.
// CHECK-LABEL: casts_{{[0-9a-f]+}}(
// CHECK: const float real = float(p.a + p.a);
// CHECK: const int same = p.a;
// CHECK: const float flag = float(p.x > p.x);
tile.kernel @casts(%a: i32 {tile.name = "a"}, %x: f32 {tile.name = "x"}) attributes {schedule = #s} {
  %0 = arith.addi %a, %a : i32
  %1 = arith.sitofp %0 : i32 to f32
  %real = tile.let "real" %1 : f32
  %2 = arith.index_cast %a : i32 to index
  %same = tile.let "same" %2 : index
  %3 = arith.cmpf ogt, %x, %x : f32
  %4 = arith.uitofp %3 : i1 to f32
  %flag = tile.let "flag" %4 : f32
  tile.return
}

// CHECK-LABEL: reads_{{[0-9a-f]+}}(
// CHECK: const float value = bias.read(p.a, p.a + 1);
tile.kernel @reads(%t: !tile.pointer<f16> {tile.name = "t"}, %a: index {tile.name = "a"}) attributes {schedule = #s} {
  %bias = tile.view_side "bias" %t[%a, %a] : !tile.pointer<f16> -> !tile.side<f16, 2>
  %c1 = arith.constant 1 : index
  %next = arith.addi %a, %c1 : index
  %r = tile.read_side %bias[%a, %next] : !tile.side<f16, 2> -> f32
  %value = tile.let "value" %r : f32
  tile.return
}
