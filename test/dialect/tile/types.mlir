// RUN: attnc-opt %s | attnc-opt | FileCheck %s
// Every storage and view type prints as it is read; sizes keep the names of their constants.
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// CHECK-LABEL: @pointer
// CHECK-SAME: !tile.pointer<bf16>
tile.kernel @pointer(%p: !tile.pointer<bf16> {tile.name = "q"}) attributes {schedule = #s} { tile.return }

// CHECK-LABEL: @pointer_writable
// CHECK-SAME: !tile.pointer<f32, writable true>
tile.kernel @pointer_writable(%p: !tile.pointer<f32, writable true> {tile.name = "lse"})
    attributes {schedule = #s} { tile.return }

// CHECK-LABEL: @global_rows
// CHECK-SAME: !tile.global_rows<kHeadDim=128, bf16>
tile.kernel @global_rows(%p: !tile.global_rows<kHeadDim=128, bf16> {tile.name = "rows"})
    attributes {schedule = #s} { tile.return }

// CHECK-LABEL: @global_rows_writable
// CHECK-SAME: !tile.global_rows<kHeadDim=128, f16, writable true>
tile.kernel @global_rows_writable(%p: !tile.global_rows<kHeadDim=128, f16, writable true> {tile.name = "rows"})
    attributes {schedule = #s} { tile.return }

// CHECK-LABEL: @shared
// CHECK: !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
tile.kernel @shared() attributes {schedule = #s} {
  %0 = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
  tile.return
}

// CHECK-LABEL: @ring
// CHECK: !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, f16>
tile.kernel @ring() attributes {schedule = #s} {
  %0 = tile.alloc "k_ring" : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, f16>
  tile.return
}

// CHECK-LABEL: @fragment
// CHECK: !tile.fragment<kTileQ=64 x kTileKv=32, warps 4>
tile.kernel @fragment() attributes {schedule = #s} {
  %0 = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=32, warps 4>
  tile.return
}

// CHECK-LABEL: @row_vector
// CHECK: !tile.row_vector<kTileQ=64, warps 4>
tile.kernel @row_vector() attributes {schedule = #s} {
  %0 = tile.alloc "row_max" : !tile.row_vector<kTileQ=64, warps 4>
  tile.return
}

// CHECK-LABEL: @weights
// CHECK-SAME: !tile.weights<kTileQ=64 x kTileKv=32, bf16, warps 4>
tile.kernel @weights(%w: !tile.weights<kTileQ=64 x kTileKv=32, bf16, warps 4> {tile.name = "w"})
    attributes {schedule = #s} { tile.return }

// CHECK-LABEL: @side
// CHECK-SAME: !tile.side<f32, 3>
tile.kernel @side(%b: !tile.side<f32, 3> {tile.name = "bias"}) attributes {schedule = #s} { tile.return }

// A name that is no keyword is quoted.
// CHECK-LABEL: @quoted_dim
// CHECK: !tile.row_vector<"k tile"=64, warps 4>
tile.kernel @quoted_dim() attributes {schedule = #s} {
  %0 = tile.alloc "row_max" : !tile.row_vector<"k tile"=64, warps 4>
  tile.return
}

// CHECK-LABEL: @global_rows_looked_up
// CHECK-SAME: !tile.global_rows<kHeadDim=128, bf16 paged kPage=16 cyclic kRing=60 keep kKeep=4 beams true>
// CHECK-SAME: !tile.global_rows<kHeadDim=128, bf16, writable true cyclic kRing=64>
tile.kernel @global_rows_looked_up(%p: !tile.global_rows<kHeadDim=128, bf16 paged kPage=16 cyclic kRing=60 keep kKeep=4 beams true> {tile.name = "rows"},
                                   %q: !tile.global_rows<kHeadDim=128, bf16, writable true cyclic kRing=64> {tile.name = "places"})
    attributes {schedule = #s} { tile.return }
