// RUN: attnc-translate --emit-cuda --target=sm_80 %s | FileCheck %s
#plain = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 1, warps = 4, mma = plain>
#tf32 = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 1, warps = 4, mma = sync_tf32>
#sums = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 1, warps = 4, mma = sync_f16_sums>
!floats = !tile.shared<kTileQ=64 x kHeadDim=64, f32>
!halves = !tile.shared<kTileQ=64 x kHeadDim=64, f16>
!fragment = !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
!rows = !tile.global_rows<kHeadDim=64, f16>

tile.program @families tensors [] scalars [] dims [] {
  tile.launch @plain_one grid ["1", "1", "1"] fields ["tensor:k", "dim:o", "dim:n"]
  tile.launch @tf32_one grid ["1", "1", "1"] fields []
  tile.launch @sums_one grid ["1", "1", "1"] fields []
}

// CHECK: #include "attnc/block/copy.cuh"
// CHECK-NOT: copy_async
// CHECK-NOT: #include "attnc/block/sync.cuh"
// CHECK-DAG: #include "attnc/warp/dot.cuh"
// CHECK-DAG: #include "attnc/warp/mma_f16_sums.cuh"
// CHECK-DAG: #include "attnc/warp/mma_tf32.cuh"

// Weights are read where the scores are; copies and stores are those of sm_75.
// CHECK: // plain_one: 64 x 64 tiles, 1 stage, 4 warps, no tensor cores.
// CHECK: {{^}}  block::copy<kThreads>(k_tile, k_rows, p.n, p.n, p.n);
// CHECK-NEXT: {{^}}  block::sync();
// CHECK-NEXT: {{^}}  warp::dot_abt(scores, k_tile, k_tile);
// CHECK-NEXT: {{^}}  warp::dot_ab(acc, scores, k_tile);
// CHECK-NEXT: {{^}}  warp::store_shared_singly(k_tile, acc);
tile.kernel @plain_one(%k: !tile.pointer<f16> {tile.name = "k"}, %o: i64 {tile.name = "o"}, %n: index {tile.name = "n"})
    attributes {schedule = #plain} {
  %t = tile.alloc "k_tile" offset 0 : !halves
  %scores = tile.alloc "scores" : !fragment
  %acc = tile.alloc "acc" : !fragment
  %r = tile.view_rows "k_rows" %k offset %o stride %o : !tile.pointer<f16> -> !rows
  tile.copy_async %r[%n] valid %n, %n to %t through_registers : !rows -> !halves
  tile.sync
  tile.mma_abt %scores = %t, %t kind plain : !fragment = !halves, !halves
  tile.mma_ab %acc += %scores, %t kind plain : !fragment = !fragment, !halves
  tile.store_shared %acc to %t singly : !fragment -> !halves
  tile.return
}

// CHECK: // tf32_one: 64 x 64 tiles, 1 stage, 4 warps, tf32.
// CHECK: const SharedTile<float, kTileQ, kHeadDim> k_tile(shared_memory + 0);
// CHECK: {{^}}  warp::mma_abt_tf32(scores, k_tile, k_tile);
// CHECK-NEXT: {{^}}  const auto weights = warp::convert_tf32(scores);
// CHECK-NEXT: {{^}}  warp::mma_ab_tf32(acc, weights, k_tile);
tile.kernel @tf32_one() attributes {schedule = #tf32} {
  %t = tile.alloc "k_tile" offset 0 : !floats
  %scores = tile.alloc "scores" : !fragment
  %acc = tile.alloc "acc" : !fragment
  tile.mma_abt %scores = %t, %t kind sync_tf32 : !fragment = !floats, !floats
  %w = tile.convert "weights" %scores : !fragment -> !tile.weights<kTileQ=64 x kHeadDim=64, f32, warps 4>
  tile.mma_ab %acc += %w, %t kind sync_tf32 : !fragment = !tile.weights<kTileQ=64 x kHeadDim=64, f32, warps 4>, !floats
  tile.return
}

// CHECK: // sums_one: 64 x 64 tiles, 1 stage, 4 warps, f16 sums.
// CHECK: {{^}}  warp::mma_abt_f16_sums(scores, k_tile, k_tile);
tile.kernel @sums_one() attributes {schedule = #sums} {
  %t = tile.alloc "k_tile" offset 0 : !halves
  %scores = tile.alloc "scores" : !fragment
  tile.mma_abt %scores = %t, %t kind sync_f16_sums : !fragment = !halves, !halves
  tile.return
}
