// RUN: attnc-opt %s -pass-pipeline='builtin.module(tile.kernel(tile-verify-layouts))' | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// The accumulators of S are the A operand of P V in every lane.
// CHECK-LABEL: @convert_stays_in_a_lane
// CHECK: tile.convert
tile.kernel @convert_stays_in_a_lane()
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 2>} {
  %c = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=32, warps 2>
  %w = tile.convert "weights" %c : !tile.fragment<kTileQ=64 x kTileKv=32, warps 2> -> !tile.weights<kTileQ=64 x kTileKv=32, f16, warps 2>
  tile.return
}

// Rows of 128, 256 and 512 bytes are free of bank conflicts under the swizzle.
// CHECK-LABEL: @swizzled_rows
// CHECK-COUNT-3: tile.mma_abt
tile.kernel @swizzled_rows() attributes {schedule = #s} {
  %c = tile.alloc "c" : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4>
  %a = tile.alloc "a" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  %b = tile.alloc "b" : !tile.shared<kTileQ=64 x kHeadDim=128, f16>
  %d = tile.alloc "d" : !tile.shared<kTileQ=64 x kHeadDim=256, f16>
  tile.mma_abt %c = %a, %a : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=64, f16>, !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  tile.mma_abt %c = %b, %b : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=128, f16>, !tile.shared<kTileQ=64 x kHeadDim=128, f16>
  tile.mma_abt %c = %d, %d : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=256, f16>, !tile.shared<kTileQ=64 x kHeadDim=256, f16>
  tile.return
}

// Rows of f32, read by ldmatrix as twice as many 16-bit elements; weights as tf32 operands stay in a lane too.
// CHECK-LABEL: @tf32
// CHECK: tile.mma_abt
// CHECK: tile.convert
tile.kernel @tf32() attributes {schedule = #s} {
  %c = tile.alloc "c" : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4>
  %a = tile.alloc "a" : !tile.shared<kTileQ=64 x kHeadDim=80, f32>
  tile.mma_abt %c = %a, %a kind sync_tf32 : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=80, f32>, !tile.shared<kTileQ=64 x kHeadDim=80, f32>
  %w = tile.convert "weights" %c : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> -> !tile.weights<kTileQ=64 x kTileQ=64, f32, warps 4>
  tile.return
}
