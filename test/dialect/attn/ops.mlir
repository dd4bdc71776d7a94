// RUN: attnc-opt %s | attnc-opt | FileCheck %s
// Every op and attribute survives printing and parsing.

// CHECK-LABEL: attn.kernel @everything
// CHECK-SAME: !attn.tokens<4x64xbf16, padded> {attn.name = "q"}
// CHECK-SAME: !attn.side<["heads", "kv_len", 3], f16> {attn.name = "bias"}
// CHECK-SAME: i32 {attn.default = 7 : i32, attn.name = "window"}
// CHECK-SAME: -> (!attn.tokens<4x64xbf16, padded> {attn.name = "out"}, !attn.rows<4xf32, padded> {attn.name = "lse"})
// CHECK-SAME: lengths = #attn<lengths kv>
attn.kernel @everything(%q: !attn.tokens<4x64xbf16, padded> {attn.name = "q"},
                        %k: !attn.tokens<2x64xbf16, padded> {attn.name = "k"},
                        %v: !attn.tokens<2x64xbf16, padded> {attn.name = "v"},
                        %bias: !attn.side<["heads", "kv_len", 3], f16> {attn.name = "bias"},
                        %seen: !attn.side<["batch"], i1> {attn.name = "seen"},
                        %window: i32 {attn.default = 7 : i32, attn.name = "window"})
    -> (!attn.tokens<4x64xbf16, padded> {attn.name = "out"}, !attn.rows<4xf32, padded> {attn.name = "lse"})
    attributes {lengths = #attn<lengths kv>} {
  // CHECK: attn.attention {{.*}} scale 1.250000e-01 statistics ["lse"] anchor top_left
  %o, %lse = attn.attention %q, %k, %v scale 1.250000e-01 statistics ["lse"] anchor top_left score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    // CHECK: attn.softcap %{{.*}}, 5.000000e+01 : f32
    %capped = attn.softcap %s, 5.000000e+01 : f32
    // CHECK: attn.read %{{.*}}[%{{.*}}, %{{.*}}, %{{.*}}] : !attn.side<["heads", "kv_len", 3], f16> -> f32
    %0 = attn.read %bias[%h, %j, %b] : !attn.side<["heads", "kv_len", 3], f16> -> f32
    %1 = arith.addf %capped, %0 : f32
    // CHECK: attn.yield %{{.*}} : f32
    attn.yield %1 : f32
  } mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    // CHECK: attn.read %{{.*}}[%{{.*}}] : !attn.side<["batch"], i1> -> i1
    %0 = attn.read %seen[%b] : !attn.side<["batch"], i1> -> i1
    // CHECK: attn.yield %{{.*}} : i1
    attn.yield %0 : i1
  } : (!attn.tokens<4x64xbf16, padded>, !attn.tokens<2x64xbf16, padded>, !attn.tokens<2x64xbf16, padded>)
      -> (!attn.tokens<4x64xbf16, padded>, !attn.rows<4xf32, padded>)
  // CHECK: attn.return %{{.*}}, %{{.*}} : !attn.tokens<4x64xbf16, padded>, !attn.rows<4xf32, padded>
  attn.return %o, %lse : !attn.tokens<4x64xbf16, padded>, !attn.rows<4xf32, padded>
}

// An empty region is a value of its own: the identity score, the mask that hides nothing.
// CHECK-LABEL: attn.kernel @empty_regions
attn.kernel @empty_regions(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"},
                           %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"},
                           %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}, %scale: f32 {attn.name = "scale"})
    -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: scale_operand %{{.*}} anchor bottom_right
  // CHECK-SAME: proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>]
  // CHECK-SAME: full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>
  // CHECK-SAME: exact = false, unknown = ["doc[q]"]> score {
  // CHECK-NEXT: } mask {
  // CHECK-NEXT: } :
  %o = attn.attention %q, %k, %v scale_operand %scale anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>],
             full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>,
             exact = false, unknown = ["doc[q]"]>
      score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, f32)
      -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// CHECK-LABEL: attn.kernel @identity
