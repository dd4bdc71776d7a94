// RUN: attnc-opt %s -attn-choose-schedule=target=sm_80 -split-input-file -verify-diagnostics
// Heads that cannot be rows of one tile.

// expected-error @below {{schedule: expected heads that can be rows of one tile for 'packing', but each query head has a KV head of its own}}
attn.kernel @no_groups(%q: !attn.tokens<2x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {packing = true}} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<2x128xbf16, packed>
  attn.return %o : !attn.tokens<2x128xbf16, packed>
}

// -----

// expected-error @below {{schedule: expected heads that can be rows of one tile for 'packing', but which keys are visited differs by head}}
attn.kernel @bounds_of_heads(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64, attn.pins = {packing = true}} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1, s3 * 8)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %c8 = arith.constant 8 : index
    %0 = arith.muli %h, %c8 : index
    %1 = arith.cmpi slt, %j, %0 : index
    attn.yield %1 : i1
  } : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// expected-error @below {{schedule: expected heads that can be rows of one tile for 'packing', but the block map differs by head}}
attn.kernel @block_map_of_heads(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"}, %map: !attn.side<["heads", "kv_len"], i1> {attn.name = "map"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64, attn.pins = {block_map = true, packing = true}} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], exact = false, unknown = ["map"]> score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %1 = attn.read %map[%h, %j] : !attn.side<["heads", "kv_len"], i1> -> i1
    attn.yield %1 : i1
  } : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}

// -----

// expected-error @below {{schedule: expected heads that can be rows of one tile for 'packing', but the bias of q differs by head}}
attn.kernel @bias_of_q(%q: !attn.tokens<8x128xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x128xbf16, packed> {attn.name = "k"}, %bias: !attn.side<[8, 128], bf16> {attn.name = "q_bias"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.new_tokens = 1 : i64, attn.pins = {packing = true}} {
  %biased = attn.add_bias %q, %bias : !attn.tokens<8x128xbf16, packed>, !attn.side<[8, 128], bf16>
  %o = attn.attention %biased, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<8x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>, !attn.tokens<2x128xbf16, packed>) -> !attn.tokens<8x128xbf16, packed>
  attn.return %o : !attn.tokens<8x128xbf16, packed>
}
