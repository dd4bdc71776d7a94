// RUN: attnc-opt %s -pass-pipeline='builtin.module(tile.kernel(tile-insert-barriers))' | FileCheck %s
// RUN: attnc-opt %s -pass-pipeline='builtin.module(tile.kernel(tile-insert-barriers))' > %t.once
// RUN: attnc-opt %t.once -pass-pipeline='builtin.module(tile.kernel(tile-insert-barriers))' | diff %t.once -
// The second run finds every need met: what the pass inserts is what its analysis asks for.
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
!rows = !tile.global_rows<kHeadDim=64, f16>
!out = !tile.global_rows<kHeadDim=64, f16, writable true>
!tile = !tile.shared<kTileQ=64 x kHeadDim=64, f16>
!ring2 = !tile.ring<kStages=2 x kTileQ=64 x kHeadDim=64, f16>
!ring3 = !tile.ring<kStages=3 x kTileQ=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileQ=64 x kTileQ=64, warps 4>

// A reader must not pass the copy that fills its tile: wait for this thread's part, then meet the others.
// CHECK-LABEL: @raw_same_tile
// CHECK: tile.commit
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
tile.kernel @raw_same_tile(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %a : !rows -> !tile
  tile.commit
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.return
}

// Only the group that is read must have landed; the younger one stays under way.
// CHECK-LABEL: @raw_leaves_younger_groups
// CHECK: tile.commit
// CHECK: tile.commit
// CHECK-NEXT: tile.wait 1
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
tile.kernel @raw_leaves_younger_groups(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %b = tile.alloc "b" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %a : !rows -> !tile
  tile.commit
  tile.copy_async %rows[%i] valid %i, %i to %b : !rows -> !tile
  tile.commit
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.mma_abt %c = %b, %b : !frag = !tile, !tile
  tile.return
}

// Two copies of one group need one wait.
// CHECK-LABEL: @raw_one_group_two_tiles
// CHECK: tile.commit
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
// CHECK-NEXT: tile.mma_abt
tile.kernel @raw_one_group_two_tiles(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %b = tile.alloc "b" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %a : !rows -> !tile
  tile.copy_async %rows[%i] valid %i, %i to %b : !rows -> !tile
  tile.commit
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.mma_abt %c = %b, %b : !frag = !tile, !tile
  tile.return
}

// Threads store fragments and read rows: what one reads another has written. No copy, so no wait.
// CHECK-LABEL: @raw_after_store
// CHECK: tile.store_shared
// CHECK-NOT: tile.wait
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.store_rows
tile.kernel @raw_after_store(%out: !out {tile.name = "out"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.store_shared %c to %a : !frag -> !tile
  tile.store_rows %a to %out[%i] valid_end %i : !tile -> !out
  tile.return
}

// Readers do not disturb each other.
// CHECK-LABEL: @read_after_read
// CHECK-NOT: tile.sync
// CHECK-NOT: tile.wait
// CHECK: tile.return
tile.kernel @read_after_read() attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.return
}

// A tile must not be overwritten while slower threads read it.
// CHECK-LABEL: @war_same_tile
// CHECK: tile.mma_abt
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.store_shared
tile.kernel @war_same_tile() attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.store_shared %c to %a : !frag -> !tile
  tile.return
}

// Accesses of different tiles are no hazard.
// CHECK-LABEL: @different_tiles
// CHECK-NOT: tile.sync
// CHECK: tile.return
tile.kernel @different_tiles() attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %b = tile.alloc "b" : !tile
  %c = tile.alloc "c" : !frag
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.store_shared %c to %b : !frag -> !tile
  tile.return
}

// One tile filled in every iteration: the next copy waits for this iteration's readers.
// CHECK-LABEL: @war_next_iteration
// CHECK: tile.loop
// CHECK-NEXT: ^bb0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.copy_async
// CHECK-NEXT: tile.commit
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
tile.kernel @war_next_iteration(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %i, %i to %a : !rows -> !tile
    tile.commit
    tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  }
  tile.return
}

// Two slots: the copy ahead goes to the slot that was read one iteration ago. The threads meet once, after
// waiting for the tile that is read next.
// CHECK-LABEL: @war_across_stages
// CHECK: tile.loop
// CHECK-NEXT: ^bb0
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: %{{.*}} = tile.current %{{.*}} ahead 1
// CHECK-NEXT: tile.copy_async
tile.kernel @war_across_stages(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %ring = tile.alloc "ring" : !ring2
  %c = tile.alloc "c" : !frag
  %first = tile.current %ring ahead 0 : !ring2 -> !tile
  tile.copy_async %rows[%i] valid %i, %i to %first : !rows -> !tile
  tile.commit
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    %next = tile.current %ring ahead 1 : !ring2 -> !tile
    tile.copy_async %rows[%kv] valid %i, %i to %next : !rows -> !tile
    tile.commit
    %now = tile.current %ring ahead 0 : !ring2 -> !tile
    tile.mma_abt %c = %now, %now : !frag = !tile, !tile
    tile.advance %ring : !ring2
  }
  tile.return
}

