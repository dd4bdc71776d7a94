// RUN: attnc-translate --emit-cuda --target=sm_90 %s | FileCheck %s
// Stores through a table, a tile in 8 bits, and verbs that stop at the last new token.
#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>

tile.program @append tensors [] scalars [] dims [] {
  tile.launch @store grid ["1", "1", "1"] fields ["tensor:k", "tensor:t", "dim:x", "dim:n", "scalar:f", "tensor:bias"]
}

// CHECK-DAG: #include "attnc/block/quantise.cuh"
// CHECK-DAG: #include "attnc/tile/paged_rows.cuh"
// CHECK-LABEL: store_{{[0-9a-f]+}}(
// CHECK: const WritablePagedRows<GlobalRows<e4m3, kHeadDim>, kPage> k_rows{{[{][{]}}p.k + p.x, p.x}, p.x, p.t + p.x, p.n};
// CHECK: block::add_row<kThreads>(k_tile, bias_row, {0, p.n});
// CHECK: block::quantise<kThreads>(k_bytes, k_tile, p.f);
// CHECK: block::store_rows<kThreads>(k_rows, k_bytes, p.n, p.n, 0);
// CHECK: SharedTile<i8, kTileNew, kHeadDimBytes> k_halves
// CHECK: block::quantise<kThreads>(k_halves, k_tile, p.f);
tile.kernel @store(%k: !tile.pointer<f8E4M3FN, writable true> {tile.name = "k"}, %t: !tile.pointer<i32> {tile.name = "t"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}, %f: f32 {tile.name = "f"}, %bias: !tile.pointer<bf16> {tile.name = "bias"}) attributes {schedule = #s} {
  %rows = tile.view_rows "k_rows" %k offset %x stride %x block_stride %x pages %t[%x] of %n : !tile.pointer<i32> : !tile.pointer<f8E4M3FN, writable true> -> !tile.global_rows<kHeadDim=128, f8E4M3FN, writable true paged kPage=16>
  %bias_row = tile.view_rows "bias_row" %bias offset %x stride %x : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16>
  %tile = tile.alloc "k_tile" offset 0 : !tile.shared<kTileNew=16 x kHeadDim=128, bf16>
  %bytes = tile.alloc "k_bytes" offset 4096 : !tile.shared<kTileNew=16 x kHeadDim=128, f8E4M3FN>
  tile.add_row %bias_row to %tile rows_end %n : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDim=128, bf16>
  tile.quantise %tile factor %f to %bytes : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDim=128, f8E4M3FN>
  %c0 = arith.constant 0 : index
  tile.store_rows %bytes to %rows[%n] valid_begin %c0 valid_end %n : !tile.shared<kTileNew=16 x kHeadDim=128, f8E4M3FN> -> !tile.global_rows<kHeadDim=128, f8E4M3FN, writable true paged kPage=16>
  %halves = tile.alloc "k_halves" offset 6144 : !tile.shared<kTileNew=16 x kHeadDimBytes=64, i8>
  tile.quantise %tile factor %f to %halves : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDimBytes=64, i8>
  tile.return
}
