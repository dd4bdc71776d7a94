// RUN: attnc-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{expected elements of f16, bf16, f32, f8E4M3FN, f8E5M2 or i8, got 'f64'}}
module attributes {test.shared_c1_f64 = !tile.shared<kTileQ=64 x kHeadDim=64, f64>} {}

// -----

// expected-error @below {{expected columns to be a multiple of 16, got 72}}
module attributes {test.shared_c2_72_columns = !tile.shared<kTileQ=64 x kHeadDim=72, bf16>} {}

// -----

// expected-error @below {{expected rows to be a multiple of 16 for each of 4 warps, got 48}}
module attributes {test.fragment_c1_48_rows = !tile.fragment<kTileQ=48 x kTileKv=64, warps 4>} {}

// -----

// expected-error @below {{expected rows to be a multiple of 16 for each of 0 warps, got 64}}
module attributes {test.fragment_c1_no_warps = !tile.fragment<kTileQ=64 x kTileKv=64, warps 0>} {}

// -----

// expected-error @below {{expected columns to be a multiple of 16, got 24}}
module attributes {test.fragment_c2_24_columns = !tile.fragment<kTileQ=64 x kTileKv=24, warps 4>} {}

// -----

// expected-error @below {{expected elements of f16, bf16 or f32, got 'f64'}}
module attributes {test.weights_c1_f64 = !tile.weights<kTileQ=64 x kTileKv=64, f64, warps 4>} {}

// -----

// expected-error @below {{expected 1 to 4 stages, got 5}}
module attributes {test.ring_c1_five_stages = !tile.ring<kStages=5 x kTileKv=64 x kHeadDim=64, f16>} {}

// -----

// expected-error @below {{expected columns to be a multiple of 16, got 40}}
module attributes {test.ring_c2_slot = !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=40, f16>} {}

// -----

// expected-error @below {{expected rows to be a multiple of 8, got 4}}
module attributes {test.shared_c3_4_rows = !tile.shared<kRows=4 x kHeadDim=64, bf16>} {}

// -----

// expected-error @below {{expected rows to be a multiple of 16 for each of 4 warps, got 48}}
module attributes {test.weights_c2_48_rows = !tile.weights<kTileQ=48 x kTileKv=64, f16, warps 4>} {}

// -----

// expected-error @below {{expected columns to be a multiple of 16, got 8}}
module attributes {test.weights_c2_8_columns = !tile.weights<kTileQ=64 x kTileKv=8, f16, warps 4>} {}

// -----

// expected-error @below {{expected rows to be a multiple of 16 for each of 4 warps, got 16}}
module attributes {test.row_vector_c1_16_rows = !tile.row_vector<kTileQ=16, warps 4>} {}

// -----

// expected-error @below {{expected an element type of f32, f16, bf16, i32 or i1, got 'f64'}}
module attributes {test.pointer_c1_f64 = !tile.pointer<f64>} {}

// -----

// expected-error @below {{expected elements of f16, bf16, f32, f8E4M3FN, f8E5M2 or i8, got 'i32'}}
module attributes {test.global_rows_c1_i32 = !tile.global_rows<kHeadDim=64, i32>} {}

// -----

// expected-error @below {{expected an element type of f32, f16, bf16, i32 or i1, got 'i8'}}
module attributes {test.side_c1_i8 = !tile.side<i8, 2>} {}

// -----

// expected-error @below {{expected 1 to 4 axes, got 0}}
module attributes {test.side_c2_no_axis = !tile.side<f32, 0>} {}

// -----

// expected-error @below {{expected 1 to 4 axes, got 5}}
module attributes {test.side_c2_five_axes = !tile.side<f32, 5>} {}

// -----

// expected-error @below {{expected an alignment of a power of two from 2 to 16, got 6}}
module attributes {test.global_rows_c2_odd = !tile.global_rows<kHeadDim=64, f16 aligned 6>} {}

// -----

// expected-error @below {{expected an alignment of a power of two from 4 to 16, got 2}}
module attributes {test.global_rows_c2_f32 = !tile.global_rows<kHeadDim=64, f32 aligned 2>} {}

// -----

// expected-error @below {{expected strided rows to be aligned to their elements of 2 bytes, got 16}}
module attributes {test.global_rows_c3 = !tile.global_rows<kHeadDim=64, f16 strided true>} {}

// -----

// expected-error @below {{expected rows that are paged or grouped, got both}}
module attributes {test.global_rows_c4 = !tile.global_rows<kHeadDim=64, f16 paged kPage=16 grouped kGroup=4>} {}

// -----

// expected-error @below {{expected tokens to be kept beside a ring, and neither ring nor beams of grouped rows}}
module attributes {test.global_rows_c5_keep = !tile.global_rows<kHeadDim=64, f16 keep kKeep=4>} {}

// -----

// expected-error @below {{expected tokens to be kept beside a ring, and neither ring nor beams of grouped rows}}
module attributes {test.global_rows_c5_group = !tile.global_rows<kHeadDim=64, f16 grouped kGroup=4 cyclic kRing=8>} {}

// -----

// expected-error @below {{expected rows of beams to be read only, got writable ones}}
module attributes {test.global_rows_c6 = !tile.global_rows<kHeadDim=64, f16, writable true beams true>} {}
