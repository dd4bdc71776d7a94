// RUN: attnc-opt %s -split-input-file -verify-diagnostics
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_abt_c1_rows() attributes {schedule = #s} {
  %c = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %a = tile.alloc "q_tile" : !tile.shared<kTileQ=128 x kHeadDim=64, f16>
  %b = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected (m x k) and (n x k) for m x n, got '!tile.shared<kTileQ=128 x kHeadDim=64, f16>' and '!tile.shared<kTileKv=64 x kHeadDim=64, f16>' for '!tile.fragment<kTileQ=64 x kTileKv=64, warps 4>'}}
  tile.mma_abt %c = %a, %b : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> = !tile.shared<kTileQ=128 x kHeadDim=64, f16>, !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_abt_c1_columns() attributes {schedule = #s} {
  %c = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %a = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  %b = tile.alloc "k_tile" : !tile.shared<kTileKv=32 x kHeadDim=64, f16>
  // expected-error @below {{expected (m x k) and (n x k) for m x n}}
  tile.mma_abt %c = %a, %b : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=64, f16>, !tile.shared<kTileKv=32 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_abt_c1_depth() attributes {schedule = #s} {
  %c = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %a = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  %b = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, f16>
  // expected-error @below {{expected (m x k) and (n x k) for m x n}}
  tile.mma_abt %c = %a, %b : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=64, f16>, !tile.shared<kTileKv=64 x kHeadDim=128, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_abt_c2() attributes {schedule = #s} {
  %c = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %a = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  %b = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  // expected-error @below {{expected one element type, or a quantised b, got '!tile.shared<kTileQ=64 x kHeadDim=64, f16>' and '!tile.shared<kTileKv=64 x kHeadDim=64, bf16>'}}
  tile.mma_abt %c = %a, %b : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=64, f16>, !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_ab_c1(%w: !tile.weights<kTileQ=64 x kTileKv=64, f16, warps 4> {tile.name = "w"})
    attributes {schedule = #s} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  %v = tile.alloc "v_tile" : !tile.shared<kTileKv=32 x kHeadDim=64, f16>
  // expected-error @below {{expected (m x k) and (k x n) for m x n, got '!tile.weights<kTileQ=64 x kTileKv=64, f16, warps 4>' and '!tile.shared<kTileKv=32 x kHeadDim=64, f16>'}}
  tile.mma_ab %acc += %w, %v : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4> = !tile.weights<kTileQ=64 x kTileKv=64, f16, warps 4>, !tile.shared<kTileKv=32 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_ab_c2(%w: !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4> {tile.name = "w"})
    attributes {schedule = #s} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  %v = tile.alloc "v_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected one element type, or a quantised b, got}}
  tile.mma_ab %acc += %w, %v : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4> = !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>, !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @map_c1_arguments() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  // expected-error @below {{expected a region over ('f32', 'index', 'index'), got ('f32', 'index')}}
  tile.map %scores {
  ^bb0(%s: f32, %row: index):
    tile.yield %s : f32
  } : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @map_c1_result() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  // expected-error @below {{expected the region to yield f32, got ('index')}}
  tile.map %scores {
  ^bb0(%s: f32, %row: index, %column: index):
    tile.yield %row : index
  } : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @map_rows_c1() attributes {schedule = #s} {
  %lse = tile.alloc "lse_rows" : !tile.row_vector<kTileQ=64, warps 4>
  // expected-error @below {{expected a region over ('f32', 'index'), got ('f32', 'index', 'index')}}
  tile.map_rows %lse {
  ^bb0(%l: f32, %row: index, %column: index):
    tile.yield %l : f32
  } : !tile.row_vector<kTileQ=64, warps 4>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @convert_c1_warps() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  // expected-error @below {{expected sizes and warps to agree, got '!tile.fragment<kTileQ=64 x kTileKv=64, warps 4>' and '!tile.weights<kTileQ=64 x kTileKv=64, f16, warps 2>'}}
  %w = tile.convert "weights" %scores : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> -> !tile.weights<kTileQ=64 x kTileKv=64, f16, warps 2>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_ab_c3(%w: !tile.weights<kTileQ=64 x kTileKv=64, f16, warps 2> {tile.name = "w"})
    attributes {schedule = #s} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  %v = tile.alloc "v_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected one number of warps, got '!tile.weights<kTileQ=64 x kTileKv=64, f16, warps 2>' for '!tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>'}}
  tile.mma_ab %acc += %w, %v : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4> = !tile.weights<kTileQ=64 x kTileKv=64, f16, warps 2>, !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @online_softmax_c1() attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %m = tile.alloc "row_max" : !tile.row_vector<kTileQ=128, warps 4>
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  %c = tile.constant "kScaleLog2" 1.0 : f32 : f32
  // expected-error @below {{expected one number of rows and warps, got '!tile.fragment<kTileQ=64 x kTileKv=64, warps 4>' and '!tile.row_vector<kTileQ=128, warps 4>'}}
  tile.online_softmax %scores, %m, %m, %acc scale %c : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>, !tile.row_vector<kTileQ=128, warps 4>, !tile.row_vector<kTileQ=128, warps 4>, !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @finish_c1() attributes {schedule = #s} {
  %m = tile.alloc "row_max" : !tile.row_vector<kTileQ=64, warps 4>
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  %c = tile.constant "kScaleLog2" 1.0 : f32 : f32
  // expected-error @below {{expected one number of rows and warps, got '!tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>' and '!tile.row_vector<kTileQ=128, warps 4>'}}
  %lse = tile.finish "lse_rows" %acc, %m, %m scale %c : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4> -> !tile.row_vector<kTileQ=128, warps 4>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_abt_c3_f16_sums_of_bf16() attributes {schedule = #s} {
  %c = tile.alloc "c" : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4>
  %a = tile.alloc "a" : !tile.shared<kTileQ=64 x kHeadDim=64, bf16>
  // expected-error @below {{expected operands that sync_f16_sums multiplies, got '!tile.shared<kTileQ=64 x kHeadDim=64, bf16>'}}
  tile.mma_abt %c = %a, %a kind sync_f16_sums : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=64, bf16>, !tile.shared<kTileQ=64 x kHeadDim=64, bf16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_abt_c3_tf32_of_f16() attributes {schedule = #s} {
  %c = tile.alloc "c" : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4>
  %a = tile.alloc "a" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  // expected-error @below {{expected operands that sync_tf32 multiplies, got '!tile.shared<kTileQ=64 x kHeadDim=64, f16>'}}
  tile.mma_abt %c = %a, %a kind sync_tf32 : !tile.fragment<kTileQ=64 x kTileQ=64, warps 4> = !tile.shared<kTileQ=64 x kHeadDim=64, f16>, !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_ab_c2_plain_of_weights(%w: !tile.weights<kTileQ=64 x kTileKv=64, f16, warps 4> {tile.name = "w"})
    attributes {schedule = #s} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  %v = tile.alloc "v_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected a fragment for plain, got '!tile.weights<kTileQ=64 x kTileKv=64, f16, warps 4>'}}
  tile.mma_ab %acc += %w, %v kind plain : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4> = !tile.weights<kTileQ=64 x kTileKv=64, f16, warps 4>, !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_ab_c2_sync_of_a_fragment() attributes {schedule = #s} {
  %p = tile.alloc "p" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  %v = tile.alloc "v_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected weights for sync, got '!tile.fragment<kTileQ=64 x kTileKv=64, warps 4>'}}
  tile.mma_ab %acc += %p, %v : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4> = !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>, !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @mma_ab_c4_f16_sums(%w: !tile.weights<kTileQ=64 x kTileKv=64, f16, warps 4> {tile.name = "w"})
    attributes {schedule = #s} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  %v = tile.alloc "v_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected operands that sync_f16_sums multiplies, got '!tile.shared<kTileKv=64 x kHeadDim=64, f16>'}}
  tile.mma_ab %acc += %w, %v kind sync_f16_sums : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4> = !tile.weights<kTileQ=64 x kTileKv=64, f16, warps 4>, !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----

tile.kernel @finish_c2_two_kinds_of_sinks(%c: f32 {tile.name = "c"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  %rows = tile.alloc "rows" : !tile.row_vector<kTileQ=64, warps 4>
  // expected-error @below {{expected one sink for all rows or one a row, got both}}
  %lse = tile.finish "lse_rows" %acc, %rows, %rows scale %c sink %c row_sinks %rows : !tile.row_vector<kTileQ=64, warps 4> : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>, !tile.row_vector<kTileQ=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4> -> !tile.row_vector<kTileQ=64, warps 4>
  tile.return
}

// -----

tile.kernel @interleave_c1() attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %q = tile.alloc "q" : !tile.shared<kTileQ=64 x kHeadDim=64, f32>
  // expected-error @below {{'tile.interleave_columns' op expected elements of 16 bits, got '!tile.shared<kTileQ=64 x kHeadDim=64, f32>'}}
  tile.interleave_columns %q : !tile.shared<kTileQ=64 x kHeadDim=64, f32>
  tile.return
}
