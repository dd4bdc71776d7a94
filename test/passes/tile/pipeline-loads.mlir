// RUN: attnc-opt %s -split-input-file -pass-pipeline='builtin.module(tile.kernel(tile-pipeline-loads))' | FileCheck %s
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// One tile is copied before the loop, the next one in each iteration, unless the loop has ended by then.
// CHECK-LABEL: @two_stages
// CHECK-SAME: %[[ROWS:[^:]*]]: {{.*}}, %[[BEGIN:[^:]*]]: index {{.*}}, %[[END:[^:]*]]: index
// CHECK: %[[RING:.*]] = tile.alloc "k_ring" : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=64, f16>
// CHECK-NOT: "k_tile"
// CHECK: %[[FIRST:.*]] = tile.current %[[RING]] ahead 0
// CHECK-NEXT: tile.copy_async %[[ROWS]][%[[BEGIN]]] valid %[[BEGIN]], %[[END]] to %[[FIRST]] unless_past %[[END]]
// CHECK-NEXT: tile.commit
// CHECK-NEXT: tile.loop
// CHECK-NEXT: ^bb0(%[[KV:.*]]: index):
// CHECK-NEXT: %[[STEP:.*]] = tile.constant "kTileKv" 64
// CHECK-NEXT: %[[ROW:.*]] = arith.addi %[[KV]], %[[STEP]]
// CHECK-NEXT: %[[NEXT:.*]] = tile.current %[[RING]] ahead 1
// CHECK-NEXT: tile.copy_async %[[ROWS]][%[[ROW]]] valid %[[BEGIN]], %[[END]] to %[[NEXT]] unless_past %[[END]]
// CHECK-NEXT: tile.commit
// CHECK: tile.mma_abt
// CHECK-NEXT: tile.advance %[[RING]]
tile.kernel @two_stages(%rows: !rows {tile.name = "rows"}, %begin: index {tile.name = "begin"},
                        %end: index {tile.name = "end"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %k = tile.alloc "k_tile" : !tile
  %c = tile.alloc "c" : !frag
  tile.loop "keys" %begin to %end step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %begin, %end to %k : !rows -> !tile
    tile.mma_abt %c = %k, %k : !frag = !tile, !tile
  }
  tile.return
}

// -----
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// Every use reads the current slot.
// CHECK-LABEL: @every_use_is_current
// CHECK: tile.loop
// CHECK: %[[A:.*]] = tile.current %{{.*}} ahead 0
// CHECK-NEXT: %[[B:.*]] = tile.current %{{.*}} ahead 0
// CHECK-NEXT: tile.mma_abt %{{.*}} = %[[B]], %[[A]]
tile.kernel @every_use_is_current(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %k = tile.alloc "k_tile" : !tile
  %c = tile.alloc "c" : !frag
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %i, %i to %k : !rows -> !tile
    tile.mma_abt %c = %k, %k : !frag = !tile, !tile
  }
  tile.return
}

// -----
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// Two tiles before the loop, then always the one two steps ahead.
// CHECK-LABEL: @three_stages
// CHECK-SAME: %[[BEGIN:[^:,]*]]: index {tile.name = "begin"}
// CHECK: tile.alloc "k_ring" : !tile.ring<kStages=3 x
// CHECK: tile.copy_async %{{.*}}[%[[BEGIN]]]
// CHECK-NEXT: tile.commit
// CHECK: %[[SECOND:.*]] = arith.addi %[[BEGIN]]
// CHECK: tile.current %{{.*}} ahead 1
// CHECK-NEXT: tile.copy_async %{{.*}}[%[[SECOND]]]
// CHECK-NEXT: tile.commit
// CHECK: tile.loop
// CHECK: %[[TWO:.*]] = arith.constant 2
// CHECK-NEXT: arith.muli %[[TWO]]
// CHECK: tile.current %{{.*}} ahead 2
// CHECK-NEXT: tile.copy_async
// CHECK-NEXT: tile.commit
tile.kernel @three_stages(%rows: !rows {tile.name = "rows"}, %begin: index {tile.name = "begin"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 3, warps = 4>} {
  %k = tile.alloc "k_tile" : !tile
  %c = tile.alloc "c" : !frag
  tile.loop "keys" %begin to %begin step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %begin, %begin to %k : !rows -> !tile
    tile.mma_abt %c = %k, %k : !frag = !tile, !tile
  }
  tile.return
}

