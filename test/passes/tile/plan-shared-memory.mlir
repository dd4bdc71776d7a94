// RUN: attnc-opt %s -pass-pipeline='builtin.module(tile.kernel(tile-plan-shared-memory))' | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// Offsets follow the order of declaration; a ring takes its stages times a tile (64 * 64 * 2 bytes).
// CHECK-LABEL: @declaration_order
// CHECK-SAME: shared_bytes = 32768 : i64
// CHECK: tile.alloc "q_tile" offset 0
// CHECK: tile.alloc "k_ring" offset 8192
// CHECK: tile.alloc "staging" offset 24576
tile.kernel @declaration_order() attributes {schedule = #s} {
  %q = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  %k = tile.alloc "k_ring" : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16>
  %o = tile.alloc "staging" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  tile.return
}

// The smallest tile is one period of the swizzle, so every offset is a multiple of 1024.
// CHECK-LABEL: @multiples_of_1024
// CHECK-SAME: shared_bytes = 2048 : i64
// CHECK: tile.alloc "a" offset 0
// CHECK: tile.alloc "b" offset 1024
tile.kernel @multiples_of_1024() attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile.shared<kRows=8 x kHeadDim=64, f16>
  %b = tile.alloc "b" : !tile.shared<kRows=8 x kHeadDim=64, f16>
  tile.return
}

// Rows of f32 take twice the bytes: 16 columns are half a panel of 128, 48 are two panels.
// CHECK-LABEL: @rows_of_f32
// CHECK-SAME: shared_bytes = 6144 : i64
// CHECK: tile.alloc "a" offset 0
// CHECK: tile.alloc "b" offset 2048
tile.kernel @rows_of_f32() attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile.shared<kTileQ=16 x kHeadDim=16, f32>
  %b = tile.alloc "b" : !tile.shared<kTileQ=16 x kHeadDimV=48, f32>
  tile.return
}

// CHECK-LABEL: @registers_take_none
// CHECK-SAME: shared_bytes = 0 : i64
// CHECK: tile.alloc "scores" :
// CHECK: tile.alloc "row_max" :
tile.kernel @registers_take_none() attributes {schedule = #s} {
  %a = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %b = tile.alloc "row_max" : !tile.row_vector<kTileQ=64, warps 4>
  tile.return
}