// CHECK: attn.return %{{.*}} : !attn.tokens<8x64xf16, packed>
attn.kernel @identity(%q: !attn.tokens<8x64xf16, packed> {attn.name = "q"})
    -> (!attn.tokens<8x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  attn.return %q : !attn.tokens<8x64xf16, packed>
}

// What the records of the ops show (doc-examples.test).
// CHECK-LABEL: attn.kernel @softcapped_causal
// CHECK: %[[O:.*]], %[[LSE:.*]] = attn.attention
// CHECK: attn.return %[[O]], %[[LSE]]
attn.kernel @softcapped_causal(%q: !attn.tokens<16x64xbf16, packed> {attn.name = "q"},
                               %k: !attn.tokens<8x64xbf16, packed> {attn.name = "k"},
                               %v: !attn.tokens<8x64xbf16, packed> {attn.name = "v"})
    -> (!attn.tokens<16x64xbf16, packed> {attn.name = "out"}, !attn.rows<16xf32, packed> {attn.name = "lse"})
    attributes {lengths = #attn<lengths both>} {
  %o, %lse = attn.attention %q, %k, %v scale 1.250000e-01 statistics ["lse"] anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %capped = attn.softcap %s, 5.000000e+01 : f32
    attn.yield %capped : f32
  } mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %causal = arith.cmpi sle, %j, %i : index
    attn.yield %causal : i1
  } : (!attn.tokens<16x64xbf16, packed>, !attn.tokens<8x64xbf16, packed>, !attn.tokens<8x64xbf16, packed>)
      -> (!attn.tokens<16x64xbf16, packed>, !attn.rows<16xf32, packed>)
  attn.return %o, %lse : !attn.tokens<16x64xbf16, packed>, !attn.rows<16xf32, packed>
}

// CHECK-LABEL: attn.kernel @table
// CHECK: attn.read
// CHECK: attn.bit
// CHECK: attn.yield %{{.*}} : i1
attn.kernel @table(%q: !attn.tokens<4x64xf16, padded> {attn.name = "q"},
                   %table: !attn.side<["heads", "q_len", "kv_len"], f32> {attn.name = "table"})
    -> (!attn.tokens<4x64xf16, padded> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %q, %q scale 1.0 anchor top_left score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %bias = attn.read %table[%h, %i, %j] : !attn.side<["heads", "q_len", "kv_len"], f32> -> f32
    %key = arith.addi %j, %i : index
    %word = arith.addi %h, %j : index
    %visible = attn.bit %word, %key
    attn.yield %visible : i1
  } : (!attn.tokens<4x64xf16, padded>, !attn.tokens<4x64xf16, padded>, !attn.tokens<4x64xf16, padded>)
      -> !attn.tokens<4x64xf16, padded>
  attn.return %o : !attn.tokens<4x64xf16, padded>
}

// CHECK-LABEL: attn.kernel @sinks
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} scale 1.000000e+00 sinks %{{.*}} sinks_outside_lse anchor
attn.kernel @sinks(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"},
                   %sinks: !attn.side<["heads"], f32> {attn.name = "sinks"})
    -> (!attn.tokens<4x64xf32, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 sinks %sinks sinks_outside_lse anchor bottom_right score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.side<["heads"], f32>)
      -> !attn.tokens<4x64xf32, packed>
  attn.return %o : !attn.tokens<4x64xf32, packed>
}

