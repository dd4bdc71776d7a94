// RUN: attnc-opt %s | attnc-opt | FileCheck %s
// RUN: attnc-opt %s -cse | FileCheck %s --check-prefix=CSE
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// CHECK-LABEL: @alloc
// CHECK: tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
// CHECK: tile.alloc "k_ring" offset 16384 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16>
tile.kernel @alloc() attributes {schedule = #s} {
  %q_tile = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
  %k_ring = tile.alloc "k_ring" offset 16384 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16>
  tile.return
}

// CHECK-LABEL: @ring
// CHECK: tile.current %[[R:.*]] ahead 1 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
// CHECK: tile.advance %[[R]] : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16>
tile.kernel @ring() attributes {schedule = #s} {
  %k_ring = tile.alloc "k_ring" : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16>
  %k_tile = tile.current %k_ring ahead 1 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.advance %k_ring : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16>
  tile.return
}

// What a ring's slots are changes with an advance, and with nothing else.
// CSE-LABEL: @slots_across_an_advance
// CSE: %[[A:.*]] = tile.current %[[R:.*]] ahead 0
// CSE-NEXT: tile.mma_abt %{{.*}} = %[[A]], %[[A]]
// CSE-NEXT: tile.advance %[[R]]
// CSE-NEXT: %[[B:.*]] = tile.current %[[R]] ahead 0
// CSE-NEXT: tile.mma_abt %{{.*}} = %[[B]], %[[B]]
tile.kernel @slots_across_an_advance() attributes {schedule = #s} {
  %c = tile.alloc "c" : !tile.fragment<kTileKv=64 x kTileKv=64, warps 4>
  %k_ring = tile.alloc "k_ring" : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16>
  %a = tile.current %k_ring ahead 0 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  %a_again = tile.current %k_ring ahead 0 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.mma_abt %c = %a, %a_again : !tile.fragment<kTileKv=64 x kTileKv=64, warps 4> = !tile.shared<kTileKv=64 x kHeadDim=128, bf16>, !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.advance %k_ring : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16>
  %b = tile.current %k_ring ahead 0 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  %b_again = tile.current %k_ring ahead 0 : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.mma_abt %c = %b, %b_again : !tile.fragment<kTileKv=64 x kTileKv=64, warps 4> = !tile.shared<kTileKv=64 x kHeadDim=128, bf16>, !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.return
}

// CHECK-LABEL: @load
// CHECK: tile.load %{{.*}}[%{{.*}}] : !tile.pointer<i32>
tile.kernel @load(%cu_q: !tile.pointer<i32> {tile.name = "cu_q"}) attributes {schedule = #s} {
  %request = tile.block_id 2
  %q_begin = tile.load %cu_q[%request] : !tile.pointer<i32>
  tile.return
}

// CHECK-LABEL: @view_rows
// CHECK: tile.view_rows "k_rows" %{{.*}} offset %{{.*}} stride %{{.*}} : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16>
tile.kernel @view_rows(%k: !tile.pointer<bf16> {tile.name = "k"}, %offset: i64 {tile.name = "offset"},
                       %stride: i64 {tile.name = "stride"}) attributes {schedule = #s} {
  %k_rows = tile.view_rows "k_rows" %k offset %offset stride %stride : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16>
  tile.return
}

// CHECK-LABEL: @view_paged
// CHECK: tile.view_rows "k_rows" %{{.*}} offset %{{.*}} stride %{{.*}} block_stride %{{.*}} pages %{{.*}}[%{{.*}}] : !tile.pointer<i32> : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 paged kPage=16>
// CHECK: tile.view_rows "q_rows" %{{.*}} offset %{{.*}} stride %{{.*}} block_stride %{{.*}} : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 grouped kGroup=4>
tile.kernel @view_paged(%k: !tile.pointer<bf16> {tile.name = "k"}, %offset: i64 {tile.name = "offset"},
                        %stride: i64 {tile.name = "stride"}, %page_stride: i64 {tile.name = "page_stride"},
                        %table: !tile.pointer<i32> {tile.name = "table"}, %first: i64 {tile.name = "first"}) attributes {schedule = #s} {
  %paged = tile.view_rows "k_rows" %k offset %offset stride %stride block_stride %page_stride pages %table[%first] : !tile.pointer<i32> : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 paged kPage=16>
  %grouped = tile.view_rows "q_rows" %k offset %offset stride %stride block_stride %page_stride : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 grouped kGroup=4>
  tile.return
}

