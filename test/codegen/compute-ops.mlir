// RUN: attnc-translate --emit-cuda --target=sm_80 %s | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
!q = !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
!kv = !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
!scores = !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
!acc = !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
!rows = !tile.row_vector<kTileQ=64, warps 4>
!weights = !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>

tile.program @compute tensors [] scalars [] dims [] {
  tile.launch @fills grid ["1", "1", "1"] fields []
  tile.launch @products grid ["1", "1", "1"] fields []
  tile.launch @maps grid ["1", "1", "1"] fields []
  tile.launch @softmax grid ["1", "1", "1"] fields []
  tile.launch @unread_lse grid ["1", "1", "1"] fields []
}

// CHECK-LABEL: fills_{{[0-9a-f]+}}(
// CHECK: {{^}}  fill(row_max, kNegInf);
// CHECK-NEXT: {{^}}  fill(acc, 0.0f);
tile.kernel @fills() attributes {schedule = #s} {
  %m = tile.alloc "row_max" : !rows
  %acc = tile.alloc "acc" : !acc
  tile.fill %m, 0xFF800000 : !rows
  tile.fill %acc, 0.0 : !acc
  tile.return
}

// CHECK-LABEL: products_{{[0-9a-f]+}}(
// CHECK: {{^}}  warp::mma_abt(scores, q_tile, k_tile);
// CHECK-NEXT: {{^}}  const auto weights = warp::convert<bf16>(scores);
// CHECK-NEXT: {{^}}  warp::mma_ab(acc, weights, k_tile);
tile.kernel @products() attributes {schedule = #s} {
  %q = tile.alloc "q_tile" offset 0 : !q
  %k = tile.alloc "k_tile" offset 16384 : !kv
  %scores = tile.alloc "scores" : !scores
  %acc = tile.alloc "acc" : !acc
  tile.mma_abt %scores = %q, %k : !scores = !q, !kv
  %w = tile.convert "weights" %scores : !scores -> !weights
  tile.mma_ab %acc += %w, %k : !acc = !weights, !kv
  tile.return
}

// A boundary map reads as any other; the difference is gone.
// CHECK-LABEL: maps_{{[0-9a-f]+}}(
// CHECK: {{^}}  warp::map(scores, [&](float s, int row, int column) {
// CHECK: {{^}}    return attn::softcap(s, kSoftcap, 1.0f / kSoftcap);
// CHECK-NEXT: {{^}}  });
// CHECK: {{^}}  warp::map(scores, [&](float s, int row, int column) {
// CHECK: {{^}}    return row < column ? s : kNegInf;
// CHECK: {{^}}  warp::map_rows(row_max, [&](float s, int row) {
// CHECK: {{^}}    return s;
tile.kernel @maps() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !scores
  %m = tile.alloc "row_max" : !rows
  tile.map %scores {
  ^bb0(%s: f32, %row: index, %column: index):
    %cap = tile.constant "kSoftcap" 5.0 : f32 : f32
    %c = tile.softcap %s, %cap : f32
    tile.yield %c : f32
  } : !scores
  tile.map %scores boundary {
  ^bb0(%s: f32, %row: index, %column: index):
    %v = arith.cmpi slt, %row, %column : index
    %inf = tile.constant "kNegInf" 0xFF800000 : f32 : f32
    %r = arith.select %v, %s, %inf : f32
    tile.yield %r : f32
  } : !scores
  tile.map_rows %m {
  ^bb0(%s: f32, %row: index):
    tile.yield %s : f32
  } : !rows
  tile.return
}

// CHECK-LABEL: softmax_{{[0-9a-f]+}}(
// CHECK: {{^}}  attn::online_softmax<true>(scores, row_max, row_sum, acc, kScaleLog2);
// CHECK-NEXT: {{^}}  attn::online_softmax<false>(scores, row_max, row_sum, acc, kScaleLog2);
// CHECK-NEXT: {{^}}  auto lse_rows = attn::finish(acc, row_max, row_sum, kScaleLog2);
tile.kernel @softmax() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !scores
  %m = tile.alloc "row_max" : !rows
  %l = tile.alloc "row_sum" : !rows
  %acc = tile.alloc "acc" : !acc
  %c = tile.constant "kScaleLog2" 0.125 : f32 : f32
  tile.online_softmax %scores, %m, %l, %acc scale %c may_be_empty : !scores, !rows, !rows, !acc
  tile.online_softmax %scores, %m, %l, %acc scale %c : !scores, !rows, !rows, !acc
  %lse = tile.finish "lse_rows" %acc, %m, %l scale %c : !acc, !rows, !rows -> !rows
  tile.map_rows %lse {
  ^bb0(%s: f32, %row: index):
    tile.yield %s : f32
  } : !rows
  tile.return
}

// CHECK-LABEL: unread_lse_{{[0-9a-f]+}}(
// CHECK: {{^}}  attn::finish(acc, row_max, row_sum, kScaleLog2);
tile.kernel @unread_lse() attributes {schedule = #s} {
  %m = tile.alloc "row_max" : !rows
  %l = tile.alloc "row_sum" : !rows
  %acc = tile.alloc "acc" : !acc
  %c = tile.constant "kScaleLog2" 0.125 : f32 : f32
  %lse = tile.finish "lse_rows" %acc, %m, %l scale %c : !acc, !rows, !rows -> !rows
  tile.return
}
