// exp2.cuh - the special-function unit: base-2 exponential and logarithm, reciprocal.
//
// One PTX instruction a function, about 2^-22 relative error, subnormals flushed. Must not rescale its input.
#pragma once

#include "attnc/core.cuh"

namespace attnc::atom {

/// 2^x; exactly 0 for -inf.
ATTNC_DEVICE float exp2_approx(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

/// log2(x); -inf for 0.
ATTNC_DEVICE float log2_approx(float x) {
  float y;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

/// 1 / x; 0 for an infinite x.
ATTNC_DEVICE float reciprocal_approx(float x) {
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

} // namespace attnc::atom
