// RUN: attnc-opt %s -convert-attn-to-tile -split-input-file | FileCheck %s
// Where keys and values of a cache lie, and how many there are.

// A table of a row a request: pages are rows of it, tokens rows of a page.
// CHECK-LABEL: tile.kernel @paged_fwd
// CHECK-SAME: {tile.name = "kv_lens"}
// CHECK: %[[Q:.*]] = tile.block_id 2
// CHECK: %[[REQUEST:.*]] = tile.let "request"
// CHECK: %[[LOAD:.*]] = tile.load %{{.*}}[%[[REQUEST]]]
// CHECK: tile.let "kv_len"
// CHECK: tile.view_rows "q_rows" {{.*}} -> !tile.global_rows<kHeadDim=128, bf16>
// CHECK: %[[ROW:.*]] = arith.muli
// CHECK: tile.view_rows "k_rows" %{{.*}} offset %{{.*}} stride %{{.*}} block_stride %{{.*}} pages %{{.*}}[%{{.*}}] : !tile.pointer<i32> : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 paged kPage=16>
// CHECK: tile.view_rows "v_rows" {{.*}} pages %{{.*}}[%{{.*}}] : !tile.pointer<i32> : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 paged kPage=16>
// CHECK-LABEL: tile.program @paged
// CHECK-SAME: <name = "k_cache", elementType = bf16, shape = ["pages", "16", "2", "128"], strided = true, alignment = 16>
// CHECK-SAME: <name = "block_table", elementType = i32, shape = ["batch", "max_pages"]>
// CHECK-SAME: <name = "v_cache", elementType = bf16, shape = ["pages", "16", "2", "128"], strided = true, alignment = 16>
// CHECK-SAME: <name = "kv_lens", elementType = i32, shape = ["batch"]>
// CHECK: fields [{{.*}}"dim:k_cache.stride2", "dim:k_cache.stride1", "dim:k_cache.stride0", "tensor:block_table", "dim:max_pages"
attn.kernel @paged(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %kc: !attn.cache<2x128xbf16, nhd page 16> {attn.name = "k_cache"}, %vc: !attn.cache<2x128xbf16, nhd page 16> {attn.name = "v_cache"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %k = attn.cached %kc pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x128xbf16, nhd page 16> -> !attn.tokens<2x128xbf16, packed>
  %v = attn.cached %vc pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x128xbf16, nhd page 16> -> !attn.tokens<2x128xbf16, packed>
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// CSR: lengths are pages, of which the last is partly filled; a request without a page has no token.
// CHECK-LABEL: tile.kernel @csr_fwd
// CHECK-SAME: {tile.name = "page_indptr"}
// CHECK-SAME: {tile.name = "last_page_len"}
// CHECK-NOT: "kv_lens"
// CHECK: %[[FIRST:.*]] = tile.let "first_page"
// CHECK: %[[PAGES:.*]] = tile.let "pages"
// CHECK: arith.subi %[[PAGES]], %c1
// CHECK: %[[ANY:.*]] = arith.cmpi sgt, %[[PAGES]], %c0
// CHECK: %[[LENGTH:.*]] = arith.select %[[ANY]], %{{.*}}, %c0
// CHECK: tile.let "kv_len" %[[LENGTH]]
// CHECK: %[[ENTRY:.*]] = arith.index_cast %[[FIRST]] : index to i64
// CHECK: tile.view_rows "k_rows" {{.*}} pages %{{.*}}[%[[ENTRY]]]
attn.kernel @csr(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %kc: !attn.cache<2x128xbf16, nhd page 16> {attn.name = "k_cache"}, %vc: !attn.cache<2x128xbf16, nhd page 16> {attn.name = "v_cache"}, %t: !attn.side<["total_pages"], i32> {attn.name = "page_indices"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %k = attn.cached %kc pages %t : !attn.side<["total_pages"], i32> : !attn.cache<2x128xbf16, nhd page 16> -> !attn.tokens<2x128xbf16, packed>
  %v = attn.cached %vc pages %t : !attn.side<["total_pages"], i32> : !attn.cache<2x128xbf16, nhd page 16> -> !attn.tokens<2x128xbf16, packed>
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// A contiguous cache has rows a stride apart, and a stride from request to request.
// CHECK-LABEL: tile.kernel @contiguous_fwd
// CHECK: tile.view_rows "k_rows" %{{.*}} offset %{{.*}} stride %{{[^ ]*}} : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16>
// CHECK-LABEL: tile.program @contiguous
// CHECK-SAME: <name = "k_cache", elementType = bf16, shape = ["batch", "capacity", "2", "128"]
attn.kernel @contiguous(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %kc: !attn.cache<2x128xbf16, nhd> {attn.name = "k_cache"}, %vc: !attn.cache<2x128xbf16, nhd> {attn.name = "v_cache"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %k = attn.cached %kc : !attn.cache<2x128xbf16, nhd> -> !attn.tokens<2x128xbf16, packed>
  %v = attn.cached %vc : !attn.cache<2x128xbf16, nhd> -> !attn.tokens<2x128xbf16, packed>
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// One tensor: values are a stride of the pair's axis behind keys.
// CHECK-LABEL: tile.kernel @combined_fwd
// CHECK-SAME: %[[PAIR:[^:]*]]: i64 {tile.name = "kv_cache_pair_stride"}
// CHECK: tile.view_rows "k_rows"
// CHECK: %[[OFFSET:.*]] = arith.addi %[[PAIR]], %{{.*}} : i64
// CHECK: tile.view_rows "v_rows" %{{.*}} offset %[[OFFSET]]
// CHECK-LABEL: tile.program @combined
// CHECK-SAME: <name = "kv_cache", elementType = bf16, shape = ["pages", "2", "2", "16", "128"]
// CHECK-NOT: <name = "kv_cache"
attn.kernel @combined(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %c: !attn.cache<2x128xbf16, hnd page 16 pair> {attn.name = "kv_cache"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %k = attn.cached %c pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x128xbf16, hnd page 16 pair> -> !attn.tokens<2x128xbf16, packed>
  %v = attn.cached %c values pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x128xbf16, hnd page 16 pair> -> !attn.tokens<2x128xbf16, packed>
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// Where dim is not innermost, rows have a column stride; each cache has an order of its own.
// CHECK-LABEL: tile.kernel @orders_fwd
// CHECK: tile.view_rows "k_rows" %{{.*}} offset %{{.*}} stride %{{.*}} column_stride %{{.*}} block_stride %{{.*}} pages {{.*}} -> !tile.global_rows<kHeadDim=128, bf16 aligned 2 strided true paged kPage=16>
// CHECK: tile.view_rows "v_rows" %{{.*}} offset %{{.*}} stride %{{.*}} block_stride %{{.*}} pages {{.*}} -> !tile.global_rows<kHeadDim=128, bf16 paged kPage=16>
// CHECK-LABEL: tile.program @orders
// CHECK-SAME: <name = "k_cache", elementType = bf16, shape = ["pages", "2", "128", "16"]
attn.kernel @orders(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %kc: !attn.cache<2x128xbf16, hdn page 16> {attn.name = "k_cache"}, %vc: !attn.cache<2x128xbf16, hnd page 16> {attn.name = "v_cache"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %k = attn.cached %kc pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x128xbf16, hdn page 16> -> !attn.tokens<2x128xbf16, packed>
  %v = attn.cached %vc pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x128xbf16, hnd page 16> -> !attn.tokens<2x128xbf16, packed>
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// A cyclic cache: rows are tokens still, and lie where the ring has them. Its axis of slots is the window.
// CHECK-LABEL: tile.kernel @cyclic_fwd
// CHECK: tile.view_rows "k_rows" %{{.*}} offset %{{.*}} stride %{{[^ ]*}} : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 cyclic kRing=60 keep kKeep=4>
// CHECK-LABEL: tile.program @cyclic
// CHECK-SAME: <name = "k_cache", elementType = bf16, shape = ["batch", "64", "2", "128"]
// CHECK-SAME: cache.keep = "4"
// CHECK-SAME: cache.window = "64"
attn.kernel @cyclic(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %kc: !attn.cache<2x128xbf16, nhd window 64 keep 4> {attn.name = "k_cache"}, %vc: !attn.cache<2x128xbf16, nhd window 64 keep 4> {attn.name = "v_cache"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %k = attn.cached %kc : !attn.cache<2x128xbf16, nhd window 64 keep 4> -> !attn.tokens<2x128xbf16, packed>
  %v = attn.cached %vc : !attn.cache<2x128xbf16, nhd window 64 keep 4> -> !attn.tokens<2x128xbf16, packed>
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// Beams: pages are those of the table's row of the beam that has the token, counted from the first of the group.
// CHECK-LABEL: tile.kernel @beams_fwd
// CHECK: %[[REQUEST:.*]] = tile.let "request"
// CHECK: %[[BEAM:.*]] = arith.remsi %[[REQUEST]], %{{.*}}
// CHECK: arith.subi %[[REQUEST]], %[[BEAM]]
// CHECK: tile.let "first_beam"
// CHECK: %[[PROMPT:.*]] = tile.let "prompt_len"
// CHECK: tile.view_rows "k_rows" %{{.*}} pages %{{.*}}[%{{.*}}] : !tile.pointer<i32> beams %{{.*}}[%{{.*}}] request_stride %{{.*}} prompt %[[PROMPT]] : !tile.pointer<i32> : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 paged kPage=16 beams true>
// CHECK-LABEL: tile.program @beams
// CHECK-SAME: <name = "cache_indirection", elementType = i32, shape = ["batch", "max_len"]>
// CHECK-SAME: <name = "prompt_lens", elementType = i32, shape = ["batch"]>
// CHECK-SAME: request_group = 4
attn.kernel @beams(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %kc: !attn.cache<2x128xbf16, nhd page 16> {attn.name = "k_cache"}, %vc: !attn.cache<2x128xbf16, nhd page 16> {attn.name = "v_cache"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"},
                   %i: !attn.side<["batch", "max_len"], i32> {attn.name = "cache_indirection"}, %p: !attn.side<["batch"], i32> {attn.name = "prompt_lens"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %k = attn.cached %kc pages %t : !attn.side<["batch", "max_pages"], i32> beams 4 %i : !attn.side<["batch", "max_len"], i32> prompts %p : !attn.side<["batch"], i32> : !attn.cache<2x128xbf16, nhd page 16> -> !attn.tokens<2x128xbf16, packed>
  %v = attn.cached %vc pages %t : !attn.side<["batch", "max_pages"], i32> beams 4 %i : !attn.side<["batch", "max_len"], i32> prompts %p : !attn.side<["batch"], i32> : !attn.cache<2x128xbf16, nhd page 16> -> !attn.tokens<2x128xbf16, packed>
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}