// CHECK-LABEL: @side
// CHECK: %[[BIAS:.*]] = tile.view_side "bias" %{{.*}}[%{{.*}}, %{{.*}}] : !tile.pointer<f32> -> !tile.side<f32, 2>
// CHECK: tile.read_side %[[BIAS]][%{{.*}}, %{{.*}}] : !tile.side<f32, 2> -> f32
tile.kernel @side(%p: !tile.pointer<f32> {tile.name = "bias"}, %heads: index {tile.name = "heads"},
                  %q_len: index {tile.name = "q_len"}) attributes {schedule = #s} {
  %bias = tile.view_side "bias" %p[%heads, %q_len] : !tile.pointer<f32> -> !tile.side<f32, 2>
  %h = tile.block_id 1
  %q = tile.block_id 0
  %b = tile.read_side %bias[%h, %q] : !tile.side<f32, 2> -> f32
  tile.return
}

// CHECK-LABEL: @copy_async
// CHECK: tile.copy_async %{{.*}}[%{{.*}}] valid %{{.*}}, %{{.*}} to %{{.*}} : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
// CHECK: to %{{.*}} unless_past %{{.*}} :
// CHECK: tile.commit
// CHECK: tile.wait 1
// CHECK: tile.sync
tile.kernel @copy_async(%k_rows: !tile.global_rows<kHeadDim=128, bf16> {tile.name = "k_rows"},
                        %kv: index {tile.name = "kv"}, %begin: index {tile.name = "begin"},
                        %end: index {tile.name = "end"}) attributes {schedule = #s} {
  %k_tile = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.copy_async %k_rows[%kv] valid %begin, %end to %k_tile : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.copy_async %k_rows[%kv] valid %begin, %end to %k_tile unless_past %end : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.commit
  tile.wait 1
  tile.sync
  tile.return
}

// CHECK-LABEL: @copy_where
// CHECK: tile.copy_async %{{.*}}[%{{.*}}] valid %{{.*}}, %{{.*}} where {
// CHECK-NEXT: ^bb0(%[[KEY:.*]]: index):
// CHECK: tile.yield %{{.*}} : i1
// CHECK-NEXT: } to %{{.*}} :
tile.kernel @copy_where(%v_rows: !tile.global_rows<kHeadDim=128, bf16> {tile.name = "v_rows"},
                        %kv: index {tile.name = "kv"}, %end: index {tile.name = "end"}) attributes {schedule = #s} {
  %v_tile = tile.alloc "v_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.copy_async %v_rows[%kv] valid %kv, %end where {
  ^bb0(%key: index):
    %inside = arith.cmpi slt, %key, %end : index
    tile.yield %inside : i1
  } to %v_tile : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.return
}

// CHECK-LABEL: @stores
// CHECK: tile.store_shared %{{.*}} to %{{.*}} : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> -> !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
// CHECK: tile.store_rows %{{.*}} to %{{.*}}[%{{.*}}] valid_end %{{.*}} : !tile.shared<kTileQ=64 x kHeadDim=128, bf16> -> !tile.global_rows<kHeadDim=128, bf16, writable true>
tile.kernel @stores(%out_rows: !tile.global_rows<kHeadDim=128, bf16, writable true> {tile.name = "out_rows"},
                    %first_row: index {tile.name = "first_row"}, %q_len: index {tile.name = "q_len"})
    attributes {schedule = #s} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  %staging = tile.alloc "staging" : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
  tile.store_shared %acc to %staging : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> -> !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
  tile.store_rows %staging to %out_rows[%first_row] valid_end %q_len : !tile.shared<kTileQ=64 x kHeadDim=128, bf16> -> !tile.global_rows<kHeadDim=128, bf16, writable true>
  tile.return
}

