// RUN: attnc-opt %s | attnc-opt | FileCheck %s
// The attributes are parsed as discardable attributes of a module: each stands alone.

// CHECK: test.dim = #tile.dim<kTileQ = 128>
module attributes {test.dim = #tile.dim<kTileQ = 128>} {}

// CHECK: test.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 3, warps = 2>
module attributes {test.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 3, warps = 2>} {}

// Defaults of a tensor are not printed.
// CHECK: test.input = #tile.tensor<name = "prefix", elementType = i32, shape = ["batch"]>
module attributes {test.input = #tile.tensor<name = "prefix", elementType = i32, shape = ["batch"]>} {}

// CHECK: test.output = #tile.tensor<name = "out", elementType = bf16, shape = ["total_q", "16"], output = true, strided = true, alignment = 16>
module attributes {test.output = #tile.tensor<name = "out", elementType = bf16, shape = ["total_q", "16"],
                                              output = true, strided = true, alignment = 16>} {}

// CHECK: test.required = #tile.scalar<name = "scale", type = f32>
module attributes {test.required = #tile.scalar<name = "scale", type = f32>} {}

// CHECK: test.optional = #tile.scalar<name = "window", type = i32, defaultValue = 4.096000e+03 : f64>
module attributes {test.optional = #tile.scalar<name = "window", type = i32, defaultValue = 4096.0 : f64>} {}
