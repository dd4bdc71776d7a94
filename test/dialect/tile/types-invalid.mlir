// RUN: attnc-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{expected 16-bit elements, got 'f32'}}
module attributes {test.shared_c1_f32 = !tile.shared<kTileQ=64 x kHeadDim=64, f32>} {}

// -----

// expected-error @below {{expected columns to be a multiple of 64, got 96}}
module attributes {test.shared_c2_96_columns = !tile.shared<kTileQ=64 x kHeadDim=96, bf16>} {}

// -----

// expected-error @below {{expected rows to be a multiple of 16 for each of 4 warps, got 48}}
module attributes {test.fragment_c1_48_rows = !tile.fragment<kTileQ=48 x kTileKv=64, warps 4>} {}

// -----

// expected-error @below {{expected rows to be a multiple of 16 for each of 0 warps, got 64}}
module attributes {test.fragment_c1_no_warps = !tile.fragment<kTileQ=64 x kTileKv=64, warps 0>} {}

// -----

// expected-error @below {{expected columns to be a multiple of 8, got 20}}
module attributes {test.fragment_c2_20_columns = !tile.fragment<kTileQ=64 x kTileKv=20, warps 4>} {}

// -----

// expected-error @below {{expected f16 or bf16 weights, got 'f32'}}
module attributes {test.weights_c1_f32 = !tile.weights<kTileQ=64 x kTileKv=64, f32, warps 4>} {}

// -----

// expected-error @below {{expected 1 to 4 stages, got 5}}
module attributes {test.ring_c1_five_stages = !tile.ring<kStages=5 x kTileKv=64 x kHeadDim=64, f16>} {}

// -----

// expected-error @below {{expected columns to be a multiple of 64, got 40}}
module attributes {test.ring_c2_slot = !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=40, f16>} {}