// Heads of one tensor, after its bias.
// CHECK-LABEL: attn.kernel @fused
// CHECK-SAME: alignment = 8 : i64
// CHECK: attn.add_bias %{{.*}}, %{{.*}} : !attn.tokens<48x128xbf16, packed>, !attn.side<[48, 128], bf16>
// CHECK: attn.slice_heads %{{.*}} from 32 : !attn.tokens<48x128xbf16, packed> -> !attn.tokens<8x128xbf16, packed>
attn.kernel @fused(%qkv: !attn.tokens<48x128xbf16, packed> {attn.name = "qkv"},
                   %qkv_bias: !attn.side<[48, 128], bf16> {attn.name = "qkv_bias"})
    -> (!attn.tokens<32x128xbf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, alignment = 8 : i64} {
  %biased = attn.add_bias %qkv, %qkv_bias : !attn.tokens<48x128xbf16, packed>, !attn.side<[48, 128], bf16>
  %q = attn.slice_heads %biased from 0 : !attn.tokens<48x128xbf16, packed> -> !attn.tokens<32x128xbf16, packed>
  %k = attn.slice_heads %biased from 32 : !attn.tokens<48x128xbf16, packed> -> !attn.tokens<8x128xbf16, packed>
  %v = attn.slice_heads %biased from 40 : !attn.tokens<48x128xbf16, packed> -> !attn.tokens<8x128xbf16, packed>
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right score {} mask {} : (!attn.tokens<32x128xbf16, packed>, !attn.tokens<8x128xbf16, packed>, !attn.tokens<8x128xbf16, packed>) -> !attn.tokens<32x128xbf16, packed>
  attn.return %o : !attn.tokens<32x128xbf16, packed>
}

// The examples of the documentation.
// CHECK-LABEL: attn.kernel @examples
attn.kernel @examples(%qkv: !attn.tokens<48x128xbf16, packed> {attn.name = "qkv"}, %q: !attn.tokens<16x64xbf16, packed> {attn.name = "q"},
                      %q_bias: !attn.side<[16, 64], bf16> {attn.name = "q_bias"}) attributes {lengths = #attn<lengths both>} {
  %k = attn.slice_heads %qkv from 32 : !attn.tokens<48x128xbf16, packed> -> !attn.tokens<8x128xbf16, packed>
  %biased = attn.add_bias %q, %q_bias : !attn.tokens<16x64xbf16, packed>, !attn.side<[16, 64], bf16>
  attn.return
}

// Every tensor of a padded batch may have an order of its own.
// CHECK-LABEL: attn.kernel @orders
// CHECK-SAME: !attn.tokens<4x64xf16, bdhs> {attn.name = "q"}, %{{.*}}: !attn.tokens<4x64xf16, sbhd>
attn.kernel @orders(%q: !attn.tokens<4x64xf16, bdhs> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, sbhd> {attn.name = "k"},
                    %v: !attn.tokens<4x64xf16, padded> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, bhds> {attn.name = "out"})
    attributes {lengths = #attn<lengths none>} {
  %o = attn.attention %q, %k, %v scale 0.125 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, bdhs>, !attn.tokens<4x64xf16, sbhd>, !attn.tokens<4x64xf16, padded>) -> !attn.tokens<4x64xf16, bhds>
  attn.return %o : !attn.tokens<4x64xf16, bhds>
}

// Rows of a side tensor, searched and followed.
// CHECK-LABEL: @search_and_reach
// CHECK: attn.search %{{.*}}[%{{.*}}] from %{{.*}} to %{{.*}} above %{{.*}} : !attn.side<["batch", 9], i32>
// CHECK: attn.reaches %{{.*}}[%{{.*}}] from %{{.*}} to %{{.*}} : !attn.side<["batch", "q_len"], i32>
attn.kernel @search_and_reach(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %starts: !attn.side<["batch", 9], i32> {attn.name = "starts"}, %parents: !attn.side<["batch", "q_len"], i32> {attn.name = "parents"})
    -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}, !attn.side<["heads"], f32> {attn.name = "max_logit"}) attributes {lengths = #attn<lengths both>} {
  %o, %m = attn.attention %q, %k, %k scale 1.0 statistics ["max_logit"] anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %q_position: index, %node: index, %ql: index, %ancestor: index):
    %zero = arith.constant 0 : index
    %count = arith.constant 9 : index
    %n = attn.search %starts[%b] from %zero to %count above %q_position : !attn.side<["batch", 9], i32>
    %sees = attn.reaches %parents[%b] from %node to %ancestor : !attn.side<["batch", "q_len"], i32>
    %some = arith.cmpi sgt, %n, %zero : index
    %both = arith.andi %sees, %some : i1
    attn.yield %both : i1
  } : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> (!attn.tokens<4x64xf16, packed>, !attn.side<["heads"], f32>)
  attn.return %o, %m : !attn.tokens<4x64xf16, packed>, !attn.side<["heads"], f32>
}

