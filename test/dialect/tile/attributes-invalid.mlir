// RUN: attnc-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{expected a positive size for kTileQ, got 0}}
module attributes {test.dim_c1_zero = #tile.dim<kTileQ = 0>} {}

// -----

// expected-error @below {{expected a positive size for kTileQ, got -64}}
module attributes {test.dim_c1_negative = #tile.dim<kTileQ = -64>} {}

// -----

// expected-error @below {{expected tile_q to be a multiple of 64 (16 rows for each of 4 warps) up to 256, got 32}}
module attributes {test.schedule_c1_too_small = #tile.schedule<tile_q = 32, tile_kv = 64, stages = 2, warps = 4>} {}

// -----

// expected-error @below {{expected tile_q to be a multiple of 64 (16 rows for each of 4 warps) up to 256, got 72}}
module attributes {test.schedule_c1_no_multiple = #tile.schedule<tile_q = 72, tile_kv = 64, stages = 2, warps = 4>} {}

// -----

// expected-error @below {{expected tile_q to be a multiple of 64 (16 rows for each of 4 warps) up to 256, got 512}}
module attributes {test.schedule_c1_too_large = #tile.schedule<tile_q = 512, tile_kv = 64, stages = 2, warps = 4>} {}

// -----

// expected-error @below {{expected tile_kv to be a multiple of 16 up to 256, got 8}}
module attributes {test.schedule_c2_too_small = #tile.schedule<tile_q = 64, tile_kv = 8, stages = 2, warps = 4>} {}

// -----

// expected-error @below {{expected tile_kv to be a multiple of 16 up to 256, got 40}}
module attributes {test.schedule_c2_no_multiple = #tile.schedule<tile_q = 64, tile_kv = 40, stages = 2, warps = 4>} {}

// -----

// expected-error @below {{expected 1 to 4 stages, got 0}}
module attributes {test.schedule_c3_none = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 0, warps = 4>} {}

// -----

// expected-error @below {{expected 1 to 4 stages, got 5}}
module attributes {test.schedule_c3_five = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 5, warps = 4>} {}

// -----

// expected-error @below {{expected 1 to 8 warps, got 16}}
module attributes {test.schedule_c4_sixteen = #tile.schedule<tile_q = 256, tile_kv = 64, stages = 2, warps = 16>} {}

// -----

// expected-error @below {{expected a power of two of warps, got 3}}
module attributes {test.schedule_c4_three = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 3>} {}

// -----

// expected-error @below {{expected an element type of f32, f16, bf16, i32 or i1 for q, got 'f64'}}
module attributes {test.tensor_c1_f64 = #tile.tensor<name = "q", elementType = f64, shape = ["n"]>} {}

// -----

// expected-error @below {{expected the axes of q to be strings, got 4 : i64}}
module attributes {test.tensor_c2_number = #tile.tensor<name = "q", elementType = f32, shape = [4]>} {}

// -----

// expected-error @below {{expected a power of two for the alignment of q, got 12}}
module attributes {test.tensor_c3_12 = #tile.tensor<name = "q", elementType = f32, shape = ["n"], alignment = 12>} {}

// -----

// expected-error @below {{expected i32 or f32 for window, got 'i64'}}
module attributes {test.scalar_c1_i64 = #tile.scalar<name = "window", type = i64>} {}
