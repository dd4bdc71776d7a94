// RUN: attnc-opt %s -split-input-file -verify-diagnostics
// One broken module per constraint, named after the label in AttnOps.td and AttnAttrs.td.

attn.kernel @attention_c2_qk_dim(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x32xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected q and k of one dim, got 64 and 32}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x32xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c2_v_out_dim(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x32xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected v and out of one dim, got 32 and 64}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x32xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c2_kv_heads(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected k and v of as many heads, got 4 and 2}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c2_q_out_heads(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<8x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected q and out of as many heads, got 4 and 8}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<8x64xf16, packed>
  attn.return %o : !attn.tokens<8x64xf16, packed>
}

// -----

attn.kernel @attention_c3_group(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<3x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<3x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected the query heads to be a multiple of the KV heads, got 4 and 3}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<3x64xf16, packed>, !attn.tokens<3x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c4_no_scale(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected either a scale attribute or a scale operand, got neither}}
  %o = attn.attention %q, %k, %v  anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c4_both_scales(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}, %x: f32 {attn.name = "x"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected either a scale attribute or a scale operand, got both}}
  %o = attn.attention %q, %k, %v scale 1.0 scale_operand %x anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, f32) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c4_negative(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected a positive finite scale, got -1}}
  %o = attn.attention %q, %k, %v scale -1.0 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c4_zero(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected a positive finite scale, got 0}}
  %o = attn.attention %q, %k, %v scale 0.0 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c5_mask_arguments(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected the mask region to take ('index', 'index', 'index', 'index', 'index', 'index'), got ('index')}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {} mask {
  ^bb0(%b: index):
    %t = arith.constant true
    attn.yield %t : i1
  } : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c5_mask_result(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected the mask region to yield 'i1', got ('f32')}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {} mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    %t = arith.constant 1.0 : f32
    attn.yield %t : f32
  } : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c5_score_arguments(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected the score region to take ('f32', 'index', 'index', 'index', 'index', 'index', 'index'), got ('f32')}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {
  ^bb0(%s: f32):
    attn.yield %s : f32
  } mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c6_lse_heads(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}, !attn.rows<8xf32, packed> {attn.name = "lse"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected lse as rows with the heads and layout of q, got '!attn.rows<8xf32, packed>' for '!attn.tokens<4x64xf16, packed>'}}
  %o, %l = attn.attention %q, %k, %v scale 1.250000e-01 statistics ["lse"] anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> (!attn.tokens<4x64xf16, packed>, !attn.rows<8xf32, packed>)
  attn.return %o, %l : !attn.tokens<4x64xf16, packed>, !attn.rows<8xf32, packed>
}

// -----

attn.kernel @range_c1_symbols(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @+2 {{expected a map of two dims and at least 4 symbols, got affine_map<(d0, d1) -> (0)>}}
  // expected-error @below {{failed to parse Attn_MaskProofAttr parameter 'visit'}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1) -> (0) to (d0, d1)[s0, s1, s2, s3] -> (0)>], exact = true> score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @range_c1_same_symbols(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @+2 {{expected bounds over the same symbols, got 4 and 5}}
  // expected-error @below {{failed to parse Attn_MaskProofAttr parameter 'visit'}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3, s4] -> (0)>], exact = true> score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @range_c1_condition(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @+2 {{expected bounds over the same symbols, got 4 and 5}}
  // expected-error @below {{failed to parse Attn_MaskProofAttr parameter 'visit'}}
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (0) when (d0, d1)[s0, s1, s2, s3, s4] -> (s4)>], exact = true> score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @softcap_c1_zero(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    // expected-error @below {{'attn.softcap' op expected a positive finite cap, got 0}}
    %x = attn.softcap %s, 0.0 : f32
    attn.yield %s : f32
  } mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @read_c1_rank(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}, %t: !attn.side<["heads", 3], i32> {attn.name = "t"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    // expected-error @below {{'attn.read' op expected one index per axis (2), got 1}}
    %x = attn.read %t[%h] : !attn.side<["heads", 3], i32> -> i32
    attn.yield %s : f32
  } mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @read_c2_result(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}, %t: !attn.side<["heads", 3], i32> {attn.name = "t"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
    // expected-error @below {{'attn.read' op expected a result of 'i32', got 'f32'}}
    %x = attn.read %t[%h, %j] : !attn.side<["heads", 3], i32> -> f32
    attn.yield %s : f32
  } mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

