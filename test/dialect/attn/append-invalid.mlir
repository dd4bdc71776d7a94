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