// -----
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// K and V take turns, each in a group of its own, so that a reader of K need not wait for V.
// CHECK-LABEL: @two_rings
// CHECK: %[[K:.*]] = tile.alloc "k_ring"
// CHECK: %[[V:.*]] = tile.alloc "v_ring"
// CHECK: tile.current %[[K]] ahead 0
// CHECK: tile.commit
// CHECK: tile.current %[[V]] ahead 0
// CHECK: tile.commit
// CHECK: tile.loop
// CHECK: tile.current %[[K]] ahead 1
// CHECK: tile.commit
// CHECK: tile.current %[[V]] ahead 1
// CHECK: tile.commit
// CHECK: tile.advance %[[K]]
// CHECK-NEXT: tile.advance %[[V]]
tile.kernel @two_rings(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %k = tile.alloc "k_tile" : !tile
  %v = tile.alloc "v_tile" : !tile
  %c = tile.alloc "c" : !frag
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %i, %i to %k : !rows -> !tile
    tile.copy_async %rows[%kv] valid %i, %i to %v : !rows -> !tile
    tile.mma_abt %c = %k, %v : !frag = !tile, !tile
  }
  tile.return
}

// -----
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// One stage: no ring. K is refilled for the next iteration as soon as it has been read; V, which the end of the
// iteration reads, loads from its start.
// CHECK-LABEL: @one_stage
// CHECK-SAME: %[[BEGIN:[^:,]*]]: index {tile.name = "i"}
// CHECK: %[[K:.*]] = tile.alloc "k_tile" : !tile.shared
// CHECK: %[[V:.*]] = tile.alloc "v_tile" : !tile.shared
// CHECK: tile.copy_async %{{.*}}[%[[BEGIN]]] {{.*}} to %[[K]] unless_past
// CHECK-NEXT: tile.commit
// CHECK-NEXT: tile.loop
// CHECK-NEXT: ^bb0(%[[KV:.*]]: index):
// CHECK-NEXT: tile.copy_async %{{.*}}[%[[KV]]] {{.*}} to %[[V]] :
// CHECK-NEXT: tile.commit
// CHECK-NEXT: tile.mma_abt %{{.*}} = %[[K]], %[[K]]
// CHECK: %[[NEXT:.*]] = arith.addi %[[KV]]
// CHECK-NEXT: tile.copy_async %{{.*}}[%[[NEXT]]] {{.*}} to %[[K]] unless_past
// CHECK-NEXT: tile.commit
// CHECK-NEXT: tile.mma_abt %{{.*}} = %[[V]], %[[V]]
// CHECK-NOT: tile.advance
tile.kernel @one_stage(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 1, warps = 4>} {
  %k = tile.alloc "k_tile" : !tile
  %v = tile.alloc "v_tile" : !tile
  %c = tile.alloc "c" : !frag
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %i, %i to %k : !rows -> !tile
    tile.mma_abt %c = %k, %k : !frag = !tile, !tile
    tile.copy_async %rows[%kv] valid %i, %i to %v : !rows -> !tile
    tile.mma_abt %c = %v, %v : !frag = !tile, !tile
  }
  tile.return
}

// -----
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// Q is copied once, before the loop, and stays where it is.
// CHECK-LABEL: @copy_before_the_loop
// CHECK: %[[Q:.*]] = tile.alloc "q_tile" : !tile.shared
// CHECK: tile.copy_async %{{.*}} to %[[Q]] :
// CHECK: tile.loop
// CHECK-NOT: tile.current
// CHECK: tile.mma_abt
tile.kernel @copy_before_the_loop(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %q = tile.alloc "q_tile" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %q : !rows -> !tile
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.mma_abt %c = %q, %q : !frag = !tile, !tile
  }
  tile.return
}

// -----
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// A tile that is read after the loop must keep its name and place.
// CHECK-LABEL: @used_after_the_loop
// CHECK: %[[K:.*]] = tile.alloc "k_tile" : !tile.shared
// CHECK-NOT: tile.current
// CHECK: tile.return
tile.kernel @used_after_the_loop(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %k = tile.alloc "k_tile" : !tile
  %c = tile.alloc "c" : !frag
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %i, %i to %k : !rows -> !tile
  }
  tile.mma_abt %c = %k, %k : !frag = !tile, !tile
  tile.return
}

// -----
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// The valid rows' predicate travels with both copies.
// CHECK-LABEL: @copy_with_where
// CHECK: tile.copy_async {{.*}} where {
// CHECK: tile.loop
// CHECK: tile.copy_async {{.*}} where {
tile.kernel @copy_with_where(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %v = tile.alloc "v_tile" : !tile
  %c = tile.alloc "c" : !frag
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %i, %i where {
    ^bb0(%key: index):
      %inside = arith.cmpi slt, %key, %i : index
      tile.yield %inside : i1
    } to %v : !rows -> !tile
    tile.mma_abt %c = %v, %v : !frag = !tile, !tile
  }
  tile.return
}

