// RUN: attnc-opt %s -split-input-file -pass-pipeline='builtin.module(tile.kernel(tile-split-full-range))' | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// The three loops meet at the bounds of the full range, so that each tile is visited once.
// CHECK-LABEL: @three_loops
// CHECK-SAME: %[[B:[^:]*]]: index {tile.name = "begin"}, %[[E:[^:]*]]: index {tile.name = "end"}, %[[FB:[^:]*]]: index {tile.name = "fb"}, %[[FE:[^:]*]]: index
// CHECK: tile.loop "left edge" %[[B]] to %[[FB]] step <kTileKv = 64> {
// CHECK: tile.loop "interior" %[[FB]] to %[[FE]] step <kTileKv = 64> {
// CHECK: tile.loop "right edge" %[[FE]] to %[[E]] step <kTileKv = 64> {
// CHECK-NOT: tile.loop
tile.kernel @three_loops(%b: index {tile.name = "begin"}, %e: index {tile.name = "end"},
                         %fb: index {tile.name = "fb"}, %fe: index {tile.name = "fe"}) attributes {schedule = #s} {
  tile.loop "keys" %b to %e step <kTileKv = 64> full %fb, %fe {
  ^bb0(%kv: index):
    tile.sync
  }
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// CHECK-LABEL: @no_left_edge_from_one_value
// CHECK-NOT: "left edge"
// CHECK: tile.loop "interior"
// CHECK: tile.loop "right edge"
tile.kernel @no_left_edge_from_one_value(%b: index {tile.name = "begin"}, %e: index {tile.name = "end"},
                                         %fe: index {tile.name = "fe"}) attributes {schedule = #s} {
  tile.loop "keys" %b to %e step <kTileKv = 64> full %b, %fe {
  ^bb0(%kv: index):
    tile.sync
  }
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// CHECK-LABEL: @no_full_range
// CHECK: tile.loop "keys"
// CHECK-NOT: tile.loop
tile.kernel @no_full_range(%b: index {tile.name = "begin"}, %e: index {tile.name = "end"}) attributes {schedule = #s} {
  tile.loop "keys" %b to %e step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.sync
  }
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
!frag = !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>

// Only the interior loses its mask, and it keeps its score.
// CHECK-LABEL: @boundary_maps
// CHECK: tile.loop "left edge"
// CHECK: tile.map %{{.*}} {
// CHECK: tile.map %{{.*}} boundary {
// CHECK: tile.loop "interior"
// CHECK: tile.map %{{.*}} {
// CHECK-NOT: boundary
// CHECK: tile.loop "right edge"
// CHECK: tile.map %{{.*}} {
// CHECK: tile.map %{{.*}} boundary {
tile.kernel @boundary_maps(%b: index {tile.name = "begin"}, %e: index {tile.name = "end"},
                           %fb: index {tile.name = "fb"}, %fe: index {tile.name = "fe"}) attributes {schedule = #s} {
  %scores = tile.alloc "scores" : !frag
  tile.loop "keys" %b to %e step <kTileKv = 64> full %fb, %fe {
  ^bb0(%kv: index):
    tile.map %scores {
    ^bb0(%s: f32, %row: index, %column: index):
      tile.yield %s : f32
    } : !frag
    tile.map %scores boundary {
    ^bb0(%s: f32, %row: index, %column: index):
      tile.yield %s : f32
    } : !frag
  }
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
!frag = !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
!rows = !tile.row_vector<kTileQ=64, warps 4>

// Finite scores that are all visible leave no row empty.
// CHECK-LABEL: @guard_dropped_where_scores_are_finite
// CHECK: tile.loop "left edge"
// CHECK: scale %{{.*}} may_be_empty :
// CHECK: tile.loop "interior"
// CHECK: scale %{{.*}} :
// CHECK: tile.loop "right edge"
// CHECK: scale %{{.*}} may_be_empty :
tile.kernel @guard_dropped_where_scores_are_finite(
    %b: index {tile.name = "begin"}, %e: index {tile.name = "end"}, %fb: index {tile.name = "fb"},
    %fe: index {tile.name = "fe"}, %c: f32 {tile.name = "c"}) attributes {schedule = #s} {
  %s = tile.alloc "scores" : !frag
  %m = tile.alloc "row_max" : !rows
  %l = tile.alloc "row_sum" : !rows
  tile.loop "keys" %b to %e step <kTileKv = 64> full %fb, %fe {
  ^bb0(%kv: index):
    tile.online_softmax %s, %m, %l, %s scale %c may_be_empty : !frag, !rows, !rows, !frag
  }
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
!frag = !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
!rows = !tile.row_vector<kTileQ=64, warps 4>

// A score that may be -inf can empty a row without any mask.
// CHECK-LABEL: @guard_kept_where_scores_may_be_infinite
// CHECK: tile.loop "interior"
// CHECK: may_be_empty scores_may_be_infinite
// CHECK: tile.loop "right edge"
tile.kernel @guard_kept_where_scores_may_be_infinite(
    %b: index {tile.name = "begin"}, %e: index {tile.name = "end"}, %fb: index {tile.name = "fb"},
    %fe: index {tile.name = "fe"}, %c: f32 {tile.name = "c"}) attributes {schedule = #s} {
  %s = tile.alloc "scores" : !frag
  %m = tile.alloc "row_max" : !rows
  %l = tile.alloc "row_sum" : !rows
  tile.loop "keys" %b to %e step <kTileKv = 64> full %fb, %fe {
  ^bb0(%kv: index):
    tile.online_softmax %s, %m, %l, %s scale %c may_be_empty scores_may_be_infinite : !frag, !rows, !rows, !frag
  }
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// After an edge the walk goes on at its next tile; the interior visits all.
// CHECK-LABEL: @walk
// CHECK-SAME: %[[FB:[^:,]*]]: index {tile.name = "fb"}, %[[FE:[^:]*]]: index {tile.name = "fe"})
// CHECK: %[[WALK:.*]] = tile.walk_spans
// CHECK: tile.loop "left edge" %{{.*}} to %[[FB]] step <kTileKv = 64> walk %[[WALK]] : !tile.walk<kTileKv=64> {
// CHECK: %[[FIRST:.*]] = tile.next_tile %[[WALK]] from %[[FB]]
// CHECK: tile.loop "interior" %[[FIRST]] to %[[FE]] step <kTileKv = 64> {
// CHECK: %[[LAST:.*]] = tile.next_tile %[[WALK]] from %[[FE]]
// CHECK: tile.loop "right edge" %[[LAST]] to %{{.*}} step <kTileKv = 64> walk %[[WALK]] : !tile.walk<kTileKv=64> {
tile.kernel @walk(%b: index {tile.name = "begin"}, %e: index {tile.name = "end"}, %fb: index {tile.name = "fb"}, %fe: index {tile.name = "fe"}) attributes {schedule = #s} {
  %walk = tile.walk_spans "spans" %b to %e : !tile.walk<kTileKv=64>
  tile.loop "keys" %b to %e step <kTileKv = 64> full %fb, %fe walk %walk : !tile.walk<kTileKv=64> {
  ^bb0(%kv: index):
    tile.sync
  }
  tile.return
}