// CHECK-LABEL: @store_row_values
// CHECK: tile.store_row_values %{{.*}} to %{{.*}} offset %{{.*}} stride %{{.*}} rows %{{.*}}, %{{.*}} : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
tile.kernel @store_row_values(%p: !tile.pointer<f32, writable true> {tile.name = "lse"},
                              %offset: i64 {tile.name = "offset"}, %stride: i64 {tile.name = "stride"},
                              %first_row: index {tile.name = "first_row"}, %q_len: index {tile.name = "q_len"})
    attributes {schedule = #s} {
  %lse = tile.alloc "lse_rows" : !tile.row_vector<kTileQ=64, warps 4>
  tile.store_row_values %lse to %p offset %offset stride %stride rows %first_row, %q_len : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
  tile.return
}

// CHECK-LABEL: @store_fragment
// CHECK: tile.store_fragment %{{.*}} to %{{.*}}[%{{.*}}] valid_end %{{.*}} : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> -> !tile.global_rows<kHeadDim=128, f32, writable true>
tile.kernel @store_fragment(%out_rows: !tile.global_rows<kHeadDim=128, f32, writable true> {tile.name = "out_rows"},
                            %first_row: index {tile.name = "first_row"}, %q_len: index {tile.name = "q_len"})
    attributes {schedule = #s} {
  %acc = tile.alloc "acc" : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
  tile.store_fragment %acc to %out_rows[%first_row] valid_end %q_len : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> -> !tile.global_rows<kHeadDim=128, f32, writable true>
  tile.return
}

// CHECK-LABEL: @reuse
// CHECK: tile.reuse "out_tile" %{{.*}} : !tile.shared<kTileQ=64 x kHeadDimQk=192, bf16> -> !tile.shared<kTileQ=64 x kHeadDimV=128, bf16>
tile.kernel @reuse() attributes {schedule = #s} {
  %q_tile = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDimQk=192, bf16>
  %out_tile = tile.reuse "out_tile" %q_tile : !tile.shared<kTileQ=64 x kHeadDimQk=192, bf16> -> !tile.shared<kTileQ=64 x kHeadDimV=128, bf16>
  tile.return
}

// CHECK-LABEL: @bit
// CHECK: tile.bit %{{.*}}, %{{.*}}
tile.kernel @bit(%word: index {tile.name = "word"}, %key: index {tile.name = "key"}) attributes {schedule = #s} {
  %visible = tile.bit %word, %key
  tile.return
}

// Rows whose elements are a stride apart, and rows of less alignment.
// CHECK-LABEL: @view_other_rows
// CHECK: tile.view_rows "k_rows" %{{.*}} offset %{{.*}} stride %{{.*}} column_stride %{{.*}} : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 aligned 2 strided true>
// CHECK: tile.view_rows "k_rows" %{{.*}} offset %{{.*}} stride %{{.*}} : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 aligned 4>
tile.kernel @view_other_rows(%k: !tile.pointer<bf16> {tile.name = "k"}, %offset: i64 {tile.name = "offset"},
                             %stride: i64 {tile.name = "stride"}) attributes {schedule = #s} {
  %strided = tile.view_rows "k_rows" %k offset %offset stride %stride column_stride %stride : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 aligned 2 strided true>
  %aligned = tile.view_rows "k_rows" %k offset %offset stride %stride : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 aligned 4>
  tile.return
}

// CHECK-LABEL: @add_row
// CHECK: tile.add_row %{{.*}} to %{{.*}} : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
tile.kernel @add_row(%k_bias_row: !tile.global_rows<kHeadDim=128, bf16> {tile.name = "k_bias_row"}) attributes {schedule = #s} {
  %k_tile = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.add_row %k_bias_row to %k_tile : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.return
}

