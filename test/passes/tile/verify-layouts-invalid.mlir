// RUN: attnc-opt %s -split-input-file -verify-diagnostics -pass-pipeline='builtin.module(tile.kernel(tile-verify-layouts))'
// That a convert moves data, or that the swizzle conflicts, cannot be written with the storage types of today:
// test/dialect/LayoutTest.cpp tries such layouts on the algebra itself.
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @convert_of_48_columns() attributes {schedule = #s} {
  %c = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=48, warps 4>
  // expected-error @below {{expected rows and columns to be powers of two, got '!tile.fragment<kTileQ=64 x kTileKv=48, warps 4>'}}
  %w = tile.convert "weights" %c : !tile.fragment<kTileQ=64 x kTileKv=48, warps 4> -> !tile.weights<kTileQ=64 x kTileKv=48, f16, warps 4>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @operand_of_192_columns() attributes {schedule = #s} {
  %c = tile.alloc "c" : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4>
  %a = tile.alloc "a" : !tile.shared<kTileQ=64 x kHeadDim=192, f16>
  // expected-error @below {{expected rows and columns to be powers of two, got '!tile.shared<kTileQ=64 x kHeadDim=192, f16>'}}
  tile.mma_abt %c = %a, %a : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=192, f16>, !tile.shared<kTileQ=64 x kHeadDim=192, f16>
  tile.return
}
