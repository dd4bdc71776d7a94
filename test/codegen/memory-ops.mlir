// RUN: attnc-translate --emit-cuda --target=sm_80 %s | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
!ring = !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16>
!kv = !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
!rows = !tile.global_rows<kHeadDim=128, bf16>

tile.program @memory tensors [] scalars [] dims [] {
  tile.launch @storage grid ["1", "1", "1"] fields []
  tile.launch @views grid ["1", "1", "1"] fields ["tensor:k", "dim:a", "dim:b", "tensor:out", "tensor:t", "dim:n"]
  tile.launch @rings grid ["1", "1", "1"] fields []
  tile.launch @copies grid ["1", "1", "1"] fields ["dim:b", "dim:e", "tensor:k", "dim:a"]
  tile.launch @copy_where grid ["1", "1", "1"] fields ["dim:e", "tensor:k", "dim:a"]
  tile.launch @other_rows grid ["1", "1", "1"] fields ["tensor:k", "dim:a"]
  tile.launch @stores grid ["1", "1", "1"] fields ["tensor:out", "dim:a", "tensor:lse", "dim:r", "dim:n"]
}

// Shared storage lies at its offset; a ring changes, a tile does not.
// CHECK-LABEL: storage_{{[0-9a-f]+}}(
// CHECK: const SharedTile<bf16, kTileKv, kHeadDim> q_tile(shared_memory + 0);
// CHECK-NEXT: {{^}}  SharedRing<bf16, kTileKv, kHeadDim, kStages> k_ring(shared_memory + 16384);
// CHECK-NEXT: {{^}}  Fragment<kTileQ, kTileKv, kWarps> scores;
// CHECK-NEXT: {{^}}  RowVector<kTileQ, kWarps> row_max;
tile.kernel @storage() attributes {schedule = #s} {
  %q = tile.alloc "q_tile" offset 0 : !kv
  %k = tile.alloc "k_ring" offset 16384 : !ring
  %c = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %m = tile.alloc "row_max" : !tile.row_vector<kTileQ=64, warps 4>
  tile.return
}

// CHECK-LABEL: views_{{[0-9a-f]+}}(
// CHECK: const GlobalRows<const bf16, kHeadDim> k_rows{p.k + p.a, p.b};
// CHECK: const GlobalRows<bf16, kHeadDim> out_rows{p.out + p.a * p.b, p.b};
// CHECK: const SideTensor<bool, 2> seen{p.t, {3, p.n}};
tile.kernel @views(%k: !tile.pointer<bf16> {tile.name = "k"}, %a: i64 {tile.name = "a"}, %b: i64 {tile.name = "b"},
    %out: !tile.pointer<bf16, writable true> {tile.name = "out"}, %t: !tile.pointer<i1> {tile.name = "t"},
    %n: index {tile.name = "n"}) attributes {schedule = #s} {
  %k_rows = tile.view_rows "k_rows" %k offset %a stride %b : !tile.pointer<bf16> -> !rows
  %ab = arith.muli %a, %b : i64
  %out_rows = tile.view_rows "out_rows" %out offset %ab stride %b : !tile.pointer<bf16, writable true> -> !tile.global_rows<kHeadDim=128, bf16, writable true>
  %c3 = arith.constant 3 : index
  %seen = tile.view_side "seen" %t[%c3, %n] : !tile.pointer<i1> -> !tile.side<i1, 2>
  tile.return
}

// CHECK-LABEL: rings_{{[0-9a-f]+}}(
// CHECK: warp::mma_abt(scores, k_ring.current(), k_ring.ahead<1>());
// CHECK-NEXT: {{^}}  k_ring.advance();
tile.kernel @rings() attributes {schedule = #s} {
  %k = tile.alloc "k_ring" offset 0 : !ring
  %c = tile.alloc "scores" : !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>
  %now = tile.current %k ahead 0 : !ring -> !kv
  %next = tile.current %k ahead 1 : !ring -> !kv
  tile.mma_abt %c = %now, %next : !tile.fragment<kTileKv=64 x kTileKv=64, warps 4> = !kv, !kv
  tile.advance %k : !ring
  tile.return
}