// Three slots, two tiles ahead: the younger of the two may stay under way.
// CHECK-LABEL: @war_across_three_stages
// CHECK: tile.loop
// CHECK-NEXT: ^bb0
// CHECK-NEXT: tile.wait 1
// CHECK-NEXT: tile.sync
// CHECK-NEXT: %{{.*}} = tile.current %{{.*}} ahead 2
// CHECK-NEXT: tile.copy_async
tile.kernel @war_across_three_stages(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 3, warps = 4>} {
  %ring = tile.alloc "ring" : !ring3
  %c = tile.alloc "c" : !frag
  %first = tile.current %ring ahead 0 : !ring3 -> !tile
  tile.copy_async %rows[%i] valid %i, %i to %first : !rows -> !tile
  tile.commit
  %second = tile.current %ring ahead 1 : !ring3 -> !tile
  tile.copy_async %rows[%i] valid %i, %i to %second : !rows -> !tile
  tile.commit
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    %next = tile.current %ring ahead 2 : !ring3 -> !tile
    tile.copy_async %rows[%kv] valid %i, %i to %next : !rows -> !tile
    tile.commit
    %now = tile.current %ring ahead 0 : !ring3 -> !tile
    tile.mma_abt %c = %now, %now : !frag = !tile, !tile
    tile.advance %ring : !ring3
  }
  tile.return
}

// Without an iteration nobody has waited for the copy of Q: staging into its tile must.
// CHECK-LABEL: @zero_iterations_then_staging
// CHECK: tile.loop
// CHECK: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
// CHECK: }
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.store_shared
tile.kernel @zero_iterations_then_staging(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #s} {
  %q = tile.alloc "q" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %q : !rows -> !tile
  tile.commit
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.mma_abt %c = %q, %q : !frag = !tile, !tile
  }
  tile.store_shared %c to %q : !frag -> !tile
  tile.return
}

// A need that the kernel already meets gets nothing more.
// CHECK-LABEL: @met_by_hand
// CHECK: tile.commit
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
tile.kernel @met_by_hand(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %a : !rows -> !tile
  tile.commit
  tile.wait 0
  tile.sync
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.return
}

// A meeting without the wait is no use: other threads' parts may still be in flight.
// CHECK-LABEL: @sync_without_wait
// CHECK: tile.commit
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
tile.kernel @sync_without_wait(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %a : !rows -> !tile
  tile.commit
  tile.sync
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.return
}

// A slot is that of the place where its tile.current stands, also behind an advance.
// CHECK-LABEL: @slot_where_the_op_stands
// CHECK: tile.advance
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
tile.kernel @slot_where_the_op_stands(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #s} {
  %ring = tile.alloc "ring" : !ring2
  %c = tile.alloc "c" : !frag
  %now = tile.current %ring ahead 0 : !ring2 -> !tile
  tile.copy_async %rows[%i] valid %i, %i to %now : !rows -> !tile
  tile.commit
  tile.advance %ring : !ring2
  tile.mma_abt %c = %now, %now : !frag = !tile, !tile
  tile.return
}

// One tile each, b filled under a's product: from the second iteration on the copy of b must meet, for the reader of the
// last one. It waits for a on the way, so a's product needs no meeting of its own, in the first iteration either.
// CHECK-LABEL: @met_by_what_later_iterations_need
// CHECK: tile.loop
// CHECK-NEXT: ^bb0
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.copy_async
// CHECK-NEXT: tile.commit
// CHECK-NEXT: tile.mma_abt
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.copy_async
// CHECK-NEXT: tile.commit
// CHECK-NEXT: tile.mma_abt
// CHECK-NEXT: }
tile.kernel @met_by_what_later_iterations_need(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 1, warps = 4>} {
  %a = tile.alloc "a" : !tile
  %b = tile.alloc "b" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %a : !rows -> !tile
  tile.commit
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.copy_async %rows[%kv] valid %i, %i to %b : !rows -> !tile
    tile.commit
    tile.mma_abt %c = %a, %a : !frag = !tile, !tile
    tile.copy_async %rows[%kv] valid %i, %i to %a : !rows -> !tile
    tile.commit
    tile.mma_abt %c = %b, %b : !frag = !tile, !tile
  }
  tile.return
}

// An addition reads what other threads have copied, and others read what it wrote.
// CHECK-LABEL: @addition_between_copy_and_reader
// CHECK: tile.commit
// CHECK-NEXT: tile.wait 0
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.add_row
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
tile.kernel @addition_between_copy_and_reader(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"})
    attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %a : !rows -> !tile
  tile.commit
  tile.add_row %rows to %a : !rows -> !tile
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.return
}

// A rotation after an addition: other threads added to what a thread rotates.
// CHECK-LABEL: @rotation_after_addition
// CHECK: tile.add_row
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.rope
// CHECK: } : !tile.shared
// CHECK-NEXT: tile.sync
// CHECK-NEXT: tile.mma_abt
tile.kernel @rotation_after_addition(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"}, %p: !tile.pointer<f32> {tile.name = "p"})
    attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %a : !rows -> !tile
  tile.commit
  tile.add_row %rows to %a : !rows -> !tile
  tile.rope neox <kHeadDim = 64> %a frequencies %p : !tile.pointer<f32> {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.return
}
