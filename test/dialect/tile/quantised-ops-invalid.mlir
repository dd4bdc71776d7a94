// RUN: attnc-opt %s -split-input-file -verify-diagnostics

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @scale_row_c1(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %half = tile.view_rows "half" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHalf=64, f32>
  %groups = tile.view_rows "groups" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kGroups=16, f32 aligned 4>
  %four = tile.view_rows "four" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kFour=4, f32 aligned 4>
  %row = tile.view_rows "row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %floats = tile.alloc "floats" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "bytes" : !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  %wrong = tile.alloc "wrong" : !tile.shared<kTileKv=16 x kOther=32, i8>
  // expected-error @below {{expected a contiguous row of f32 with the tile's columns, got}}
  tile.scale_row %half to %floats : !tile.global_rows<kHalf=64, f32> -> !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @scale_row_c2(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %half = tile.view_rows "half" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHalf=64, f32>
  %groups = tile.view_rows "groups" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kGroups=16, f32 aligned 4>
  %four = tile.view_rows "four" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kFour=4, f32 aligned 4>
  %row = tile.view_rows "row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %floats = tile.alloc "floats" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "bytes" : !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  %wrong = tile.alloc "wrong" : !tile.shared<kTileKv=16 x kOther=32, i8>
  // expected-error @below {{expected a tile of 16-bit floats, got}}
  tile.scale_row %row to %bytes : !tile.global_rows<kHeadDim=128, f32> -> !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @dequantise_c1(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %half = tile.view_rows "half" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHalf=64, f32>
  %groups = tile.view_rows "groups" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kGroups=16, f32 aligned 4>
  %four = tile.view_rows "four" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kFour=4, f32 aligned 4>
  %row = tile.view_rows "row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %floats = tile.alloc "floats" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "bytes" : !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  %wrong = tile.alloc "wrong" : !tile.shared<kTileKv=16 x kOther=32, i8>
  // expected-error @below {{expected sizes to agree, or bytes of two elements, got}}
  tile.dequantise %wrong to %floats : !tile.shared<kTileKv=16 x kOther=32, i8> -> !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @dequantise_c2(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %half = tile.view_rows "half" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHalf=64, f32>
  %groups = tile.view_rows "groups" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kGroups=16, f32 aligned 4>
  %four = tile.view_rows "four" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kFour=4, f32 aligned 4>
  %row = tile.view_rows "row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %floats = tile.alloc "floats" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "bytes" : !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  %wrong = tile.alloc "wrong" : !tile.shared<kTileKv=16 x kOther=32, i8>
  // expected-error @below {{expected quantised elements to become floats of 16 bits, got}}
  tile.dequantise %floats to %floats : !tile.shared<kTileKv=16 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @dequantise_c3(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %half = tile.view_rows "half" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHalf=64, f32>
  %groups = tile.view_rows "groups" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kGroups=16, f32 aligned 4>
  %four = tile.view_rows "four" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kFour=4, f32 aligned 4>
  %row = tile.view_rows "row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %floats = tile.alloc "floats" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "bytes" : !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  %wrong = tile.alloc "wrong" : !tile.shared<kTileKv=16 x kOther=32, i8>
  // expected-error @below {{expected scales of f32 for groups of a multiple of 16 columns, got}}
  tile.dequantise %bytes scales %groups[%i] : !tile.global_rows<kGroups=16, f32 aligned 4> to %floats : !tile.shared<kTileKv=16 x kHeadDim=128, i8> -> !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @quantise_c3(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %half = tile.view_rows "half" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHalf=64, f32>
  %groups = tile.view_rows "groups" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kGroups=16, f32 aligned 4>
  %four = tile.view_rows "four" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kFour=4, f32 aligned 4>
  %row = tile.view_rows "row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %floats = tile.alloc "floats" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "bytes" : !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  %wrong = tile.alloc "wrong" : !tile.shared<kTileKv=16 x kOther=32, i8>
  // expected-error @below {{expected a factor or divisors, got none}}
  tile.quantise %floats to %bytes : !tile.shared<kTileKv=16 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @quantise_c3_columns(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %half = tile.view_rows "half" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHalf=64, f32>
  %groups = tile.view_rows "groups" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kGroups=16, f32 aligned 4>
  %four = tile.view_rows "four" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kFour=4, f32 aligned 4>
  %row = tile.view_rows "row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %floats = tile.alloc "floats" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "bytes" : !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  %wrong = tile.alloc "wrong" : !tile.shared<kTileKv=16 x kOther=32, i8>
  // expected-error @below {{expected a contiguous row of f32 with the tile's columns, got}}
  tile.quantise %floats divisors %half : !tile.global_rows<kHalf=64, f32> to %bytes : !tile.shared<kTileKv=16 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @quantise_rows_c1(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %half = tile.view_rows "half" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHalf=64, f32>
  %groups = tile.view_rows "groups" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kGroups=16, f32 aligned 4>
  %four = tile.view_rows "four" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kFour=4, f32 aligned 4>
  %row = tile.view_rows "row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %floats = tile.alloc "floats" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "bytes" : !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  %wrong = tile.alloc "wrong" : !tile.shared<kTileKv=16 x kOther=32, i8>
  // expected-error @below {{expected sizes to agree, or bytes of two elements, got}}
  tile.quantise_rows %floats scales %four[%i] valid %i, %i to %wrong : !tile.global_rows<kFour=4, f32 aligned 4> : !tile.shared<kTileKv=16 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=16 x kOther=32, i8>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @quantise_rows_c2(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %half = tile.view_rows "half" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHalf=64, f32>
  %groups = tile.view_rows "groups" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kGroups=16, f32 aligned 4>
  %four = tile.view_rows "four" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kFour=4, f32 aligned 4>
  %row = tile.view_rows "row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %floats = tile.alloc "floats" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "bytes" : !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  %wrong = tile.alloc "wrong" : !tile.shared<kTileKv=16 x kOther=32, i8>
  // expected-error @below {{expected floats of 16 bits to be quantised, got}}
  tile.quantise_rows %bytes scales %four[%i] valid %i, %i to %bytes : !tile.global_rows<kFour=4, f32 aligned 4> : !tile.shared<kTileKv=16 x kHeadDim=128, i8> -> !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @quantise_rows_c3(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %half = tile.view_rows "half" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHalf=64, f32>
  %groups = tile.view_rows "groups" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kGroups=16, f32 aligned 4>
  %four = tile.view_rows "four" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kFour=4, f32 aligned 4>
  %row = tile.view_rows "row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %floats = tile.alloc "floats" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "bytes" : !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  %wrong = tile.alloc "wrong" : !tile.shared<kTileKv=16 x kOther=32, i8>
  // expected-error @below {{expected writable scales of f32 for groups of a multiple of 16 columns, got}}
  tile.quantise_rows %floats scales %four[%i] valid %i, %i to %bytes : !tile.global_rows<kFour=4, f32 aligned 4> : !tile.shared<kTileKv=16 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=16 x kHeadDim=128, i8>
  tile.return
}
