// RUN: attnc-opt %s -split-input-file -verify-diagnostics

attn.kernel @rope_c1_odd(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected an even dim up to 64, got 3}}
  %0 = attn.rope neox keys %x dim 3 frequencies [1.0] : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c1_wide(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected an even dim up to 64, got 66}}
  %0 = attn.rope neox keys %x dim 66 frequencies [1.0] : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c2_none(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected one of frequencies, inverse_frequencies, and cos with sin, got none}}
  %0 = attn.rope neox keys %x dim 4 : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c2_several(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}, %f: !attn.side<[2], f32> {attn.name = "f"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected one of frequencies, inverse_frequencies, and cos with sin, got several}}
  %0 = attn.rope neox keys %x dim 4 frequencies [1.0, 0.5] inverse_frequencies %f : (!attn.tokens<2x64xf16, packed>, !attn.side<[2], f32>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c2_half(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}, %c: !attn.side<[9, 2], f16> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected one of frequencies, inverse_frequencies, and cos with sin, got a half of the tables}}
  %0 = attn.rope neox keys %x dim 4 cos %c : (!attn.tokens<2x64xf16, packed>, !attn.side<[9, 2], f16>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c3_count(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected 2 frequencies, got 1}}
  %0 = attn.rope neox keys %x dim 4 frequencies [1.0] : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c3_side(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}, %f: !attn.side<[3], f32> {attn.name = "f"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected 2 floats for the pairs of a token, got '!attn.side<[3], f32>'}}
  %0 = attn.rope neox keys %x dim 4 inverse_frequencies %f : (!attn.tokens<2x64xf16, packed>, !attn.side<[3], f32>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c3_tables(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}, %c: !attn.side<[9, 2], f16> {attn.name = "c"}, %d: !attn.side<[8, 2], f16> {attn.name = "d"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected cos and sin of one type, got '!attn.side<[9, 2], f16>' and '!attn.side<[8, 2], f16>'}}
  %0 = attn.rope neox keys %x dim 4 cos %c sin %d : (!attn.tokens<2x64xf16, packed>, !attn.side<[9, 2], f16>, !attn.side<[8, 2], f16>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c4_length(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected original_length with either long_frequencies or ntk_factor, beside frequencies}}
  %0 = attn.rope neox keys %x dim 4 frequencies [1.0, 0.5] ntk_factor 2.0 : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c4_two(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected original_length with either long_frequencies or ntk_factor, beside frequencies}}
  %0 = attn.rope neox keys %x dim 2 frequencies [1.0] ntk_factor 2.0 original_length 9 : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c5(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}, %c: !attn.side<[9, 2], f16> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected an attention_factor in the tables, got one of its own}}
  %0 = attn.rope neox keys %x dim 4 attention_factor 2.0 cos %c sin %c : (!attn.tokens<2x64xf16, packed>, !attn.side<[9, 2], f16>, !attn.side<[9, 2], f16>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c6_heads(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}, %p: !attn.side<["heads", "kv_len"], i32> {attn.name = "p"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected i32 positions by token, got '!attn.side<["heads", "kv_len"], i32>'}}
  %0 = attn.rope neox keys %x dim 4 frequencies [1.0, 0.5] positions %p : (!attn.tokens<2x64xf16, packed>, !attn.side<["heads", "kv_len"], i32>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c6_type(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}, %p: !attn.side<["kv_len"], f32> {attn.name = "p"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected i32 positions by token, got '!attn.side<["kv_len"], f32>'}}
  %0 = attn.rope neox keys %x dim 4 frequencies [1.0, 0.5] positions %p : (!attn.tokens<2x64xf16, packed>, !attn.side<["kv_len"], f32>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c7_sum(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}, %p: !attn.side<[3, "kv_len"], i32> {attn.name = "p"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected 2 to 4 sections of 2 pairs together, with positions, got 3}}
  %0 = attn.rope neox keys %x dim 4 frequencies [1.0, 0.5] sections [1, 1, 1] positions %p : (!attn.tokens<2x64xf16, packed>, !attn.side<[3, "kv_len"], i32>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c7_positions(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}, %p: !attn.side<[3, "kv_len"], i32> {attn.name = "p"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected 2 positions a token, got '!attn.side<[3, "kv_len"], i32>'}}
  %0 = attn.rope neox keys %x dim 4 frequencies [1.0, 0.5] sections [1, 1] positions %p : (!attn.tokens<2x64xf16, packed>, !attn.side<[3, "kv_len"], i32>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @rope_c8(%x: !attn.tokens<2x64xf16, packed> {attn.name = "x"}, %c: !attn.side<["kv_len", 2], f16> {attn.name = "c"}, %p: !attn.side<["kv_len"], i32> {attn.name = "p"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.rope' op expected tables by token, without positions, got '!attn.side<["kv_len", 2], f16>'}}
  %0 = attn.rope neox keys %x dim 4 cos %c sin %c positions %p : (!attn.tokens<2x64xf16, packed>, !attn.side<["kv_len", 2], f16>, !attn.side<["kv_len", 2], f16>, !attn.side<["kv_len"], i32>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}
