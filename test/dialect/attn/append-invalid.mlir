// RUN: attnc-opt %s -split-input-file -verify-diagnostics

attn.kernel @append_c1_heads(%k: !attn.tokens<4x64xf16, packed> {attn.name = "k"}, %c: !attn.cache<2x64xf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.append' op expected tokens with the heads, dim and element type of the cache, got '!attn.tokens<4x64xf16, packed>' and '!attn.cache<2x64xf16, nhd>'}}
  %0 = attn.append %k to %c : !attn.tokens<4x64xf16, packed> -> !attn.cache<2x64xf16, nhd>
  attn.return
}

// -----

attn.kernel @append_c1_element(%k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %c: !attn.cache<2x64xbf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.append' op expected tokens with the heads, dim and element type of the cache}}
  %0 = attn.append %k to %c : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xbf16, nhd>
  attn.return
}

// -----

attn.kernel @append_c1_no_table(%k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %c: !attn.cache<2x64xf16, nhd page 8> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.append' op expected a page table for a paged cache and only for one, got none for '!attn.cache<2x64xf16, nhd page 8>'}}
  %0 = attn.append %k to %c : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd page 8>
  attn.return
}

// -----

attn.kernel @append_c1_no_scale(%k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %c: !attn.cache<2x64xi8, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.append' op expected a scale for a quantised cache and only for one, got none for '!attn.cache<2x64xi8, nhd>'}}
  %0 = attn.append %k to %c : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xi8, nhd>
  attn.return
}

// -----

attn.kernel @append_c1_values(%k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %c: !attn.cache<2x64xf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.append' op expected 'values' of a pair only, got it of '!attn.cache<2x64xf16, nhd>'}}
  %0 = attn.append %k to %c values : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd>
  attn.return
}

// -----

attn.kernel @append_c3(%k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %c: !attn.cache<2x64xf16, nhd> {attn.name = "c"}, %i: !attn.side<["q_len"], i32> {attn.name = "i"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.append' op expected first to be an argument of i32, ["batch"], got '!attn.side<["q_len"], i32>'}}
  %0 = attn.append %k to %c first %i : !attn.side<["q_len"], i32> : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd>
  attn.return
}

// -----

attn.kernel @return_c2_argument(%c: !attn.cache<2x64xf16, nhd> {attn.name = "c"}) -> (!attn.cache<2x64xf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.return' op expected an append to the argument 'c', got a cache of 'c'}}
  attn.return %c : !attn.cache<2x64xf16, nhd>
}

// -----

attn.kernel @return_c2_name(%k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %c: !attn.cache<2x64xf16, nhd> {attn.name = "c"})
    -> (!attn.cache<2x64xf16, nhd> {attn.name = "d"}) attributes {lengths = #attn<lengths both>} {
  %0 = attn.append %k to %c : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xf16, nhd>
  // expected-error @below {{'attn.return' op expected an append to the argument 'd', got a cache of 'c'}}
  attn.return %0 : !attn.cache<2x64xf16, nhd>
}

// -----

attn.kernel @join_c1_quantised(%k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %c: !attn.cache<2x64xi8, nhd> {attn.name = "c"}, %s: !attn.side<[1], f32> {attn.name = "s"}) attributes {lengths = #attn<lengths both>} {
  %0 = attn.cached %c scale %s : !attn.side<[1], f32> : !attn.cache<2x64xi8, nhd> -> !attn.tokens<2x64xf16, packed>
  // expected-error @below {{'attn.join' op expected tokens of a cache that is not quantised, and tokens of the kernel with their heads, dim and element type, got '!attn.tokens<2x64xf16, packed>' and '!attn.tokens<2x64xf16, packed>'}}
  %1 = attn.join %0, %k : !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @join_c1_cached(%c: !attn.cache<2x64xf16, nhd> {attn.name = "c"}) attributes {lengths = #attn<lengths both>} {
  %0 = attn.cached %c : !attn.cache<2x64xf16, nhd> -> !attn.tokens<2x64xf16, packed>
  // expected-error @below {{'attn.join' op expected tokens of a cache that is not quantised, and tokens of the kernel}}
  %1 = attn.join %0, %0 : !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>
  attn.return
}

// -----

attn.kernel @attention_c12_join(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %a: !attn.cache<2x64xf16, nhd> {attn.name = "a"}, %b: !attn.cache<2x64xf16, nhd> {attn.name = "b"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "o"}) attributes {lengths = #attn<lengths both>} {
  %0 = attn.cached %a : !attn.cache<2x64xf16, nhd> -> !attn.tokens<2x64xf16, packed>
  %1 = attn.cached %b : !attn.cache<2x64xf16, nhd> -> !attn.tokens<2x64xf16, packed>
  %2 = attn.join %0, %k : !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>
  // expected-error @below {{'attn.attention' op expected new tokens behind the cached ones of both k and v or of neither, got some of k}}
  %o = attn.attention %q, %2, %1 scale 1.0 anchor bottom_right score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

attn.kernel @append_c4(%k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %c: !attn.cache<2x64xi8, nhd> {attn.name = "c"}, %s: !attn.cache<2x1xf32, nhd> {attn.name = "s"}) attributes {lengths = #attn<lengths both>} {
  // expected-error @below {{'attn.append' op expected updated scales of the type of those given, got}}
  %0 = attn.append %k to %c scale %s : !attn.cache<2x1xf32, nhd> : !attn.tokens<2x64xf16, packed> -> !attn.cache<2x64xi8, nhd>
  attn.return
}
