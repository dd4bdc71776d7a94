// RUN: attnc-opt %s -split-input-file -verify-diagnostics -pass-pipeline='builtin.module(tile.kernel(tile-legalize-for-cuda))'
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @op_without_printer(%x: f32 {tile.name = "x"}) attributes {schedule = #s} {
  // expected-error @below {{expected an op that the CUDA printer knows, got 'math.sin'}}
  %0 = math.sin %x : f32
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// C++'s && is not a bitwise and.
tile.kernel @and_of_integers(%a: i32 {tile.name = "a"}) attributes {schedule = #s} {
  // expected-error @below {{expected an op that the CUDA printer knows, got 'arith.andi'}}
  %0 = arith.andi %a, %a : i32
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// An index is an int in the text: an unsigned comparison would be signed there.
tile.kernel @unsigned_comparison(%a: index {tile.name = "a"}) attributes {schedule = #s} {
  // expected-error @below {{expected an op that the CUDA printer knows, got 'arith.cmpi'}}
  %0 = arith.cmpi ult, %a, %a : index
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// `<` is false for NaN, ult is true.
tile.kernel @unordered_comparison(%x: f32 {tile.name = "x"}) attributes {schedule = #s} {
  // expected-error @below {{expected an op that the CUDA printer knows, got 'arith.cmpf'}}
  %0 = arith.cmpf ult, %x, %x : f32
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// fminf drops NaN, minimumf keeps it.
tile.kernel @nan_keeping_minimum(%x: f32 {tile.name = "x"}) attributes {schedule = #s} {
  // expected-error @below {{expected an op that the CUDA printer knows, got 'arith.minimumf'}}
  %0 = arith.minimumf %x, %x : f32
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @unsigned_to_float(%a: i32 {tile.name = "a"}) attributes {schedule = #s} {
  // expected-error @below {{expected an op that the CUDA printer knows, got 'arith.uitofp'}}
  %0 = arith.uitofp %a : i32 to f32
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// The text declares a constant once.
tile.kernel @constant_of_two_values() attributes {schedule = #s} {
  // expected-note @below {{another value is 5.000000e+01 : f32}}
  %0 = tile.constant "kSoftcap" 50.0 : f32 : f32
  // expected-error @below {{expected one value for kSoftcap, got 3.000000e+01 : f32}}
  %1 = tile.constant "kSoftcap" 30.0 : f32 : f32
  tile.return
}
