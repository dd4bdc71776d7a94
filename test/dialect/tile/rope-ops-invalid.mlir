// RUN: attnc-opt %s -split-input-file -verify-diagnostics

tile.kernel @table_c1(%p: !tile.pointer<f32> {tile.name = "p"}, %i: !tile.pointer<i32> {tile.name = "i"}, %x: f32 {tile.name = "x"}, %n: index {tile.name = "n"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %t = tile.alloc "t" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  %c = tile.view_side "c" %p[%n, %n] : !tile.pointer<f32> -> !tile.side<f32, 2>
  // expected-error @below {{expected a pointer to f32 to read only, got '!tile.pointer<i32>'}}
  %0 = tile.table "k" [1.0] : !tile.pointer<i32>
  tile.return
}

// -----

tile.kernel @table_c2(%p: !tile.pointer<f32> {tile.name = "p"}, %i: !tile.pointer<i32> {tile.name = "i"}, %x: f32 {tile.name = "x"}, %n: index {tile.name = "n"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %t = tile.alloc "t" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  %c = tile.view_side "c" %p[%n, %n] : !tile.pointer<f32> -> !tile.side<f32, 2>
  // expected-error @below {{expected a number at least, got none}}
  %0 = tile.table "k" [] : !tile.pointer<f32>
  tile.return
}

// -----

tile.kernel @rope_c1_odd(%p: !tile.pointer<f32> {tile.name = "p"}, %i: !tile.pointer<i32> {tile.name = "i"}, %x: f32 {tile.name = "x"}, %n: index {tile.name = "n"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %t = tile.alloc "t" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  %c = tile.view_side "c" %p[%n, %n] : !tile.pointer<f32> -> !tile.side<f32, 2>
  // expected-error @below {{expected an even dim up to 64, got 5}}
  tile.rope neox <kRotaryDim = 5> %t frequencies %p : !tile.pointer<f32> {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}

// -----

tile.kernel @rope_c1_wide(%p: !tile.pointer<f32> {tile.name = "p"}, %i: !tile.pointer<i32> {tile.name = "i"}, %x: f32 {tile.name = "x"}, %n: index {tile.name = "n"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %t = tile.alloc "t" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  %c = tile.view_side "c" %p[%n, %n] : !tile.pointer<f32> -> !tile.side<f32, 2>
  // expected-error @below {{expected an even dim up to 64, got 66}}
  tile.rope neox <kRotaryDim = 66> %t frequencies %p : !tile.pointer<f32> {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}

// -----

tile.kernel @rope_c2_none(%p: !tile.pointer<f32> {tile.name = "p"}, %i: !tile.pointer<i32> {tile.name = "i"}, %x: f32 {tile.name = "x"}, %n: index {tile.name = "n"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %t = tile.alloc "t" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  %c = tile.view_side "c" %p[%n, %n] : !tile.pointer<f32> -> !tile.side<f32, 2>
  // expected-error @below {{expected frequencies, or cos and sin of one type without factor and stretch}}
  tile.rope neox <kRotaryDim = 4> %t {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}

// -----

tile.kernel @rope_c2_factor(%p: !tile.pointer<f32> {tile.name = "p"}, %i: !tile.pointer<i32> {tile.name = "i"}, %x: f32 {tile.name = "x"}, %n: index {tile.name = "n"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %t = tile.alloc "t" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  %c = tile.view_side "c" %p[%n, %n] : !tile.pointer<f32> -> !tile.side<f32, 2>
  // expected-error @below {{expected frequencies, or cos and sin of one type without factor and stretch}}
  tile.rope neox <kRotaryDim = 4> %t factor %x cos %c : !tile.side<f32, 2> sin %c : !tile.side<f32, 2> {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}

// -----

tile.kernel @rope_c3_count(%p: !tile.pointer<f32> {tile.name = "p"}, %i: !tile.pointer<i32> {tile.name = "i"}, %x: f32 {tile.name = "x"}, %n: index {tile.name = "n"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %t = tile.alloc "t" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  %c = tile.view_side "c" %p[%n, %n] : !tile.pointer<f32> -> !tile.side<f32, 2>
  // expected-error @below {{expected a region of an index to 1 index}}
  tile.rope neox <kRotaryDim = 4> %t frequencies %p : !tile.pointer<f32> {
  ^bb0(%row: index):
    tile.yield %row, %row : index, index
  } : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}

// -----

tile.kernel @rope_c3_sections(%p: !tile.pointer<f32> {tile.name = "p"}, %i: !tile.pointer<i32> {tile.name = "i"}, %x: f32 {tile.name = "x"}, %n: index {tile.name = "n"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %t = tile.alloc "t" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  %c = tile.view_side "c" %p[%n, %n] : !tile.pointer<f32> -> !tile.side<f32, 2>
  // expected-error @below {{expected a region of an index to 2 indices}}
  tile.rope neox <kRotaryDim = 4> %t frequencies %p : !tile.pointer<f32> sections [1, 1] {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}

// -----

tile.kernel @rope_c4(%p: !tile.pointer<f32> {tile.name = "p"}, %i: !tile.pointer<i32> {tile.name = "i"}, %x: f32 {tile.name = "x"}, %n: index {tile.name = "n"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %t = tile.alloc "t" : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  %c = tile.view_side "c" %p[%n, %n] : !tile.pointer<f32> -> !tile.side<f32, 2>
  // expected-error @below {{expected frequencies of f32, got '!tile.pointer<i32>'}}
  tile.rope neox <kRotaryDim = 4> %t frequencies %i : !tile.pointer<i32> {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile.shared<kTileKv=64 x kHeadDim=64, bf16>
  tile.return
}
