// RUN: attnc-opt %s -split-input-file -verify-diagnostics
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @current_c1_beyond_the_ring() attributes {schedule = #s} {
  %ring = tile.alloc "ring" : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected a slot less than 2 ahead, got 2}}
  %0 = tile.current %ring ahead 2 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16> -> !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @current_c1_behind() attributes {schedule = #s} {
  %ring = tile.alloc "ring" : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected a slot less than 2 ahead, got -1}}
  %0 = tile.current %ring ahead -1 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16> -> !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @current_slot_of_another_type() attributes {schedule = #s} {
  %ring = tile.alloc "ring" : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected a slot of '!tile.shared<kTileKv=64 x kHeadDim=64, f16>', got '!tile.shared<kTileKv=64 x kHeadDim=64, bf16>'}}
  %0 = tile.current %ring ahead 0 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16> -> !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @copy_async_c1_columns(%rows: !tile.global_rows<kHeadDim=128, f16> {tile.name = "rows"},
                                   %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %k = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected source and destination rows to agree, got '!tile.global_rows<kHeadDim=128, f16>' and '!tile.shared<kTileKv=64 x kHeadDim=64, f16>'}}
  tile.copy_async %rows[%i] valid %i, %i to %k : !tile.global_rows<kHeadDim=128, f16> -> !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @copy_async_c1_element(%rows: !tile.global_rows<kHeadDim=64, f16> {tile.name = "rows"},
                                   %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %k = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  // expected-error @below {{expected source and destination rows to agree}}
  tile.copy_async %rows[%i] valid %i, %i to %k : !tile.global_rows<kHeadDim=64, f16> -> !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @copy_async_c2_argument(%rows: !tile.global_rows<kHeadDim=64, f16> {tile.name = "rows"},
                                    %i: index {tile.name = "i"}, %b: i1 {tile.name = "b"}) attributes {schedule = #s} {
  %k = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected where to map an index to i1}}
  tile.copy_async %rows[%i] valid %i, %i where {
  ^bb0(%key: i32):
    tile.yield %b : i1
  } to %k : !tile.global_rows<kHeadDim=64, f16> -> !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @copy_async_c2_result(%rows: !tile.global_rows<kHeadDim=64, f16> {tile.name = "rows"},
                                  %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %k = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected where to map an index to i1}}
  tile.copy_async %rows[%i] valid %i, %i where {
  ^bb0(%key: index):
    tile.yield %key : index
  } to %k : !tile.global_rows<kHeadDim=64, f16> -> !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @wait_for_a_negative_number() attributes {schedule = #s} {
  // expected-error @below {{attribute 'pending' failed to satisfy constraint}}
  tile.wait -1
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @store_shared_c1() attributes {schedule = #s} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  %t = tile.alloc "t" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  // expected-error @below {{expected sizes to agree, got '!tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>' and '!tile.shared<kTileQ=64 x kHeadDim=64, f16>'}}
  tile.store_shared %acc to %t : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> -> !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  tile.return
}
