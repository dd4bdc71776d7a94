// RUN: attnc-opt %s -split-input-file -verify-diagnostics -pass-pipeline='builtin.module(tile.kernel(tile-insert-barriers))'
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileQ=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileQ=64 x kTileQ=64, warps 4>

// No wait covers a copy that is in no group.
tile.kernel @copy_never_committed(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %a : !rows -> !tile
  // expected-error @below {{expected a tile.commit between this op and the copy that fills its tile, got none}}
  tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  tile.return
}

// -----
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
!rows = !tile.global_rows<kHeadDim=64, f16>
!tile = !tile.shared<kTileQ=64 x kHeadDim=64, f16>
!frag = !tile.fragment<kTileQ=64 x kTileQ=64, warps 4>

// The loop's commit does not count on the path on which the loop runs zero times.
tile.kernel @committed_only_in_the_loop(%rows: !rows {tile.name = "rows"}, %i: index {tile.name = "i"}) attributes {schedule = #s} {
  %a = tile.alloc "a" : !tile
  %c = tile.alloc "c" : !frag
  tile.copy_async %rows[%i] valid %i, %i to %a : !rows -> !tile
  tile.loop "keys" %i to %i step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.commit
    tile.mma_abt %c = %a, %a : !frag = !tile, !tile
  }
  // expected-error @below {{expected a tile.commit}}
  tile.store_shared %c to %a : !frag -> !tile
  tile.return
}
