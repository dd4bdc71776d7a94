// RUN: attnc-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{expected 16-bit elements, got f32}}
func.func private @shared_c1_f32(!tile.shared<kTileQ=64 x kHeadDim=64, f32>)

// -----

// expected-error @below {{expected columns to be a multiple of 64, got 96}}
func.func private @shared_c2_96_columns(!tile.shared<kTileQ=64 x kHeadDim=96, bf16>)

// -----

// expected-error @below {{expected rows to be a multiple of 16 for each of 4 warps, got 48}}
func.func private @fragment_c1_48_rows(!tile.fragment<kTileQ=48 x kTileKv=64, warps 4>)

// -----

// expected-error @below {{expected rows to be a multiple of 16 for each of 0 warps, got 64}}
func.func private @fragment_c1_no_warps(!tile.fragment<kTileQ=64 x kTileKv=64, warps 0>)

// -----

// expected-error @below {{expected columns to be a multiple of 8, got 20}}
func.func private @fragment_c2_20_columns(!tile.fragment<kTileQ=64 x kTileKv=20, warps 4>)

// -----

// expected-error @below {{expected f16 or bf16 weights, got f32}}
func.func private @weights_c1_f32(!tile.weights<kTileQ=64 x kTileKv=64, f32, warps 4>)
