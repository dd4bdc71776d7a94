// RUN: attnc-opt %s | attnc-opt | FileCheck %s

// The examples of the documentation.
// CHECK-LABEL: attn.kernel @examples
// CHECK: attn.rope neox queries %{{.*}} dim 4 frequencies [1.0, 0.01] : (!attn.tokens<16x64xbf16, packed>)
attn.kernel @examples(%q: !attn.tokens<16x64xbf16, packed> {attn.name = "q"}) attributes {lengths = #attn<lengths both>} {
  %rotated = attn.rope neox queries %q dim 4 frequencies [1.0, 0.01]
      : (!attn.tokens<16x64xbf16, packed>) -> !attn.tokens<16x64xbf16, packed>
  attn.return
}

// Numbers keep all their digits.
// CHECK-LABEL: attn.kernel @digits
// CHECK: frequencies [0.86596435, 1.1e-05] long_frequencies [1.0e-05, 3.4028235e+38] original_length 4096 attention_factor 1.250000e+00
attn.kernel @digits(%k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) attributes {lengths = #attn<lengths both>} {
  %0 = attn.rope gptj keys %k dim 4 frequencies [0.86596435, 1.1e-05] long_frequencies [1.0e-05, 3.4028235e+38]
      original_length 4096 attention_factor 1.25 : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// CHECK-LABEL: attn.kernel @growing_base
// CHECK: ntk_factor 4.000000e+00 original_length 4096
attn.kernel @growing_base(%k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) attributes {lengths = #attn<lengths both>} {
  %0 = attn.rope neox keys %k dim 4 frequencies [1.0, 0.5] ntk_factor 4.0 original_length 4096 : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}

// CHECK-LABEL: attn.kernel @sides
// CHECK: attn.rope neox queries %[[Q:.*]] dim 4 sections [1, 1] inverse_frequencies %[[F:.*]] positions %[[P:.*]] :
// CHECK: attn.rope neox queries %[[Q]] dim 4 cos %[[C:.*]] sin %[[C]] :
attn.kernel @sides(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %f: !attn.side<[2], f32> {attn.name = "f"},
                   %p: !attn.side<[2, "batch", "kv_len"], i32> {attn.name = "p"}, %c: !attn.side<["total_kv", 2], f16> {attn.name = "c"})
    attributes {lengths = #attn<lengths both>} {
  %0 = attn.rope neox queries %q dim 4 sections [1, 1] inverse_frequencies %f positions %p : (!attn.tokens<2x64xf16, packed>, !attn.side<[2], f32>, !attn.side<[2, "batch", "kv_len"], i32>) -> !attn.tokens<2x64xf16, packed>
  %1 = attn.rope neox queries %q dim 4 cos %c sin %c : (!attn.tokens<2x64xf16, packed>, !attn.side<["total_kv", 2], f16>, !attn.side<["total_kv", 2], f16>) -> !attn.tokens<2x64xf16, packed>
  attn.return
}
