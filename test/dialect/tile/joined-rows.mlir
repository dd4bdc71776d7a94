// RUN: attnc-opt %s | attnc-opt | FileCheck %s
// Rows of two views in one tile, and what is done to some of its rows.

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
// CHECK-LABEL: tile.kernel @joined
// CHECK: tile.copy_async %{{.*}}[%{{.*}}] joined %{{.*}} from %{{.*}} : !tile.global_rows<kHeadDim=128, bf16 aligned 2 strided true> valid %{{.*}}, %{{.*}} to %{{.*}} : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
// CHECK: tile.add_row %{{.*}} to %{{.*}} rows_begin %{{.*}} rows_end %{{.*}} : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
// CHECK: tile.rope neox <kHeadDim = 128> %{{.*}} frequencies %{{.*}} : !tile.pointer<f32> rows_begin %{{.*}} {
tile.kernel @joined(%k: !tile.pointer<bf16> {tile.name = "k"}, %theta: !tile.pointer<f32> {tile.name = "theta"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  %prior = tile.view_rows "prior" %k offset %x stride %x : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16>
  %new = tile.view_rows "new" %k offset %x stride %x column_stride %x : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 aligned 2 strided true>
  %k_tile = tile.alloc "k_tile" : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  tile.copy_async %prior[%n] joined %new from %n : !tile.global_rows<kHeadDim=128, bf16 aligned 2 strided true> valid %n, %n to %k_tile
      : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  tile.add_row %prior to %k_tile rows_begin %n rows_end %n : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  tile.rope neox <kHeadDim = 128> %k_tile frequencies %theta : !tile.pointer<f32> rows_begin %n {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile.shared<kTileKv=16 x kHeadDim=128, bf16>
  tile.return
}