// What caches hold, as tokens: contiguous; pages of a dense table; keys and values of a pair, pages of a CSR table.
// CHECK-LABEL: attn.kernel @caches
// CHECK-SAME: !attn.cache<8x128xbf16, nhd> {attn.name = "contiguous"}
// CHECK-SAME: !attn.cache<8x128xbf16, nhd page 16> {attn.name = "k_cache"}
// CHECK-SAME: !attn.cache<8x128xbf16, hdn page 256 pair> {attn.name = "kv_cache"}
// CHECK-SAME: !attn.cache<8x128xf16, dhn pair> {attn.name = "both"}
attn.kernel @caches(%q: !attn.tokens<16x128xbf16, packed> {attn.name = "q"},
                    %contiguous: !attn.cache<8x128xbf16, nhd> {attn.name = "contiguous"},
                    %k_cache: !attn.cache<8x128xbf16, nhd page 16> {attn.name = "k_cache"},
                    %kv_cache: !attn.cache<8x128xbf16, hdn page 256 pair> {attn.name = "kv_cache"},
                    %both: !attn.cache<8x128xf16, dhn pair> {attn.name = "both"},
                    %block_table: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"},
                    %page_indices: !attn.side<["total_pages"], i32> {attn.name = "page_indices"})
    -> (!attn.tokens<16x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // CHECK: attn.cached %{{.*}} : !attn.cache<8x128xbf16, nhd> -> !attn.tokens<8x128xbf16, packed>
  %0 = attn.cached %contiguous : !attn.cache<8x128xbf16, nhd> -> !attn.tokens<8x128xbf16, packed>
  // CHECK: attn.cached %{{.*}} pages %{{.*}} : !attn.side<["batch", "max_pages"], i32> : !attn.cache<8x128xbf16, nhd page 16> -> !attn.tokens<8x128xbf16, packed>
  %k = attn.cached %k_cache pages %block_table : !attn.side<["batch", "max_pages"], i32>
      : !attn.cache<8x128xbf16, nhd page 16> -> !attn.tokens<8x128xbf16, packed>
  // CHECK: attn.cached %{{.*}} values pages %{{.*}} : !attn.side<["total_pages"], i32> : !attn.cache<8x128xbf16, hdn page 256 pair> -> !attn.tokens<8x128xbf16, packed>
  %v = attn.cached %kv_cache values pages %page_indices : !attn.side<["total_pages"], i32>
      : !attn.cache<8x128xbf16, hdn page 256 pair> -> !attn.tokens<8x128xbf16, packed>
  // CHECK: attn.cached %{{.*}} values : !attn.cache<8x128xf16, dhn pair> -> !attn.tokens<8x128xf16, padded>
  %1 = attn.cached %both values : !attn.cache<8x128xf16, dhn pair> -> !attn.tokens<8x128xf16, padded>
  // CHECK: attn.attention %{{.*}}, %[[K:.*]], %[[V:.*]] scale
  %keys = attn.cached %kv_cache pages %page_indices : !attn.side<["total_pages"], i32>
      : !attn.cache<8x128xbf16, hdn page 256 pair> -> !attn.tokens<8x128xbf16, packed>
  %o = attn.attention %q, %keys, %v scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<16x128xbf16, packed>, !attn.tokens<8x128xbf16, packed>, !attn.tokens<8x128xbf16, packed>)
      -> !attn.tokens<16x128xbf16, packed>
  attn.return %o : !attn.tokens<16x128xbf16, packed>
}