// expected-error @below {{'attn.kernel' op expected a name for argument 0, got none}}
attn.kernel @kernel_c1_no_name(%x: f32) attributes {lengths = #attn<lengths both>} {
  attn.return
}

// -----

// expected-error @below {{'attn.kernel' op expected different names, got 'x' twice}}
attn.kernel @kernel_c1_twice(%x: f32 {attn.name = "x"}, %y: f32 {attn.name = "x"}) attributes {lengths = #attn<lengths both>} {
  attn.return
}

// -----

// expected-error @below {{'attn.kernel' op expected arguments to be tokens, caches, side tensors, i32 or f32, got 'i64'}}
attn.kernel @kernel_c2_argument(%x: i64 {attn.name = "x"}) attributes {lengths = #attn<lengths both>} {
  attn.return
}

// -----

// expected-error @below {{'attn.kernel' op expected results to be tokens, rows, pairs, side tensors or caches, got 'f32'}}
attn.kernel @kernel_c3_result(%x: f32 {attn.name = "x"}) -> (f32 {attn.name = "y"}) attributes {lengths = #attn<lengths both>} {
  attn.return %x : f32
}

// -----

// expected-error @below {{'attn.kernel' op expected all tokens to be packed or none, got packed and padded}}
attn.kernel @kernel_c4_layouts(%x: !attn.tokens<4x64xf16, packed> {attn.name = "x"}, %y: !attn.tokens<4x64xf16, padded> {attn.name = "y"}) attributes {lengths = #attn<lengths both>} {
  attn.return
}

// -----

// expected-error @below {{'attn.kernel' op expected lengths both for a packed kernel, got none}}
attn.kernel @kernel_c5_packed_lengths(%x: !attn.tokens<4x64xf16, packed> {attn.name = "x"}) attributes {lengths = #attn<lengths none>} {
  attn.return
}

// -----

