// RUN: attnc-opt %s --split-input-file --verify-diagnostics

tile.kernel @walk_spans_c1_none(%a: index {tile.name = "a"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected at least one span, got none}}
  %walk = "tile.walk_spans"() <{name = "spans"}> : () -> !tile.walk<kTileKv=64>
  tile.return
}

// -----

tile.kernel @walk_blocks_c1_floats(%p: !tile.pointer<f32> {tile.name = "p"}, %o: i64 {tile.name = "o"}, %n: index {tile.name = "n"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected a map of i32, got '!tile.pointer<f32>'}}
  %walk = tile.walk_blocks "blocks" %p offset %o words %n : !tile.pointer<f32> -> !tile.walk<kTileKv=64>
  tile.return
}

// -----

tile.kernel @tile_is_full_c1_spans(%a: index {tile.name = "a"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %walk = tile.walk_spans "spans" %a to %a : !tile.walk<kTileKv=64>
  // expected-error @below {{expected the walk of a block map, got another}}
  %full = tile.tile_is_full %walk at %a : !tile.walk<kTileKv=64>
  tile.return
}

// -----

tile.kernel @classify_tiles_c1_read_only(%p: !tile.pointer<i32> {tile.name = "p"}, %o: i64 {tile.name = "o"}, %n: index {tile.name = "n"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected a writable map of i32, got '!tile.pointer<i32>'}}
  tile.classify_tiles %p offset %o words %n word %n rows %n keys %n, %n step <kTileKv = 64> {
  ^bb0(%row: index, %key: index):
    %visible = arith.cmpi sle, %key, %row : index
    tile.yield %visible : i1
  } : !tile.pointer<i32>
  tile.return
}

// -----

tile.kernel @classify_tiles_c2_yield(%p: !tile.pointer<i32, writable true> {tile.name = "p"}, %o: i64 {tile.name = "o"}, %n: index {tile.name = "n"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected the region to yield i1, got ('index')}}
  tile.classify_tiles %p offset %o words %n word %n rows %n keys %n, %n step <kTileKv = 64> {
  ^bb0(%row: index, %key: index):
    tile.yield %row : index
  } : !tile.pointer<i32, writable true>
  tile.return
}
