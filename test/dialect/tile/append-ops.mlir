// RUN: attnc-opt %s | attnc-opt | FileCheck %s
// What a launch that appends has beside others: stores through a table, and a tile in 8 bits.

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
// CHECK-LABEL: tile.kernel @append
// CHECK: tile.view_rows "k_rows" %{{.*}} offset %{{.*}} stride %{{.*}} block_stride %{{.*}} pages %{{.*}}[%{{.*}}] of %{{.*}} : !tile.pointer<i32> : !tile.pointer<f8E4M3FN, writable true> -> !tile.global_rows<kHeadDim=128, f8E4M3FN, writable true paged kPage=16>
// CHECK: tile.quantise %{{.*}} factor %{{.*}} to %{{.*}} : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDim=128, f8E4M3FN>
// CHECK: tile.store_rows %{{.*}} to %{{.*}}[%{{.*}}] valid_begin %{{.*}} valid_end %{{.*}} :
tile.kernel @append(%k: !tile.pointer<f8E4M3FN, writable true> {tile.name = "k"}, %t: !tile.pointer<i32> {tile.name = "t"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}, %inverse: f32 {tile.name = "inverse"}) attributes {schedule = #s} {
  %rows = tile.view_rows "k_rows" %k offset %x stride %x block_stride %x pages %t[%x] of %n : !tile.pointer<i32> : !tile.pointer<f8E4M3FN, writable true> -> !tile.global_rows<kHeadDim=128, f8E4M3FN, writable true paged kPage=16>
  %k_tile = tile.alloc "k_tile" : !tile.shared<kTileNew=16 x kHeadDim=128, bf16>
  %k_bytes = tile.alloc "k_bytes" : !tile.shared<kTileNew=16 x kHeadDim=128, f8E4M3FN>
  tile.quantise %k_tile factor %inverse to %k_bytes
      : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDim=128, f8E4M3FN>
  tile.store_rows %k_bytes to %rows[%n] valid_begin %n valid_end %n : !tile.shared<kTileNew=16 x kHeadDim=128, f8E4M3FN> -> !tile.global_rows<kHeadDim=128, f8E4M3FN, writable true paged kPage=16>
  tile.return
}