attn.kernel @return_c1_types(%x: !attn.tokens<4x64xf16, packed> {attn.name = "x"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "y"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.return' op expected the kernel's result types}}
  attn.return %x : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c7_rank(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"},
    %sinks: !attn.side<["heads", 2], f32> {attn.name = "sinks"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected sinks to be floats of one axis, the 4 query heads, got}}
  %o = attn.attention %q, %k, %k scale 1.0 sinks %sinks anchor bottom_right score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.side<["heads", 2], f32>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c7_count(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"},
    %sinks: !attn.side<[3], f32> {attn.name = "sinks"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected sinks to be floats of one axis, the 4 query heads, got}}
  %o = attn.attention %q, %k, %k scale 1.0 sinks %sinks anchor bottom_right score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.side<[3], f32>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c7_integers(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"},
    %sinks: !attn.side<["heads"], i32> {attn.name = "sinks"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected sinks to be floats of one axis, the 4 query heads, got}}
  %o = attn.attention %q, %k, %k scale 1.0 sinks %sinks anchor bottom_right score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.side<["heads"], i32>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c7_none(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected sinks where they are to stay outside the lse, got none}}
  %o = attn.attention %q, %k, %k scale 1.0 sinks_outside_lse anchor bottom_right score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c8(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected q, k and v of one element type}}
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xbf16, packed>, !attn.tokens<4x64xbf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c9_symbols(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %n: !attn.side<["batch"], i32> {attn.name = "n"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected a proof over at most 4 symbols, got 5}}
  %o = attn.attention %q, %q, %q scale 1.0 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3, s4] -> (0) to (d0, d1)[s0, s1, s2, s3, s4] -> (s1)>], exact = true> score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c9_unknown(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %n: !attn.side<["batch"], i32> {attn.name = "n"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected 'm' to be an i32 side tensor of 1 axes, as the proof reads it}}
  %o = attn.attention %q, %q, %q scale 1.0 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3, s4] -> (0) to (d0, d1)[s0, s1, s2, s3, s4] -> (s1)>], exact = true, reads = [#attn.tensor_read<"m", ()[s0, s1, s2, s3] -> (s2)>]> score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c9_rank(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %n: !attn.side<["batch"], i32> {attn.name = "n"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected 'n' to be an i32 side tensor of 2 axes}}
  %o = attn.attention %q, %q, %q scale 1.0 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3, s4] -> (0) to (d0, d1)[s0, s1, s2, s3, s4] -> (s1)>], exact = true, reads = [#attn.tensor_read<"n", ()[s0, s1, s2, s3] -> (s2, s3)>]> score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c9_element(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %n: !attn.side<["batch"], f32> {attn.name = "n"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected 'n' to be an i32 side tensor}}
  %o = attn.attention %q, %q, %q scale 1.0 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3, s4] -> (0) to (d0, d1)[s0, s1, s2, s3, s4] -> (s1)>], exact = true, reads = [#attn.tensor_read<"n", ()[s0, s1, s2, s3] -> (s2)>]> score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c9_read_symbols(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %n: !attn.side<["batch"], i32> {attn.name = "n"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected a read over at most 4 symbols, got 5}}
  %o = attn.attention %q, %q, %q scale 1.0 anchor bottom_right proof <visit = [<(d0, d1)[s0, s1, s2, s3, s4] -> (0) to (d0, d1)[s0, s1, s2, s3, s4] -> (s1)>], exact = true, reads = [#attn.tensor_read<"n", ()[s0, s1, s2, s3, s4] -> (s4)>]> score {} mask {}
      : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

// expected-error @below {{'attn.kernel' op expected an alignment of 2, 4, 8 or 16, got 6}}
attn.kernel @kernel_c6_alignment(%x: !attn.tokens<4x64xf16, packed> {attn.name = "x"}) attributes {lengths = #attn<lengths both>, alignment = 6 : i64} {
  attn.return
}

// -----

attn.kernel @attention_c11_two_arguments(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %v: !attn.tokens<4x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.attention' op expected q to have an argument of its own or to share it with k and v, got one of them}}
  %o = attn.attention %q, %q, %v scale 1.0 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c11_lengths(%q: !attn.tokens<4x64xf16, padded> {attn.name = "q"}) -> (!attn.tokens<4x64xf16, padded> {attn.name = "out"}) attributes {lengths = #attn<lengths kv>} {
  // expected-error @below {{'attn.attention' op expected lengths none or both where q and k are the same tokens, got kv}}
  %o = attn.attention %q, %q, %q scale 1.0 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, padded>, !attn.tokens<4x64xf16, padded>, !attn.tokens<4x64xf16, padded>) -> !attn.tokens<4x64xf16, padded>
  attn.return %o : !attn.tokens<4x64xf16, padded>
}

// -----

attn.kernel @slice_heads_c1(%x: !attn.tokens<4x64xf16, packed> {attn.name = "x"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.slice_heads' op expected heads within 4, got 3 to 4}}
  %0 = attn.slice_heads %x from 3 : !attn.tokens<4x64xf16, packed> -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @slice_heads_c2(%x: !attn.tokens<4x64xf16, packed> {attn.name = "x"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.slice_heads' op expected tokens that differ in heads only, got '!attn.tokens<4x64xf16, packed>' and '!attn.tokens<2x32xf16, packed>'}}
  %0 = attn.slice_heads %x from 0 : !attn.tokens<4x64xf16, packed> -> !attn.tokens<2x32xf16, packed>
  attn.return
}

// -----

attn.kernel @add_bias_c1(%x: !attn.tokens<4x64xf16, packed> {attn.name = "x"}, %b: !attn.side<[4, 32], f16> {attn.name = "b"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.add_bias' op expected a bias of '!attn.side<[4, 64], f16>', got '!attn.side<[4, 32], f16>'}}
  %0 = attn.add_bias %x, %b : !attn.tokens<4x64xf16, packed>, !attn.side<[4, 32], f16>
  attn.return
}

// -----

attn.kernel @add_bias_c2(%x: !attn.tokens<4x64xf16, packed> {attn.name = "x"}, %b: !attn.side<[4, 64], f16> {attn.name = "b"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.add_bias' op expected tokens that are an argument without another use}}
  %0 = attn.add_bias %x, %b : !attn.tokens<4x64xf16, packed>, !attn.side<[4, 64], f16>
  %1 = attn.slice_heads %x from 0 : !attn.tokens<4x64xf16, packed> -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @attention_c6_count(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected one result for each of ["lse", "row_max"], got 1}}
  %o, %l = attn.attention %q, %k, %k scale 1.0 statistics ["lse", "row_max"] anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> (!attn.tokens<4x64xf16, packed>, !attn.rows<4xf32, packed>)
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c10_tf32(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected f32 elements for products in tf32, got '!attn.tokens<2x64xf16, packed>'}}
  %o = attn.attention %q, %k, %k scale 1.0 products_tf32 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

attn.kernel @attention_c6_twice(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected different statistics of lse, row_max, max_logit and debug_scores, got "lse"}}
  %o, %l, %m = attn.attention %q, %k, %k scale 1.0 statistics ["lse", "lse"] anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> (!attn.tokens<4x64xf16, packed>, !attn.rows<4xf32, packed>, !attn.rows<4xf32, packed>)
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c6_debug_scores(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected debug_scores as pairs with the heads and layout of q, got '!attn.rows<4xf32, packed>' for '!attn.tokens<4x64xf16, packed>'}}
  %o, %l = attn.attention %q, %k, %k scale 1.0 statistics ["debug_scores"] anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> (!attn.tokens<4x64xf16, packed>, !attn.rows<4xf32, packed>)
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @pairs_c1_heads(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}) -> (
    // expected-error @below {{expected positive heads, got 0}}
    !attn.pairs<0xf32, packed>) attributes {lengths = #attn<lengths both>} {
}

// -----

attn.kernel @pairs_c2_element(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}) -> (
    // expected-error @below {{expected an element type of f32, got 'f16'}}
    !attn.pairs<4xf16, packed>) attributes {lengths = #attn<lengths both>} {
}

// -----

attn.kernel @attention_c6_max_logit(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected max_logit as f32 of one axis, the 4 query heads, got '!attn.rows<4xf32, packed>'}}
  %o, %l = attn.attention %q, %k, %k scale 1.0 statistics ["max_logit"] anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> (!attn.tokens<4x64xf16, packed>, !attn.rows<4xf32, packed>)
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @search_c1_indices(%s: !attn.side<["batch", 9], i32> {attn.name = "s"}, %q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %zero = arith.constant 0 : index
  // expected-error @below {{expected one index per axis but the last (1), got 0}}
  %n = attn.search %s[] from %zero to %zero above %zero : !attn.side<["batch", 9], i32>
  attn.return %q : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @reaches_c2_floats(%s: !attn.side<[9], f32> {attn.name = "s"}, %q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %zero = arith.constant 0 : index
  // expected-error @below {{expected an i32 side tensor, got '!attn.side<[9], f32>'}}
  %n = attn.reaches %s[] from %zero to %zero : !attn.side<[9], f32>
  attn.return %q : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c10_f16_sums(%q: !attn.tokens<2x64xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected f16 elements for sums in f16, got '!attn.tokens<2x64xbf16, packed>'}}
  %o = attn.attention %q, %k, %k scale 1.0 sums_f16 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<2x64xbf16, packed>
  attn.return %o : !attn.tokens<2x64xbf16, packed>
}

// -----

attn.kernel @cached_c1_dim(%c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected packed or padded tokens with the heads, dim and element type of the cache, got '!attn.cache<4x64xf16, nhd>' and '!attn.tokens<4x32xf16, packed>'}}
  %0 = attn.cached %c : !attn.cache<4x64xf16, nhd> -> !attn.tokens<4x32xf16, packed>
  attn.return
}

