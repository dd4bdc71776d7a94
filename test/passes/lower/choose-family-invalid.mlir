// RUN: attnc-opt %s -attn-choose-schedule=target=sm_75 -split-input-file -verify-diagnostics

// expected-error @below {{expected sm_80 or later for 'dtype: f16' on tensor cores, got sm_75: 'fallback: plain' would compute it without tensor cores, slower}}
attn.kernel @f16_before_sm80(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// expected-error @below {{expected sm_80 or later for 'precision: tf32' on tensor cores, got sm_75: 'fallback: plain' would compute it without tensor cores, slower}}
attn.kernel @tf32_before_sm80(%q: !attn.tokens<2x64xf32, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf32, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf32, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 products_tf32 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf32, packed>, !attn.tokens<2x64xf32, packed>, !attn.tokens<2x64xf32, packed>) -> !attn.tokens<2x64xf32, packed>
  attn.return %o : !attn.tokens<2x64xf32, packed>
}

// -----

// expected-error @below {{expected sm_80 or later for 'dtype: bf16' on tensor cores, got sm_75: 'family: plain' would compute it without tensor cores, slower}}
attn.kernel @pinned_mma_before_sm80(%q: !attn.tokens<2x64xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {family = "mma"}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<2x64xbf16, packed>
  attn.return %o : !attn.tokens<2x64xbf16, packed>
}

// -----

// expected-error @below {{schedule: expected at most 65536 bytes of shared memory on sm_75, got 98304 for tiles of 64 x 16 and 1 stages}}
attn.kernel @plain_f32_256_in_64_KB(%q: !attn.tokens<2x256xf32, packed> {attn.name = "q"}, %k: !attn.tokens<2x256xf32, packed> {attn.name = "k"})
    -> (!attn.tokens<2x256xf32, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.fallback, attn.pins = {tile_q = 64 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x256xf32, packed>, !attn.tokens<2x256xf32, packed>, !attn.tokens<2x256xf32, packed>) -> !attn.tokens<2x256xf32, packed>
  attn.return %o : !attn.tokens<2x256xf32, packed>
}
