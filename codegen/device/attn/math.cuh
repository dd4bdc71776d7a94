// math.cuh - the functions of score expressions, in fp32, accurate to a few units in the last place.
//
// Not for the softmax itself, which has its own exponentials. Must not use double.
#pragma once

#include "attnc/core.cuh"

namespace attnc::attn {

// The compiler's own fp32 functions: full range, correct at infinities and NaN.
ATTNC_DEVICE float exp(float x) { return expf(x); }
ATTNC_DEVICE float exp2(float x) { return exp2f(x); }
ATTNC_DEVICE float log(float x) { return logf(x); }
ATTNC_DEVICE float sqrt(float x) { return sqrtf(x); }
ATTNC_DEVICE float tanh(float x) { return tanhf(x); }
ATTNC_DEVICE float erf(float x) { return erff(x); }

/// 1 / (1 + e^-x).
ATTNC_DEVICE float sigmoid(float x) { return __fdiv_rn(1.0f, 1.0f + expf(-x)); }

/// x * sigmoid(x); 0, not NaN, for -inf.
ATTNC_DEVICE float silu(float x) { return x == kNegInf ? 0.0f : __fdiv_rn(x, 1.0f + expf(-x)); }

/// max(x, 0); NaN stays NaN.
ATTNC_DEVICE float relu(float x) { return x < 0.0f ? 0.0f : x; }

/// x * (1 + erf(x / sqrt(2))) / 2, through erfc so that the negative tail keeps its digits; 0, not NaN, for
/// -inf.
ATTNC_DEVICE float gelu(float x) { return x == kNegInf ? 0.0f : 0.5f * x * erfcf(x * -0.70710678118654752f); }

} // namespace attnc::attn
