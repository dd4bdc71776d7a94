// RUN: attnc-opt %s | attnc-opt | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// CHECK-LABEL: @fill
// CHECK: tile.fill %{{.*}}, 0xFF800000 : !tile.row_vector<kTileQ=64, warps 4>
// CHECK: tile.fill %{{.*}}, 0.000000e+00 : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
tile.kernel @fill() attributes {schedule = #s} {
  %row_max = tile.alloc "row_max" : !tile.row_vector<kTileQ=64, warps 4>
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  tile.fill %row_max, 0xFF800000 : !tile.row_vector<kTileQ=64, warps 4>
  tile.fill %acc, 0.0 : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  tile.return
}

// CHECK-LABEL: @mma_abt
// CHECK: tile.mma_abt %{{.*}} = %{{.*}}, %{{.*}} : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=128, bf16>, !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
tile.kernel @mma_abt() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %q_tile = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
  %k_tile = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.mma_abt %scores = %q_tile, %k_tile : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=128, bf16>, !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.return
}

// CHECK-LABEL: @convert_and_mma_ab
// CHECK: %[[W:.*]] = tile.convert "weights" %{{.*}} : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> -> !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>
// CHECK: tile.mma_ab %{{.*}} += %[[W]], %{{.*}} : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> = !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>, !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
tile.kernel @convert_and_mma_ab() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  %v_tile = tile.alloc "v_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  %weights = tile.convert "weights" %scores : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> -> !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>
  tile.mma_ab %acc += %weights, %v_tile : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> = !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>, !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.return
}

// CHECK-LABEL: @map
// CHECK: tile.map %{{.*}} {
// CHECK-NEXT: ^bb0(%[[S:.*]]: f32, %{{.*}}: index, %{{.*}}: index):
// CHECK-NEXT: tile.yield %[[S]] : f32
// CHECK-NEXT: } : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
tile.kernel @map() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  tile.map %scores {
  ^bb0(%s: f32, %row: index, %column: index):
    tile.yield %s : f32
  } : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  tile.return
}

// CHECK-LABEL: @map_boundary
// CHECK: tile.map %{{.*}} boundary {
tile.kernel @map_boundary() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  tile.map %scores boundary {
  ^bb0(%s: f32, %row: index, %column: index):
    tile.yield %s : f32
  } : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  tile.return
}

// CHECK-LABEL: @map_rows
// CHECK: tile.map_rows %{{.*}} {
// CHECK-NEXT: ^bb0(%[[L:.*]]: f32, %{{.*}}: index):
// CHECK-NEXT: tile.yield %[[L]] : f32
// CHECK-NEXT: } : !tile.row_vector<kTileQ=64, warps 4>
tile.kernel @map_rows() attributes {schedule = #s} {
  %lse = tile.alloc "lse_rows" : !tile.row_vector<kTileQ=64, warps 4>
  tile.map_rows %lse {
  ^bb0(%l: f32, %row: index):
    tile.yield %l : f32
  } : !tile.row_vector<kTileQ=64, warps 4>
  tile.return
}

// CHECK-LABEL: @softcap
// CHECK: tile.softcap %{{.*}}, %{{.*}} : f32
tile.kernel @softcap(%s: f32 {tile.name = "s"}, %cap: f32 {tile.name = "cap"}) attributes {schedule = #s} {
  %c = tile.softcap %s, %cap : f32
  tile.return
}

// CHECK-LABEL: @softmax
// CHECK: tile.online_softmax %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} scale %{{.*}} may_be_empty scores_may_be_infinite : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
// CHECK: tile.online_softmax {{.*}} scale %{{.*}} :
// CHECK: tile.finish "sink_rows" %{{.*}}, %{{.*}}, %{{.*}} scale %{{.*}} sink %{{.*}} sink_outside_lse :
// CHECK: tile.finish "lse_rows" %{{.*}}, %{{.*}}, %{{.*}} scale %{{.*}} : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4> -> !tile.row_vector<kTileQ=64, warps 4>
tile.kernel @softmax() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %row_max = tile.alloc "row_max" : !tile.row_vector<kTileQ=64, warps 4>
  %row_sum = tile.alloc "row_sum" : !tile.row_vector<kTileQ=64, warps 4>
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  %c = tile.constant "kScaleLog2" 1.250000e-01 : f32 : f32
  tile.online_softmax %scores, %row_max, %row_sum, %acc scale %c may_be_empty scores_may_be_infinite : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  tile.online_softmax %scores, %row_max, %row_sum, %acc scale %c : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  %with_sink = tile.finish "sink_rows" %acc, %row_max, %row_sum scale %c sink %c sink_outside_lse : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4> -> !tile.row_vector<kTileQ=64, warps 4>
  %lse = tile.finish "lse_rows" %acc, %row_max, %row_sum scale %c : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4> -> !tile.row_vector<kTileQ=64, warps 4>
  tile.return
}