// -----

attn.kernel @cached_c1_heads(%c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected packed or padded tokens with the heads, dim and element type of the cache}}
  %0 = attn.cached %c : !attn.cache<4x64xf16, nhd> -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @cached_c1_element(%c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected packed or padded tokens with the heads, dim and element type of the cache}}
  %0 = attn.cached %c : !attn.cache<4x64xf16, nhd> -> !attn.tokens<4x64xbf16, packed>
  attn.return
}

// -----

attn.kernel @cached_c1_layout(%c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected packed or padded tokens}}
  %0 = attn.cached %c : !attn.cache<4x64xf16, nhd> -> !attn.tokens<4x64xf16, bhsd>
  attn.return
}

// -----

attn.kernel @cached_c2_no_table(%c: !attn.cache<4x64xf16, nhd page 16> {attn.name = "c"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "t"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected a page table for a paged cache and only for one, got none for '!attn.cache<4x64xf16, nhd page 16>'}}
  %0 = attn.cached %c : !attn.cache<4x64xf16, nhd page 16> -> !attn.tokens<4x64xf16, packed>
  attn.return
}

// -----

attn.kernel @cached_c2_table_of_contiguous(%c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "t"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected a page table for a paged cache and only for one, got one for '!attn.cache<4x64xf16, nhd>'}}
  %0 = attn.cached %c pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<4x64xf16, nhd> -> !attn.tokens<4x64xf16, packed>
  attn.return
}

