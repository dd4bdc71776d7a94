// RUN: attnc-opt %s | attnc-opt | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// CHECK-LABEL: tile.program @causal tensors [] scalars [] dims ["q_len"]
// CHECK-SAME: attributes {remarks = {mask.exact = "true"}}
// CHECK: tile.launch @pair grid ["ceildiv(q_len, 64)", "8", "batch"] fields ["tensor:q", "dim:q.stride0"]
tile.program @causal tensors [] scalars [] dims ["q_len"] attributes {remarks = {mask.exact = "true"}} {
  tile.launch @pair grid ["ceildiv(q_len, 64)", "8", "batch"] fields ["tensor:q", "dim:q.stride0"]
}

// CHECK-LABEL: tile.kernel @pair(%{{.*}}: !tile.pointer<bf16> {tile.name = "q"}, %{{.*}}: i64 {tile.name = "q_stride"})
// CHECK-SAME: schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
// CHECK-NEXT: tile.return
tile.kernel @pair(%q: !tile.pointer<bf16> {tile.name = "q"}, %stride: i64 {tile.name = "q_stride"})
    attributes {schedule = #s} {
  tile.return
}

// CHECK-LABEL: @planned
// CHECK-SAME: shared_bytes = 16384 : i64
tile.kernel @planned() attributes {schedule = #s, shared_bytes = 16384 : i64} { tile.return }

// CHECK-LABEL: @exit_if
// CHECK: tile.exit_if %{{.*}}{{$}}
tile.kernel @exit_if(%row: index {tile.name = "row"}, %q_len: index {tile.name = "q_len"})
    attributes {schedule = #s} {
  %beyond = arith.cmpi sge, %row, %q_len : index
  tile.exit_if %beyond
  tile.return
}

// CHECK-LABEL: @loop
// CHECK: tile.loop "keys" %[[B:.*]] to %[[E:.*]] step <kTileKv = 64> {
// CHECK-NEXT: ^bb0(%{{.*}}: index):
tile.kernel @loop(%begin: index {tile.name = "begin"}, %end: index {tile.name = "end"}) attributes {schedule = #s} {
  tile.loop "keys" %begin to %end step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.sync
  }
  tile.return
}

// CHECK-LABEL: @loop_full
// CHECK: tile.loop "keys" %{{.*}} to %{{.*}} step <kTileKv = 64> full %{{.*}}, %{{.*}} {
tile.kernel @loop_full(%begin: index {tile.name = "begin"}, %end: index {tile.name = "end"},
                       %fb: index {tile.name = "full_begin"}, %fe: index {tile.name = "full_end"})
    attributes {schedule = #s} {
  tile.loop "keys" %begin to %end step <kTileKv = 64> full %fb, %fe {
  ^bb0(%kv: index):
    tile.sync
  }
  tile.return
}

// CHECK-LABEL: @let
// CHECK: tile.let "first_row" %{{.*}} : index
tile.kernel @let(%x: index {tile.name = "x"}) attributes {schedule = #s} {
  %first_row = tile.let "first_row" %x : index
  tile.return
}

// CHECK-LABEL: @constant
// CHECK: tile.constant "kTileKv" 64 : index : index
// CHECK: tile.constant "kScaleLog2" 1.250000e-01 : f32 : f32
tile.kernel @constant() attributes {schedule = #s} {
  %tile = tile.constant "kTileKv" 64 : index : index
  %scale = tile.constant "kScaleLog2" 1.250000e-01 : f32 : f32
  tile.return
}

// CHECK-LABEL: @round_and_clamp
// CHECK: tile.round_down %{{.*}}, %{{.*}}
// CHECK: tile.round_up %{{.*}}, %{{.*}}
// CHECK: tile.clamp %{{.*}}, %{{.*}}, %{{.*}}
tile.kernel @round_and_clamp(%key_begin: index {tile.name = "key_begin"}, %key_end: index {tile.name = "key_end"})
    attributes {schedule = #s} {
  %tile = tile.constant "kTileKv" 64 : index : index
  %lower = tile.round_down %key_begin, %tile
  %value = tile.round_up %key_begin, %tile
  %x = tile.clamp %value, %lower, %key_end
  tile.return
}

// CHECK-LABEL: @block_id
// CHECK: tile.block_id 2{{$}}
// CHECK: tile.block_id 0 from_end
tile.kernel @block_id() attributes {schedule = #s} {
  %request = tile.block_id 2
  %t = tile.block_id 0 from_end
  tile.return
}

// CHECK-LABEL: @section
// CHECK: tile.section "which rows this block computes"
tile.kernel @section() attributes {schedule = #s} {
  tile.section "which rows this block computes"
  tile.return
}

// CHECK-LABEL: @loop_with_a_walk
// CHECK: tile.loop "keys" %{{.*}} to %{{.*}} step <kTileKv = 64> full %{{.*}}, %{{.*}} walk %{{.*}} : !tile.walk<kTileKv=64> {
tile.kernel @loop_with_a_walk(%begin: index {tile.name = "begin"}, %end: index {tile.name = "end"}) attributes {schedule = #s} {
  %walk = tile.walk_spans "spans" %begin to %end : !tile.walk<kTileKv=64>
  tile.loop "keys" %begin to %end step <kTileKv = 64> full %begin, %end walk %walk : !tile.walk<kTileKv=64> {
  ^bb0(%kv: index):
    tile.sync
  }
  tile.return
}
