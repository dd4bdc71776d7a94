// RUN: attnc-opt %s -split-input-file -verify-diagnostics
// One broken type per constraint of AttnTypes.td.

// tokens_c1
// expected-error @below {{expected positive heads and dim, got 0 x 64}}
attn.kernel @tokens_c1(%x: !attn.tokens<0x64xf16, packed> {attn.name = "x"})

// -----

// tokens_c2
// expected-error @below {{expected an element type of f16, bf16, f32, f8E4M3FN, f8E5M2, i8 or i4, got 'i16'}}
attn.kernel @tokens_c2(%x: !attn.tokens<4x64xi16, packed> {attn.name = "x"})

// -----

// tokens_sizes
// expected-error @below {{expected heads x dim, got 3 sizes}}
attn.kernel @tokens_sizes(%x: !attn.tokens<4x64x2xf16, packed> {attn.name = "x"})

// -----

// tokens_layout
// expected-error @below {{expected packed, padded or an order of b, s, h and d, got paged}}
attn.kernel @tokens_layout(%x: !attn.tokens<4x64xf16, paged> {attn.name = "x"})

// -----

// rows_c1
// expected-error @below {{expected positive heads, got 0}}
attn.kernel @rows_c1(%x: !attn.rows<0xf32, packed> {attn.name = "x"})

// -----

// rows_c2
// expected-error @below {{expected an element type of f32, got 'f16'}}
attn.kernel @rows_c2(%x: !attn.rows<4xf16, packed> {attn.name = "x"})

// -----

// side_c1_name
// expected-error @below {{expected the name of a dim or a positive size, got "rows"}}
attn.kernel @side_c1_name(%x: !attn.side<["rows"], f32> {attn.name = "x"})

// -----

// side_c1_size
// expected-error @below {{expected the name of a dim or a positive size, got 0 : i64}}
attn.kernel @side_c1_size(%x: !attn.side<[0], f32> {attn.name = "x"})

// -----

// side_c2
// expected-error @below {{expected an element type of f32, f16, bf16, i32 or i1, got 'i8'}}
attn.kernel @side_c2(%x: !attn.side<["heads"], i8> {attn.name = "x"})

// -----

// side_c3_none
// expected-error @below {{expected 1 to 4 axes, got 0}}
attn.kernel @side_c3_none(%x: !attn.side<[], f32> {attn.name = "x"})

// -----

// side_c3_five
// expected-error @below {{expected 1 to 4 axes, got 5}}
attn.kernel @side_c3_five(%x: !attn.side<[2, 2, 2, 2, 2], f32> {attn.name = "x"})

// -----

// cache_c1_heads
// expected-error @below {{expected positive heads and dim, got 0 x 64}}
attn.kernel @cache_c1_heads(%x: !attn.cache<0x64xf16, nhd> {attn.name = "x"})

// -----

// cache_c2
// expected-error @below {{expected an element type of f16, bf16, f32, f8E4M3FN, f8E5M2, i8 or i4, got 'i32'}}
attn.kernel @cache_c2(%x: !attn.cache<4x64xi32, nhd page 16> {attn.name = "x"})

// -----

// cache_c3_long
// expected-error @below {{expected pages of 1 to 256 tokens, got 257}}
attn.kernel @cache_c3_long(%x: !attn.cache<4x64xf16, nhd page 257> {attn.name = "x"})

// -----

// cache_c3_negative
// expected-error @below {{expected pages of 1 to 256 tokens, got -1}}
attn.kernel @cache_c3_negative(%x: !attn.cache<4x64xf16, nhd page -1> {attn.name = "x"})

// -----

// cache_order
// expected-error @below {{expected an order of n, h and d, got nhb}}
attn.kernel @cache_order(%x: !attn.cache<4x64xf16, nhb> {attn.name = "x"})

// -----

// cache_sizes
// expected-error @below {{expected heads x dim, got 1 sizes}}
attn.kernel @cache_sizes(%x: !attn.cache<64xf16, nhd> {attn.name = "x"})

// -----

// cache_c4
// expected-error @below {{expected a window larger than the tokens that are kept, got 4 and 4}}
attn.kernel @cache_c4(%x: !attn.cache<2x64xf16, nhd window 4 keep 4> {attn.name = "x"})

// -----

// cache_c5
// expected-error @below {{expected an even dim of elements of 4 bits, got 63}}
attn.kernel @cache_c5(%x: !attn.cache<2x63xi4, nhd> {attn.name = "x"})

// -----

// tokens_c2_nibbles
// expected-error @below {{expected elements of at least 8 bits in tokens, got 'i4'}}
attn.kernel @tokens_c2_nibbles(%x: !attn.tokens<2x64xi4, packed> {attn.name = "x"})
