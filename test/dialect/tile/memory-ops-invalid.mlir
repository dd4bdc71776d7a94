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

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @alloc_c1() attributes {schedule = #s} {
  // expected-error @below {{expected storage of the kernel's 4 warps, got '!tile.fragment<kTileQ=64 x kTileKv=64, warps 2>'}}
  %c = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 2>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @alloc_c2() attributes {schedule = #s} {
  // expected-error @below {{expected an offset for shared memory only, got one for '!tile.row_vector<kTileQ=64, warps 4>'}}
  %m = tile.alloc "row_max" offset 1024 : !tile.row_vector<kTileQ=64, warps 4>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @load_c1(%p: !tile.pointer<f32> {tile.name = "p"}) attributes {schedule = #s} {
  %i = tile.block_id 0
  // expected-error @below {{expected a pointer to i32, got '!tile.pointer<f32>'}}
  %0 = tile.load %p[%i] : !tile.pointer<f32>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @view_rows_c1(%p: !tile.pointer<f16> {tile.name = "p"}, %i: i64 {tile.name = "i"}) attributes {schedule = #s} {
  // expected-error @below {{expected pointer and rows of one element type, got '!tile.pointer<f16>' and '!tile.global_rows<kHeadDim=64, bf16>'}}
  %0 = tile.view_rows "rows" %p offset %i stride %i : !tile.pointer<f16> -> !tile.global_rows<kHeadDim=64, bf16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @view_rows_c2(%p: !tile.pointer<f16> {tile.name = "p"}, %i: i64 {tile.name = "i"}) attributes {schedule = #s} {
  // expected-error @below {{expected a writable pointer for writable rows, got '!tile.pointer<f16>'}}
  %0 = tile.view_rows "rows" %p offset %i stride %i : !tile.pointer<f16> -> !tile.global_rows<kHeadDim=64, f16, writable true>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @view_side_c1(%p: !tile.pointer<f16> {tile.name = "p"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  // expected-error @below {{expected pointer and tensor of one element type, got '!tile.pointer<f16>' and '!tile.side<f32, 1>'}}
  %0 = tile.view_side "bias" %p[%i] : !tile.pointer<f16> -> !tile.side<f32, 1>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @view_side_c2(%p: !tile.pointer<f16> {tile.name = "p"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  // expected-error @below {{expected one size per axis (2), got 1}}
  %0 = tile.view_side "bias" %p[%i] : !tile.pointer<f16> -> !tile.side<f16, 2>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @read_side_c1(%t: !tile.side<f16, 2> {tile.name = "t"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  // expected-error @below {{expected one index per axis (2), got 3}}
  %0 = tile.read_side %t[%i, %i, %i] : !tile.side<f16, 2> -> f32
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @read_side_c2_float(%t: !tile.side<f16, 1> {tile.name = "t"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  // expected-error @below {{expected a result of 'f32', got 'i32'}}
  %0 = tile.read_side %t[%i] : !tile.side<f16, 1> -> i32
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @read_side_c2_bool(%t: !tile.side<i1, 1> {tile.name = "t"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  // expected-error @below {{expected a result of 'i1', got 'i32'}}
  %0 = tile.read_side %t[%i] : !tile.side<i1, 1> -> i32
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @copy_async_c3(%rows: !tile.global_rows<kHeadDim=64, f16, writable true> {tile.name = "rows"},
                           %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %k = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected rows to read only, got '!tile.global_rows<kHeadDim=64, f16, writable true>'}}
  tile.copy_async %rows[%i] valid %i, %i to %k : !tile.global_rows<kHeadDim=64, f16, writable true> -> !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @store_rows_c1_columns(%out: !tile.global_rows<kHeadDim=64, f16, writable true> {tile.name = "out"},
                                   %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %t = tile.alloc "t" : !tile.shared<kTileQ=64 x kHeadDim=128, f16>
  // expected-error @below {{expected source and destination rows to agree, got '!tile.shared<kTileQ=64 x kHeadDim=128, f16>' and '!tile.global_rows<kHeadDim=64, f16, writable true>'}}
  tile.store_rows %t to %out[%i] valid_end %i : !tile.shared<kTileQ=64 x kHeadDim=128, f16> -> !tile.global_rows<kHeadDim=64, f16, writable true>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @store_rows_c1_element(%out: !tile.global_rows<kHeadDim=64, bf16, writable true> {tile.name = "out"},
                                   %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %t = tile.alloc "t" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  // expected-error @below {{expected source and destination rows to agree}}
  tile.store_rows %t to %out[%i] valid_end %i : !tile.shared<kTileQ=64 x kHeadDim=64, f16> -> !tile.global_rows<kHeadDim=64, bf16, writable true>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @store_rows_c2(%out: !tile.global_rows<kHeadDim=64, f16> {tile.name = "out"},
                           %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %t = tile.alloc "t" : !tile.shared<kTileQ=64 x kHeadDim=64, f16>
  // expected-error @below {{expected writable rows, got '!tile.global_rows<kHeadDim=64, f16>'}}
  tile.store_rows %t to %out[%i] valid_end %i : !tile.shared<kTileQ=64 x kHeadDim=64, f16> -> !tile.global_rows<kHeadDim=64, f16>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @store_row_values_c1_element(%p: !tile.pointer<f16, writable true> {tile.name = "lse"}, %n: i64 {tile.name = "n"},
                                    %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %v = tile.alloc "lse_rows" : !tile.row_vector<kTileQ=64, warps 4>
  // expected-error @below {{expected a writable pointer to f32, got '!tile.pointer<f16, writable true>'}}
  tile.store_row_values %v to %p offset %n stride %n rows %i, %i : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f16, writable true>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @store_row_values_c1_writable(%p: !tile.pointer<f32> {tile.name = "lse"}, %n: i64 {tile.name = "n"},
                                    %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %v = tile.alloc "lse_rows" : !tile.row_vector<kTileQ=64, warps 4>
  // expected-error @below {{expected a writable pointer to f32, got '!tile.pointer<f32>'}}
  tile.store_row_values %v to %p offset %n stride %n rows %i, %i : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @store_fragment_c1_element(%out: !tile.global_rows<kHeadDim=64, f16, writable true> {tile.name = "out"},
                                       %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  // expected-error @below {{expected writable f32 rows of the fragment's columns, got '!tile.global_rows<kHeadDim=64, f16, writable true>'}}
  tile.store_fragment %acc to %out[%i] valid_end %i : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4> -> !tile.global_rows<kHeadDim=64, f16, writable true>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @store_fragment_c1_columns(%out: !tile.global_rows<kHeadDim=72, f32, writable true> {tile.name = "out"},
                                       %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDimPadded=64, warps 4>
  // expected-error @below {{expected writable f32 rows of the fragment's columns}}
  tile.store_fragment %acc to %out[%i] valid_end %i : !tile.fragment<kTileQ=64 x kHeadDimPadded=64, warps 4> -> !tile.global_rows<kHeadDim=72, f32, writable true>
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.kernel @reuse_c1() attributes {schedule = #s} {
  %q_tile = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDimQk=64, f16>
  // expected-error @below {{expected a tile of at most 8192 bytes, got 16384}}
  %out = tile.reuse "out_tile" %q_tile : !tile.shared<kTileQ=64 x kHeadDimQk=64, f16> -> !tile.shared<kTileQ=64 x kHeadDimV=80, f16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
tile.kernel @view_rows_c3(%p: !tile.pointer<f16> {tile.name = "p"}, %i: i64 {tile.name = "i"}) attributes {schedule = #s} {
  // expected-error @below {{expected a column stride for strided rows and for no others, got one for '!tile.global_rows<kHeadDim=64, f16>'}}
  %0 = tile.view_rows "rows" %p offset %i stride %i column_stride %i : !tile.pointer<f16> -> !tile.global_rows<kHeadDim=64, f16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
tile.kernel @add_row_c1(%rows: !tile.global_rows<kHeadDim=64, f16> {tile.name = "rows"}) attributes {schedule = #s} {
  %k = tile.alloc "k" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  // expected-error @below {{expected source and destination rows to agree, got '!tile.global_rows<kHeadDim=64, f16>' and '!tile.shared<kTileKv=64 x kHeadDim=64, bf16>'}}
  tile.add_row %rows to %k : !tile.global_rows<kHeadDim=64, f16> -> !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
tile.kernel @add_row_c2(%rows: !tile.global_rows<kHeadDim=64, f16 aligned 2 strided true> {tile.name = "rows"}) attributes {schedule = #s} {
  %k = tile.alloc "k" : !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  // expected-error @below {{expected contiguous rows, got '!tile.global_rows<kHeadDim=64, f16 aligned 2 strided true>'}}
  tile.add_row %rows to %k : !tile.global_rows<kHeadDim=64, f16 aligned 2 strided true> -> !tile.shared<kTileKv=64 x kHeadDim=64, f16>
  tile.return
}

// -----

tile.kernel @search_side_c1_indices(%p: !tile.pointer<i32> {tile.name = "p"}, %n: index {tile.name = "n"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %side = tile.view_side "s" %p[%n, %n] : !tile.pointer<i32> -> !tile.side<i32, 2>
  // expected-error @below {{expected one index per axis but the last (1), got 2}}
  %at = tile.search_side %side[%n, %n] from %n to %n above %n : !tile.side<i32, 2>
  tile.return
}

// -----

tile.kernel @reaches_c2_floats(%p: !tile.pointer<f32> {tile.name = "p"}, %n: index {tile.name = "n"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %side = tile.view_side "s" %p[%n] : !tile.pointer<f32> -> !tile.side<f32, 1>
  // expected-error @below {{expected a side tensor of i32, got '!tile.side<f32, 1>'}}
  %sees = tile.reaches %side[] from %n to %n : !tile.side<f32, 1>
  tile.return
}

// -----

tile.kernel @store_max_c1_read_only(%p: !tile.pointer<f32> {tile.name = "p"}, %n: index {tile.name = "n"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %max = tile.alloc "max" : !tile.row_vector<kTileQ=64, warps 4>
  // expected-error @below {{expected a writable pointer to f32, got '!tile.pointer<f32>'}}
  tile.store_max %max to %p at %n rows %n, %n : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32>
  tile.return
}

// -----

tile.kernel @dump_c1_read_only(%p: !tile.pointer<f32> {tile.name = "p"}, %n: index {tile.name = "n"}, %s: i64 {tile.name = "s"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %x = tile.alloc "x" : !tile.row_vector<kTileQ=64, warps 4>
  // expected-error @below {{expected a writable pointer to f32, got '!tile.pointer<f32>'}}
  tile.dump %x to %p offset %s stride %s rows %n, %n keys %n, %n step <kTileKv = 64> : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32>
  tile.return
}

// -----

tile.kernel @dump_c2_columns(%p: !tile.pointer<f32, writable true> {tile.name = "p"}, %n: index {tile.name = "n"}, %s: i64 {tile.name = "s"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %x = tile.alloc "x" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  // expected-error @below {{expected a fragment of 32 columns, got '!tile.fragment<kTileQ=64 x kTileKv=64, warps 4>'}}
  tile.dump %x to %p offset %s stride %s rows %n, %n keys %n, %n step <kTileKv = 32> : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> -> !tile.pointer<f32, writable true>
  tile.return
}

// -----

tile.kernel @dump_c3_partial(%p: !tile.pointer<f32, writable true> {tile.name = "p"}, %n: index {tile.name = "n"}, %s: i64 {tile.name = "s"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %x = tile.alloc "x" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  // expected-error @below {{expected 'partial' for a row vector, got '!tile.fragment<kTileQ=64 x kTileKv=64, warps 4>'}}
  tile.dump %x partial to %p offset %s stride %s rows %n, %n keys %n, %n step <kTileKv = 64> : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> -> !tile.pointer<f32, writable true>
  tile.return
}

// -----

tile.kernel @view_rows_c4_no_block_stride(%k: !tile.pointer<bf16> {tile.name = "k"}, %t: !tile.pointer<i32> {tile.name = "t"}, %f: !tile.pointer<f32> {tile.name = "f"}, %x: i64 {tile.name = "x"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected a block stride for rows in blocks and for no others, got none for '!tile.global_rows<kHeadDim=128, bf16 grouped kGroup=4>'}}
  %0 = tile.view_rows "k_rows" %k offset %x stride %x : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 grouped kGroup=4>
  tile.return
}

// -----

tile.kernel @view_rows_c4_block_stride_of_plain_rows(%k: !tile.pointer<bf16> {tile.name = "k"}, %t: !tile.pointer<i32> {tile.name = "t"}, %f: !tile.pointer<f32> {tile.name = "f"}, %x: i64 {tile.name = "x"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected a block stride for rows in blocks and for no others, got one for '!tile.global_rows<kHeadDim=128, bf16>'}}
  %0 = tile.view_rows "k_rows" %k offset %x stride %x block_stride %x : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16>
  tile.return
}

// -----

tile.kernel @view_rows_c5_no_table(%k: !tile.pointer<bf16> {tile.name = "k"}, %t: !tile.pointer<i32> {tile.name = "t"}, %f: !tile.pointer<f32> {tile.name = "f"}, %x: i64 {tile.name = "x"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected a table of i32 and its first entry for paged rows and for no others, got none for '!tile.global_rows<kHeadDim=128, bf16 paged kPage=16>'}}
  %0 = tile.view_rows "k_rows" %k offset %x stride %x block_stride %x : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 paged kPage=16>
  tile.return
}

// -----

tile.kernel @view_rows_c5_table_of_groups(%k: !tile.pointer<bf16> {tile.name = "k"}, %t: !tile.pointer<i32> {tile.name = "t"}, %f: !tile.pointer<f32> {tile.name = "f"}, %x: i64 {tile.name = "x"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected a table of i32 and its first entry for paged rows and for no others, got a table for '!tile.global_rows<kHeadDim=128, bf16 grouped kGroup=4>'}}
  %0 = tile.view_rows "k_rows" %k offset %x stride %x block_stride %x pages %t[%x] : !tile.pointer<i32> : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 grouped kGroup=4>
  tile.return
}

// -----

tile.kernel @view_rows_c5_table_of_floats(%k: !tile.pointer<bf16> {tile.name = "k"}, %t: !tile.pointer<i32> {tile.name = "t"}, %f: !tile.pointer<f32> {tile.name = "f"}, %x: i64 {tile.name = "x"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected a table of i32 and its first entry for paged rows and for no others, got a table for}}
  %0 = tile.view_rows "k_rows" %k offset %x stride %x block_stride %x pages %f[%x] : !tile.pointer<f32> : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 paged kPage=16>
  tile.return
}

// -----

tile.kernel @dump_c4_group_without_stride(%p: !tile.pointer<f32, writable true> {tile.name = "p"}, %o: i64 {tile.name = "o"}, %r: index {tile.name = "r"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %sums = tile.alloc "sums" : !tile.row_vector<kTileQ=64, warps 4>
  // expected-error @below {{expected a group with its stride, got no stride}}
  "tile.dump"(%sums, %p, %o, %o, %r, %r, %r, %r) <{step = #tile.dim<kTileKv = 64>, group = #tile.dim<kGroup = 4>, operandSegmentSizes = array<i32: 1, 0, 1, 1, 1, 1, 1, 1, 1, 0>}>
      : (!tile.row_vector<kTileQ=64, warps 4>, !tile.pointer<f32, writable true>, i64, i64, index, index, index, index) -> ()
  tile.return
}

// -----

tile.kernel @view_rows_c7(%k: !tile.pointer<bf16, writable true> {tile.name = "k"}, %x: i64 {tile.name = "x"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected an oldest row and slots for writable cyclic rows and for no others, got none for '!tile.global_rows<kHeadDim=128, bf16, writable true cyclic kRing=64>'}}
  %0 = tile.view_rows "k_rows" %k offset %x stride %x : !tile.pointer<bf16, writable true> -> !tile.global_rows<kHeadDim=128, bf16, writable true cyclic kRing=64>
  tile.return
}

// -----

tile.kernel @view_rows_c8(%k: !tile.pointer<bf16> {tile.name = "k"}, %x: i64 {tile.name = "x"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected a table of i32 for rows of beams and for no others, got none for '!tile.global_rows<kHeadDim=128, bf16 beams true>'}}
  %0 = tile.view_rows "k_rows" %k offset %x stride %x : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 beams true>
  tile.return
}
