// RUN: attnc-opt %s -attn-choose-schedule=target=sm_90 -split-input-file -verify-diagnostics

// expected-error @below {{expected f16 or bf16 inputs, or 'precision: tf32', for the tensor cores of sm_90, got f32: 'fallback: plain' would compute it without tensor cores, slower}}
attn.kernel @f32_alone(%q: !attn.tokens<2x64xf32, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf32, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf32, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf32, packed>, !attn.tokens<2x64xf32, packed>, !attn.tokens<2x64xf32, packed>) -> !attn.tokens<2x64xf32, packed>
  attn.return %o : !attn.tokens<2x64xf32, packed>
}
