// softcap.cuh - bounded scores: cap * tanh(score / cap).
//
// Two special-function operations an element, absolute error below 1e-6 * cap; tanh.approx is 500 times
// worse.
#pragma once

#include "attnc/atom/exp2.cuh"

namespace attnc::attn {

/// cap * tanh(s * inverse_cap); +-cap for +-inf, NaN for NaN. `inverse_cap` is 1 / cap, `cap` positive.
ATTNC_DEVICE float softcap(float s, float cap, float inverse_cap) {
  // tanh(x) = 1 - 2 / (1 + e^(2x)): an infinite power gives 1, a zero one -1.
  const float power = atom::exp2_approx(s * (inverse_cap * (2.0f * kLog2E)));
  return __fmaf_rn(-2.0f * cap, atom::reciprocal_approx(1.0f + power), cap);
}

} // namespace attnc::attn