// The default kind is not printed, the others are.
// CHECK-LABEL: @mma_kinds
// CHECK-SAME: mma = plain>
// CHECK: tile.mma_abt %{{.*}} = %{{.*}}, %{{.*}} :
// CHECK: tile.mma_abt %{{.*}} = %{{.*}}, %{{.*}} kind sync_f16_sums :
// CHECK: tile.mma_abt %{{.*}} = %{{.*}}, %{{.*}} kind sync_tf32 :
// CHECK: tile.mma_abt %{{.*}} = %{{.*}}, %{{.*}} kind plain :
// CHECK: tile.mma_ab %{{.*}} += %{{.*}}, %{{.*}} kind plain :
tile.kernel @mma_kinds() attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4, mma = plain>} {
  %s = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4>
  %h = tile.alloc "h" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  %f = tile.alloc "f" : !tile.shared<kTileQ=64 x kHeadDim=64, f32>
  tile.mma_abt %s = %h, %h kind sync : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=64, f16>, !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  tile.mma_abt %s = %h, %h kind sync_f16_sums : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=64, f16>, !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  tile.mma_abt %s = %f, %f kind sync_tf32 : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=64, f32>, !tile.shared<kTileQ=64 x kHeadDim=64, f32>
  tile.mma_abt %s = %f, %f kind plain : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=64, f32>, !tile.shared<kTileQ=64 x kHeadDim=64, f32>
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  tile.mma_ab %acc += %s, %f kind plain : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4> = !tile.fragment<kTileQ=64 x kTileQ=64, warps 4>, !tile.shared<kTileQ=64 x kHeadDim=64, f32>
  tile.return
}

// With packed heads every row has the sink of its own head.
// CHECK-LABEL: @finish_row_sinks
// CHECK: tile.finish "lse_rows" %{{.*}}, %{{.*}}, %{{.*}} scale %{{.*}} row_sinks %{{.*}} : !tile.row_vector<kTileQ=64, warps 4> sink_outside_lse : !tile.fragment
tile.kernel @finish_row_sinks(%c: f32 {tile.name = "c"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  %rows = tile.alloc "rows" : !tile.row_vector<kTileQ=64, warps 4>
  %sinks = tile.alloc "sinks" : !tile.row_vector<kTileQ=64, warps 4>
  %lse = tile.finish "lse_rows" %acc, %rows, %rows scale %c row_sinks %sinks : !tile.row_vector<kTileQ=64, warps 4> sink_outside_lse : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4> -> !tile.row_vector<kTileQ=64, warps 4>
  tile.return
}

// Keys and values of 8 bits.
// CHECK-LABEL: @mma_bytes
// CHECK: tile.interleave_columns %{{.*}} : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
// CHECK: tile.mma_abt %{{.*}} = %{{.*}}, %{{.*}} : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=128, bf16>, !tile.shared<kTileKv=64 x kHeadDim=128, f8E4M3FN>
// CHECK: tile.mma_ab %{{.*}} += %{{.*}}, %{{.*}} : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> = !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>, !tile.shared<kTileKv=64 x kHeadDim=128, i8>
// CHECK: tile.restore_columns %{{.*}} : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
tile.kernel @mma_bytes() attributes {schedule = #s} {
  %q_tile = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
  %k_tile = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, f8E4M3FN>
  %v_tile = tile.alloc "v_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, i8>
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  tile.interleave_columns %q_tile : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
  tile.mma_abt %scores = %q_tile, %k_tile : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=128, bf16>, !tile.shared<kTileKv=64 x kHeadDim=128, f8E4M3FN>
  %weights = tile.convert "weights" %scores : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> -> !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>
  tile.mma_ab %acc += %weights, %v_tile : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> = !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>, !tile.shared<kTileKv=64 x kHeadDim=128, i8>
  tile.restore_columns %acc : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  tile.return
}