// -----
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// Every step of the prefetch may jump to the next tile of the walk.
// CHECK-LABEL: @prefetch_along_a_walk
// CHECK: tile.loop
// CHECK: %[[ONE:.*]] = arith.addi
// CHECK-NEXT: %[[FIRST:.*]] = tile.next_tile %{{.*}} from %[[ONE]]
// CHECK-NEXT: %[[TWO:.*]] = arith.addi %[[FIRST]]
// CHECK-NEXT: %[[JUMP:.*]] = tile.next_tile %{{.*}} from %[[TWO]]
// CHECK-NEXT: %[[SECOND:.*]] = tile.let "next" %[[JUMP]]
// CHECK: tile.copy_async %{{.*}}[%[[SECOND]]]
tile.kernel @prefetch_along_a_walk(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 3, warps = 4>} {
  %k = tile.alloc "k_tile" : !tile
  %c = tile.alloc "c" : !frag
  %walk = tile.walk_spans "spans" %i to %i : !tile.walk<kTileKv=64>
  tile.loop "keys" %i to %i step <kTileKv = 64> walk %walk : !tile.walk<kTileKv=64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %i, %i to %k : !rows -> !tile
    tile.mma_abt %c = %k, %k : !frag = !tile, !tile
  }
  tile.return
}

// -----
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// An addition to a tile that was copied before the loop waits for it: the loop's first tiles start before. In the loop it
// is to the slot that has arrived.
// CHECK-LABEL: @first_tiles_before_an_addition
// CHECK: tile.copy_async %{{.*}} to %[[Q:[^ ]*]] :
// CHECK: tile.copy_async
// CHECK-NEXT: tile.commit
// CHECK-NEXT: tile.add_row %{{.*}} to %[[Q]]
// CHECK-NEXT: tile.loop
// CHECK: tile.copy_async %{{.*}} to %[[NEXT:[^ ]*]] unless_past
// CHECK-NEXT: tile.commit
// CHECK-NEXT: %[[NOW:.*]] = tile.current %{{.*}} ahead 0
// CHECK-NEXT: tile.add_row %{{.*}} to %[[NOW]]
tile.kernel @first_tiles_before_an_addition(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %q = tile.alloc "q_tile" : !tile
  %k = tile.alloc "k_tile" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %q : !rows -> !tile
  tile.add_row %rows to %q : !rows -> !tile
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %i, %i to %k : !rows -> !tile
    tile.add_row %rows to %k : !rows -> !tile
    tile.mma_abt %c = %q, %k : !frag = !tile, !tile
  }
  tile.return
}

// -----
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileKv=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>

// So does a rotation, and the one in the loop is of the slot that has arrived, at its own tile's positions.
// CHECK-LABEL: @first_tiles_before_a_rotation
// CHECK: tile.copy_async %{{.*}} to %[[Q:[^ ]*]] :
// CHECK: tile.copy_async
// CHECK-NEXT: tile.commit
// CHECK-NEXT: tile.rope neox <kHeadDim = 64> %[[Q]]
// CHECK: tile.loop
// CHECK: ^bb0(%[[KV:.*]]: index):
// CHECK: tile.copy_async %{{.*}} to %[[NEXT:[^ ]*]] unless_past
// CHECK-NEXT: tile.commit
// CHECK-NEXT: %[[NOW:.*]] = tile.current %{{.*}} ahead 0
// CHECK-NEXT: tile.rope neox <kHeadDim = 64> %[[NOW]]
// CHECK: arith.addi %[[KV]]
tile.kernel @first_tiles_before_a_rotation(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"}, %p: !tile.pointer<f32> {tile.name = "p"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %q = tile.alloc "q_tile" : !tile
  %k = tile.alloc "k_tile" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %q : !rows -> !tile
  tile.rope neox <kHeadDim = 64> %q frequencies %p : !tile.pointer<f32> {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %i, %i to %k : !rows -> !tile
    tile.rope neox <kHeadDim = 64> %k frequencies %p : !tile.pointer<f32> {
    ^bb0(%row: index):
      %position = arith.addi %kv, %row : index
      tile.yield %position : index
    } : !tile
    tile.mma_abt %c = %q, %k : !frag = !tile, !tile
  }
  tile.return
}
