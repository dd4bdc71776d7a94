// RUN: attnc-translate --emit-cuda --target=sm_80 %s | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.program @control tensors [] scalars [] dims [] {
  tile.launch @blocks grid ["1", "1", "1"] fields ["tensor:cu_q"]
  tile.launch @loops grid ["1", "1", "1"] fields ["dim:b", "dim:e"]
  tile.launch @sections grid ["1", "1", "1"] fields []
}

// CHECK-LABEL: blocks_{{[0-9a-f]+}}(
// CHECK: const int request = int(blockIdx.z);
// CHECK: const int first_row = int(gridDim.x - 1 - blockIdx.x) * kTileQ;
// CHECK: const int q_begin = p.cu_q[request];
// CHECK: if (first_row >= q_begin) return;
tile.kernel @blocks(%cu_q: !tile.pointer<i32> {tile.name = "cu_q"}) attributes {schedule = #s} {
  %z = tile.block_id 2
  %request = tile.let "request" %z : index
  %x = tile.block_id 0 from_end
  %tile = tile.constant "kTileQ" 64 : index : index
  %row = arith.muli %x, %tile : index
  %first_row = tile.let "first_row" %row : index
  %load = tile.load %cu_q[%request] : !tile.pointer<i32>
  %q_begin = tile.let "q_begin" %load : index
  %beyond = arith.cmpi sge, %first_row, %q_begin : index
  tile.exit_if %beyond
  tile.return
}

// CHECK-LABEL: loops_{{[0-9a-f]+}}(
// CHECK: {{^}}  for (int kv = p.b; kv < p.e; kv += kTileKv) {  // interior
// CHECK-NEXT: {{^}}    block::sync();
// CHECK-NEXT: {{^}}  }
tile.kernel @loops(%b: index {tile.name = "b"}, %e: index {tile.name = "e"}) attributes {schedule = #s} {
  tile.loop "interior" %b to %e step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.sync
  }
  tile.return
}

// A phase starts with a blank line and a comment.
// CHECK-LABEL: sections_{{[0-9a-f]+}}(
// CHECK: block::sync();
// CHECK-EMPTY:
// CHECK-NEXT: {{^}}  // Normalise and store.
// CHECK-NEXT: {{^}}  block::sync();
tile.kernel @sections() attributes {schedule = #s} {
  tile.sync
  tile.section "Normalise and store."
  tile.sync
  tile.return
}
