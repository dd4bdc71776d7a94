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

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// Types say a size of the same name.
tile.kernel @constant_and_size_differ() attributes {schedule = #s} {
  // expected-note @below {{another value is 64 : index}}
  %c = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  // expected-error @below {{expected one value for kTileKv, got 32 : index}}
  %0 = tile.constant "kTileKv" 32 : index : index
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @step_and_size_differ(%i: index {tile.name = "i"}) attributes {schedule = #s} {
  // expected-note @below {{another value is 64 : index}}
  %c = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  // expected-error @below {{expected one value for kTileKv, got 32 : index}}
  tile.loop "keys" %i to %i step <kTileKv = 32> {
  ^bb0(%kv: index):
    tile.sync
  }
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// expected-note @below {{another value is 128 : index}}
tile.kernel @threads_of_another_schedule() attributes {schedule = #s} {
  // expected-error @below {{expected one value for kThreads, got 64 : index}}
  %0 = tile.constant "kThreads" 64 : index : index
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// expected-error @below {{expected pointers, index, i32, i64 and f32 for arguments, got '!tile.side<f32, 1>' for bias}}
tile.kernel @argument_that_is_no_field(%t: !tile.side<f32, 1> {tile.name = "bias"}) attributes {schedule = #s} {
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @storage_without_an_offset() attributes {schedule = #s} {
  // expected-error @below {{expected an offset in shared memory, got none: run tile-plan-shared-memory first}}
  %q = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// The text would read the slot after the advance.
tile.kernel @slot_used_behind_an_advance() attributes {schedule = #s} {
  %ring = tile.alloc "k_ring" offset 0 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16>
  %c = tile.alloc "c" : !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>
  // expected-error @below {{expected every use in this block, before the ring advances, got another}}
  %k = tile.current %ring ahead 0 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16> -> !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.advance %ring : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16>
  // expected-note @below {{the use is here}}
  tile.mma_abt %c = %k, %k : !tile.fragment<kTileKv=64 x kTileKv=64, warps 4> = !tile.shared<kTileKv=64 x kHeadDim=64, f16>, !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// Neither may a loop that advances the ring stand between, nor a use be inside one.
tile.kernel @slot_used_in_a_loop(%i: index {tile.name = "i"}) attributes {schedule = #s} {
  %ring = tile.alloc "k_ring" offset 0 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16>
  %c = tile.alloc "c" : !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>
  // expected-error @below {{expected every use in this block, before the ring advances, got another}}
  %k = tile.current %ring ahead 0 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16> -> !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    // expected-note @below {{the use is here}}
    tile.mma_abt %c = %k, %k : !tile.fragment<kTileKv=64 x kTileKv=64, warps 4> = !tile.shared<kTileKv=64 x kHeadDim=64, f16>, !tile.shared<kTileKv=64 x kHeadDim=64, f16>
    tile.advance %ring : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16>
  }
  tile.return
}

// -----

tile.kernel @two_tables_of_a_name() attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-note @below {{another value is array<f32: 1.000000e+00>}}
  %a = tile.table "kRopeFrequencies" [1.0] : !tile.pointer<f32>
  // expected-error @below {{expected one value for kRopeFrequencies, got array<f32: 2.000000e+00>}}
  %b = tile.table "kRopeFrequencies" [2.0] : !tile.pointer<f32>
  tile.return
}