// -----

attn.kernel @cached_c2_float_table(%c: !attn.cache<4x64xf16, nhd page 16> {attn.name = "c"}, %t: !attn.side<["batch", "max_pages"], f32> {attn.name = "t"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected a page table of i32, ["batch", "max_pages"] or ["total_pages"], got}}
  %0 = attn.cached %c pages %t : !attn.side<["batch", "max_pages"], f32> : !attn.cache<4x64xf16, nhd page 16> -> !attn.tokens<4x64xf16, packed>
  attn.return
}

// -----

attn.kernel @cached_c2_table_shape(%c: !attn.cache<4x64xf16, nhd page 16> {attn.name = "c"}, %t: !attn.side<["batch", "kv_len"], i32> {attn.name = "t"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected a page table of i32, ["batch", "max_pages"] or ["total_pages"], got}}
  %0 = attn.cached %c pages %t : !attn.side<["batch", "kv_len"], i32> : !attn.cache<4x64xf16, nhd page 16> -> !attn.tokens<4x64xf16, packed>
  attn.return
}

// -----

attn.kernel @cached_c3(%c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  %other = builtin.unrealized_conversion_cast %c : !attn.cache<4x64xf16, nhd> to !attn.cache<4x64xf16, nhd>
  // expected-error @below {{expected a cache and a page table that are arguments of the kernel}}
  %0 = attn.cached %other : !attn.cache<4x64xf16, nhd> -> !attn.tokens<4x64xf16, packed>
  attn.return
}

// -----

attn.kernel @cached_c4(%c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{expected 'values' of a pair only, got it of '!attn.cache<4x64xf16, nhd>'}}
  %0 = attn.cached %c values : !attn.cache<4x64xf16, nhd> -> !attn.tokens<4x64xf16, packed>
  attn.return
}

// -----

attn.kernel @attention_c12_q(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}, %d: !attn.cache<4x64xf16, nhd> {attn.name = "d"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %k = attn.cached %c : !attn.cache<4x64xf16, nhd> -> !attn.tokens<4x64xf16, packed>
  // expected-error @below {{expected q to be tokens, got a cache}}
  %o = attn.attention %k, %q, %q scale 1.0 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c12_one(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}, %k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %v = attn.cached %c : !attn.cache<4x64xf16, nhd> -> !attn.tokens<4x64xf16, packed>
  // expected-error @below {{expected k and v to be both cached or neither, got a cache for v}}
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c12_pages(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}, %d: !attn.cache<4x64xf16, nhd page 16> {attn.name = "d"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "t"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %k = attn.cached %c : !attn.cache<4x64xf16, nhd> -> !attn.tokens<4x64xf16, packed>
  %v = attn.cached %d pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<4x64xf16, nhd page 16> -> !attn.tokens<4x64xf16, packed>
  // expected-error @below {{expected k and v to be cached in pages alike, got}}
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c12_tables(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %c: !attn.cache<4x64xf16, nhd page 16> {attn.name = "c"}, %d: !attn.cache<4x64xf16, nhd page 16> {attn.name = "d"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "t"}, %u: !attn.side<["total_pages"], i32> {attn.name = "u"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %k = attn.cached %c pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<4x64xf16, nhd page 16> -> !attn.tokens<4x64xf16, packed>
  %v = attn.cached %d pages %u : !attn.side<["total_pages"], i32> : !attn.cache<4x64xf16, nhd page 16> -> !attn.tokens<4x64xf16, packed>
  // expected-error @below {{expected k and v to be cached in pages alike, got}}
  %o = attn.attention %q, %k, %v scale 1.0 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

attn.kernel @attention_c12_same_cache(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %c: !attn.cache<4x64xf16, nhd> {attn.name = "c"}, %d: !attn.cache<4x64xf16, nhd> {attn.name = "d"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %k = attn.cached %c : !attn.cache<4x64xf16, nhd> -> !attn.tokens<4x64xf16, packed>
  // expected-error @below {{expected k and v to be caches of their own, or the keys and the values of a pair}}
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>, !attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}
