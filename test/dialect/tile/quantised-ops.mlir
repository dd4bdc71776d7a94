// RUN: attnc-opt %s | attnc-opt | FileCheck %s
// Scales of quantised caches: tiles that become floats, queries that take scales, and scales that are found.

#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 1, warps = 4>
// CHECK-LABEL: tile.kernel @read
// CHECK: tile.scale_row %{{.*}} to %{{.*}} : !tile.global_rows<kHeadDim=128, f32> -> !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
// CHECK: tile.scale_row %{{.*}} to %{{.*}} singly :
// CHECK: tile.dequantise %{{.*}} scales %{{.*}}[%{{.*}}] : !tile.global_rows<kKeyGroups=4, f32 aligned 4> to %{{.*}} : !tile.shared<kTileKv=64 x kHeadDimBytes=64, i8> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
// CHECK: tile.dequantise %{{.*}} to %{{.*}} singly :
tile.kernel @read(%s: !tile.pointer<f32> {tile.name = "s"}, %x: i64 {tile.name = "x"}, %kv: index {tile.name = "kv"}) attributes {schedule = #s} {
  %k_scale_row = tile.view_rows "k_scale_row" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %k_scale_rows = tile.view_rows "k_scale_rows" %s offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kKeyGroups=4, f32 aligned 4>
  %q_tile = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
  %k_bytes = tile.alloc "k_bytes" : !tile.shared<kTileKv=64 x kHeadDimBytes=64, i8>
  %k_tile = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.scale_row %k_scale_row to %q_tile
      : !tile.global_rows<kHeadDim=128, f32> -> !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
  tile.scale_row %k_scale_row to %q_tile singly : !tile.global_rows<kHeadDim=128, f32> -> !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
  tile.dequantise %k_bytes scales %k_scale_rows[%kv] : !tile.global_rows<kKeyGroups=4, f32 aligned 4>
      to %k_tile : !tile.shared<kTileKv=64 x kHeadDimBytes=64, i8> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.dequantise %k_bytes to %k_tile singly : !tile.shared<kTileKv=64 x kHeadDimBytes=64, i8> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.return
}

#a = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
// CHECK-LABEL: tile.kernel @append
// CHECK: tile.quantise_rows %{{.*}} scales %{{.*}}[%{{.*}}] valid %{{.*}}, %{{.*}} to %{{.*}} : !tile.global_rows<kKeyGroups=4, f32, writable true aligned 4> : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDim=128, i8>
// CHECK: tile.quantise %{{.*}} divisors %{{.*}} : !tile.global_rows<kHeadDim=128, f32> to %{{.*}} :
// CHECK: tile.quantise_rows {{.*}} -> !tile.shared<kTileNew=16 x kHeadDimBytes=64, i8>
// CHECK: tile.quantise {{.*}} divisors {{.*}} -> !tile.shared<kTileNew=16 x kHeadDimBytes=64, i8>
tile.kernel @append(%s: !tile.pointer<f32, writable true> {tile.name = "s"}, %d: !tile.pointer<f32> {tile.name = "d"}, %x: i64 {tile.name = "x"}, %first: index {tile.name = "first"}, %zero: index {tile.name = "zero"}, %end: index {tile.name = "end"}) attributes {schedule = #a} {
  %rows = tile.view_rows "k_scale_rows" %s offset %x stride %x : !tile.pointer<f32, writable true> -> !tile.global_rows<kKeyGroups=4, f32, writable true aligned 4>
  %divisors = tile.view_rows "k_scale_row" %d offset %x stride %x : !tile.pointer<f32> -> !tile.global_rows<kHeadDim=128, f32>
  %k_tile = tile.alloc "k_tile" : !tile.shared<kTileNew=16 x kHeadDim=128, bf16>
  %k_bytes = tile.alloc "k_bytes" : !tile.shared<kTileNew=16 x kHeadDim=128, i8>
  tile.quantise_rows %k_tile scales %rows[%first] valid %zero, %end to %k_bytes : !tile.global_rows<kKeyGroups=4, f32, writable true aligned 4>
      : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDim=128, i8>
  tile.quantise %k_tile divisors %divisors : !tile.global_rows<kHeadDim=128, f32> to %k_bytes : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDim=128, i8>
  %k_halves = tile.alloc "k_halves" : !tile.shared<kTileNew=16 x kHeadDimBytes=64, i8>
  tile.quantise_rows %k_tile scales %rows[%first] valid %zero, %end to %k_halves : !tile.global_rows<kKeyGroups=4, f32, writable true aligned 4>
      : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDimBytes=64, i8>
  tile.quantise %k_tile divisors %divisors : !tile.global_rows<kHeadDim=128, f32> to %k_halves : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDimBytes=64, i8>
  tile.return
}