// CHECK-LABEL: copies_{{[0-9a-f]+}}(
// CHECK: {{^}}  block::copy_async<kThreads>(k_tile, k_rows, p.b, p.b, p.e);
// CHECK-NEXT: {{^}}  block::copy_commit();
// CHECK-NEXT: {{^}}  if (p.b < p.e) block::copy_async<kThreads>(k_tile, k_rows, p.b, p.b, p.e);
// CHECK-NEXT: {{^}}  block::copy_commit();
// CHECK-NEXT: {{^}}  block::copy_wait<1>();
// CHECK-NEXT: {{^}}  block::sync();
tile.kernel @copies(%b: index {tile.name = "b"}, %e: index {tile.name = "e"}, %k: !tile.pointer<bf16> {tile.name = "k"},
                    %a: i64 {tile.name = "a"}) attributes {schedule = #s} {
  %rows = tile.view_rows "k_rows" %k offset %a stride %a : !tile.pointer<bf16> -> !rows
  %t = tile.alloc "k_tile" offset 0 : !kv
  tile.copy_async %rows[%b] valid %b, %e to %t : !rows -> !kv
  tile.commit
  tile.copy_async %rows[%b] valid %b, %e to %t unless_past %e : !rows -> !kv
  tile.commit
  tile.wait 1
  tile.sync
  tile.return
}

// CHECK-LABEL: copy_where_{{[0-9a-f]+}}(
// CHECK: block::copy_async<kThreads>(v_tile, v_rows, 0, 0, p.e, [&](int key) {
// CHECK-NEXT: {{^}}    return key < p.e;
// CHECK-NEXT: {{^}}  });
tile.kernel @copy_where(%e: index {tile.name = "e"}, %v: !tile.pointer<bf16> {tile.name = "v"},
                        %a: i64 {tile.name = "a"}) attributes {schedule = #s} {
  %rows = tile.view_rows "v_rows" %v offset %a stride %a : !tile.pointer<bf16> -> !rows
  %t = tile.alloc "v_tile" offset 0 : !kv
  %c0 = arith.constant 0 : index
  tile.copy_async %rows[%c0] valid %c0, %e where {
  ^bb0(%key: index):
    %inside = arith.cmpi slt, %key, %e : index
    tile.yield %inside : i1
  } to %t : !rows -> !kv
  tile.return
}

// Rows of less alignment, rows without contiguous elements; a row added to each of a tile.
// CHECK-LABEL: other_rows_{{[0-9a-f]+}}(
// CHECK: const GlobalRows<const bf16, kHeadDim, 4> rows{p.k + p.a, p.a};
// CHECK: const StridedRows<const bf16, kHeadDim> columns{p.k + p.a, p.a, p.a};
// CHECK: {{^}}  block::add_row<kThreads>(k_tile, rows);
tile.kernel @other_rows(%k: !tile.pointer<bf16> {tile.name = "k"}, %a: i64 {tile.name = "a"}) attributes {schedule = #s} {
  %rows = tile.view_rows "rows" %k offset %a stride %a : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 aligned 4>
  %columns = tile.view_rows "columns" %k offset %a stride %a column_stride %a : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 aligned 2 strided true>
  %k_tile = tile.alloc "k_tile" offset 0 : !kv
  tile.add_row %rows to %k_tile : !tile.global_rows<kHeadDim=128, bf16 aligned 4> -> !kv
  tile.return
}

// CHECK-LABEL: stores_{{[0-9a-f]+}}(
// CHECK: warp::store_shared(staging, acc);
// CHECK: block::store_rows<kThreads>(out_rows, staging, p.r, p.n);
// CHECK: warp::store_row_values(p.lse + p.a, p.a, lse_rows, p.r, p.n);
tile.kernel @stores(%out: !tile.pointer<bf16, writable true> {tile.name = "out"}, %a: i64 {tile.name = "a"},
                    %lse: !tile.pointer<f32, writable true> {tile.name = "lse"}, %r: index {tile.name = "r"},
                    %n: index {tile.name = "n"}) attributes {schedule = #s} {
  %rows = tile.view_rows "out_rows" %out offset %a stride %a : !tile.pointer<bf16, writable true> -> !tile.global_rows<kHeadDim=128, bf16, writable true>
  %acc = tile.alloc "acc" : !tile.fragment<kTileKv=64 x kHeadDim=128, warps 4>
  %v = tile.alloc "lse_rows" : !tile.row_vector<kTileKv=64, warps 4>
  %staging = tile.alloc "staging" offset 0 : !kv
  tile.store_shared %acc to %staging : !tile.fragment<kTileKv=64 x kHeadDim=128, warps 4> -> !kv
  tile.store_rows %staging to %rows[%r] valid_end %n : !kv -> !tile.global_rows<kHeadDim=128, bf16, writable true>
  tile.store_row_values %v to %lse offset %a stride %a rows %r, %n : !tile.row_vector<kTileKv=64, warps 4> -> !tile.pointer<f32, writable true>
  tile.return
}
