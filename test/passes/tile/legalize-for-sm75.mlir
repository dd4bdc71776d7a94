// RUN: attnc-opt %s -pass-pipeline='builtin.module(tile.kernel(tile-legalize-for-sm75))' | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 1, warps = 4, mma = plain>
!rows = !tile.global_rows<kHeadDim=64, bf16>
!tile = !tile.shared<kTileQ=64 x kHeadDim=64, bf16>

// A copy is done at its op: commits and waits go, the meeting of the threads stays.
// CHECK-LABEL: @copies
// CHECK: tile.copy_async {{.*}} through_registers :
// CHECK-NOT: tile.commit
// CHECK-NOT: tile.wait
// CHECK: tile.sync
// CHECK: tile.store_shared {{.*}} singly :
// CHECK: tile.rope {{.*}} singly {
tile.kernel @copies(%k: !tile.pointer<bf16> {tile.name = "k"}, %o: i64 {tile.name = "o"}, %n: index {tile.name = "n"}, %f: !tile.pointer<f32> {tile.name = "f"})
    attributes {schedule = #s} {
  %t = tile.alloc "k_tile" : !tile
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4>
  %rows = tile.view_rows "k_rows" %k offset %o stride %o : !tile.pointer<bf16> -> !rows
  tile.copy_async %rows[%n] valid %n, %n to %t : !rows -> !tile
  tile.commit
  tile.wait 0
  tile.sync
  tile.store_shared %acc to %t : !tile.fragment<kTileQ=64 x kHeadDim=64, warps 4> -> !tile
  tile.rope neox <kHeadDim = 64> %t frequencies %f : !tile.pointer<f32> {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile
  tile.return
}