// CHECK-LABEL: @search_and_reach
// CHECK: tile.search_side %{{.*}}[%{{.*}}] from %{{.*}} to %{{.*}} above %{{.*}} : !tile.side<i32, 2>
// CHECK: tile.reaches %{{.*}}[%{{.*}}] from %{{.*}} to %{{.*}} : !tile.side<i32, 2>
tile.kernel @search_and_reach(%p: !tile.pointer<i32> {tile.name = "p"}, %b: index {tile.name = "b"}, %zero: index {tile.name = "zero"},
                              %count: index {tile.name = "count"}, %q: index {tile.name = "q"}, %node: index {tile.name = "node"},
                              %ancestor: index {tile.name = "ancestor"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %starts = tile.view_side "starts" %p[%count, %count] : !tile.pointer<i32> -> !tile.side<i32, 2>
  %parents = tile.view_side "parents" %p[%count, %count] : !tile.pointer<i32> -> !tile.side<i32, 2>
  %n = tile.search_side %starts[%b] from %zero to %count above %q : !tile.side<i32, 2>
  %sees = tile.reaches %parents[%b] from %node to %ancestor : !tile.side<i32, 2>
  tile.return
}

// CHECK-LABEL: @dump
// CHECK: tile.dump %{{.*}} factor %{{.*}} to %{{.*}} offset %{{.*}} stride %{{.*}} rows %{{.*}}, %{{.*}} keys %{{.*}}, %{{.*}} step <kTileKv = 64> : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> -> !tile.pointer<f32, writable true>
// CHECK: tile.dump %{{.*}} partial to %{{.*}} offset %{{.*}} stride %{{.*}} rows %{{.*}}, %{{.*}} keys %{{.*}}, %{{.*}} step <kTileKv = 64> : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
tile.kernel @dump(%p: !tile.pointer<f32, writable true> {tile.name = "p"}, %o: i64 {tile.name = "o"}, %s: i64 {tile.name = "s"},
                  %scale: f32 {tile.name = "scale"}, %first_row: index {tile.name = "first_row"}, %q_len: index {tile.name = "q_len"},
                  %kv: index {tile.name = "kv"}, %kv_len: index {tile.name = "kv_len"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %scores = tile.alloc "scores" : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
  %sums = tile.alloc "sums" : !tile.row_vector<kTileQ=64, warps 4>
  tile.dump %scores factor %scale to %p offset %o stride %s rows %first_row, %q_len keys %kv, %kv_len
      step <kTileKv = 64> : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> -> !tile.pointer<f32, writable true>
  tile.dump %sums partial to %p offset %o stride %s rows %first_row, %q_len keys %kv, %kv_len
      step <kTileKv = 64> : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
  tile.return
}

// CHECK-LABEL: @store_max
// CHECK: tile.store_constant 0xFF800000 to %{{.*}} count %{{.*}} : !tile.pointer<f32, writable true>
// CHECK: tile.store_max %{{.*}} to %{{.*}} at %{{.*}} rows %{{.*}}, %{{.*}} : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
tile.kernel @store_max(%p: !tile.pointer<f32, writable true> {tile.name = "p"}, %n: index {tile.name = "n"}, %head: index {tile.name = "head"},
                       %first: index {tile.name = "first"}, %end: index {tile.name = "end"}) attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %max = tile.alloc "max" : !tile.row_vector<kTileQ=64, warps 4>
  tile.store_constant 0xFF800000 to %p count %n : !tile.pointer<f32, writable true>
  tile.store_max %max to %p at %head rows %first, %end : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
  tile.return
}

// Rows in groups: a token's heads are a group.
// CHECK-LABEL: @stores_of_groups
// CHECK: tile.store_row_values %{{.*}} to %{{.*}} offset %{{.*}} stride %{{.*}} group <kGroup = 4> rows %{{.*}}, %{{.*}} : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
// CHECK: tile.store_max %{{.*}} to %{{.*}} at %{{.*}} group <kGroup = 4> rows %{{.*}}, %{{.*}} : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
// CHECK: tile.dump %{{.*}} to %{{.*}} offset %{{.*}} stride %{{.*}} group <kGroup = 4> stride %{{.*}} rows %{{.*}}, %{{.*}} keys %{{.*}}, %{{.*}} step <kTileKv = 64> : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
tile.kernel @stores_of_groups(%p: !tile.pointer<f32, writable true> {tile.name = "p"}, %x: i64 {tile.name = "x"}, %r: index {tile.name = "r"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4, packing = true>} {
  %rows = tile.alloc "rows" : !tile.row_vector<kTileQ=64, warps 4>
  tile.store_row_values %rows to %p offset %x stride %x group <kGroup = 4> rows %r, %r : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
  tile.store_max %rows to %p at %r group <kGroup = 4> rows %r, %r : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
  tile.dump %rows to %p offset %x stride %x group <kGroup = 4> stride %x rows %r, %r keys %r, %r step <kTileKv = 64> : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
  tile.return
}
