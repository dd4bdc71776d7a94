// RUN: attnc-opt %s -split-input-file -verify-diagnostics

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @view_rows_c6_no_count(%k: !tile.pointer<f16, writable true> {tile.name = "k"}, %t: !tile.pointer<i32> {tile.name = "t"}, %x: i64 {tile.name = "x"}) attributes {schedule = #s} {
  // expected-error @below {{expected a page count for writable paged rows and for no others, got none for '!tile.global_rows<kHeadDim=64, f16, writable true paged kPage=16>'}}
  %rows = tile.view_rows "k_rows" %k offset %x stride %x block_stride %x pages %t[%x] : !tile.pointer<i32> : !tile.pointer<f16, writable true> -> !tile.global_rows<kHeadDim=64, f16, writable true paged kPage=16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @view_rows_c6_count_of_read_rows(%k: !tile.pointer<f16> {tile.name = "k"}, %t: !tile.pointer<i32> {tile.name = "t"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  // expected-error @below {{expected a page count for writable paged rows and for no others, got one for '!tile.global_rows<kHeadDim=64, f16 paged kPage=16>'}}
  %rows = tile.view_rows "k_rows" %k offset %x stride %x block_stride %x pages %t[%x] of %n : !tile.pointer<i32> : !tile.pointer<f16> -> !tile.global_rows<kHeadDim=64, f16 paged kPage=16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @quantise_c1(%f: f32 {tile.name = "f"}) attributes {schedule = #s} {
  %tile = tile.alloc "k_tile" : !tile.shared<kTileNew=16 x kHeadDim=64, bf16>
  %bytes = tile.alloc "k_bytes" : !tile.shared<kTileNew=16 x kHeadDimV=32, f8E4M3FN>
  // expected-error @below {{'tile.quantise' op expected sizes to agree, or bytes of two elements, got '!tile.shared<kTileNew=16 x kHeadDim=64, bf16>' and '!tile.shared<kTileNew=16 x kHeadDimV=32, f8E4M3FN>'}}
  tile.quantise %tile factor %f to %bytes : !tile.shared<kTileNew=16 x kHeadDim=64, bf16> -> !tile.shared<kTileNew=16 x kHeadDimV=32, f8E4M3FN>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @quantise_c2(%f: f32 {tile.name = "f"}) attributes {schedule = #s} {
  %tile = tile.alloc "k_tile" : !tile.shared<kTileNew=16 x kHeadDim=64, bf16>
  // expected-error @below {{'tile.quantise' op expected floats of 16 bits to be quantised, got}}
  tile.quantise %tile factor %f to %tile : !tile.shared<kTileNew=16 x kHeadDim=64, bf16> -> !tile.shared<kTileNew=16 x kHeadDim=64, bf16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @copy_c4(%k: !tile.pointer<bf16> {tile.name = "k"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  %rows = tile.view_rows "rows" %k offset %x stride %x : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=64, bf16>
  %wide = tile.view_rows "wide" %k offset %x stride %x : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16>
  %tile = tile.alloc "k_tile" : !tile.shared<kTileKv=16 x kHeadDim=64, bf16>
  // expected-error @below {{'tile.copy_async' op expected joined rows in no blocks, with the columns and element type of '!tile.global_rows<kHeadDim=64, bf16>', and where they begin, got '!tile.global_rows<kHeadDim=128, bf16>'}}
  tile.copy_async %rows[%n] joined %wide from %n : !tile.global_rows<kHeadDim=128, bf16> valid %n, %n to %tile : !tile.global_rows<kHeadDim=64, bf16> -> !tile.shared<kTileKv=16 x kHeadDim=64, bf16>
  tile.return
}
