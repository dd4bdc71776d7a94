// RUN: attnc-opt %s | attnc-opt | FileCheck %s
// Round trips of the ops that say which tiles a loop visits.
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// CHECK-LABEL: @spans
// CHECK: tile.walk_spans "spans" %{{.*}}, %{{.*}} to %{{.*}}, %{{.*}} : !tile.walk<kTileKv=64>
// CHECK: tile.next_tile %{{.*}} from %{{.*}} : !tile.walk<kTileKv=64>
tile.kernel @spans(%a: index {tile.name = "a"}, %b: index {tile.name = "b"}, %c: index {tile.name = "c"},
                   %d: index {tile.name = "d"}, %kv: index {tile.name = "kv"}) attributes {schedule = #s} {
  %walk = tile.walk_spans "spans" %a, %b to %c, %d : !tile.walk<kTileKv=64>
  %next = tile.next_tile %walk from %kv : !tile.walk<kTileKv=64>
  tile.return
}

// CHECK-LABEL: @blocks
// CHECK: tile.walk_blocks "blocks" %{{.*}} offset %{{.*}} words %{{.*}} : !tile.pointer<i32> -> !tile.walk<kTileKv=64>
// CHECK: tile.tile_is_full %{{.*}} at %{{.*}} : !tile.walk<kTileKv=64>
tile.kernel @blocks(%p: !tile.pointer<i32> {tile.name = "map"}, %o: i64 {tile.name = "offset"},
                    %n: index {tile.name = "words"}, %kv: index {tile.name = "kv"}) attributes {schedule = #s} {
  %walk = tile.walk_blocks "blocks" %p offset %o words %n : !tile.pointer<i32> -> !tile.walk<kTileKv=64>
  %full = tile.tile_is_full %walk at %kv : !tile.walk<kTileKv=64>
  tile.return
}

// CHECK-LABEL: @classify
// CHECK: tile.classify_tiles %{{.*}} offset %{{.*}} words %{{.*}} word %{{.*}} rows %{{.*}} keys %{{.*}}, %{{.*}} step <kTileKv = 64> {
tile.kernel @classify(%p: !tile.pointer<i32, writable true> {tile.name = "map"}, %o: i64 {tile.name = "offset"},
                      %n: index {tile.name = "words"}, %w: index {tile.name = "word"}, %rows: index {tile.name = "rows"},
                      %begin: index {tile.name = "begin"}, %end: index {tile.name = "end"}) attributes {schedule = #s} {
  tile.classify_tiles %p offset %o words %n word %w rows %rows keys %begin, %end step <kTileKv = 64> {
  ^bb0(%row: index, %key: index):
    %visible = arith.cmpi sle, %key, %row : index
    tile.yield %visible : i1
  } : !tile.pointer<i32, writable true>
  tile.return
}
