// sincos.cuh - sine and cosine of any float, to 2^-22, without local memory.
//
// Not for score expressions. Must not use double, nor the approximate instructions, whose error grows with the argument.
#pragma once

#include "attnc/core.cuh"

namespace attnc::attn {

/// 2 / pi: a word before the point and six after it.
__device__ const unsigned kTwoOverPi[7] = {0u,          0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u};

/// An angle as quarter turns and a rest within half of one.
struct QuarterTurns {
  float rest; ///< in radians
  int count;  ///< modulo 4
};

/// Up to 2^17 two products suffice: the first is exact, as x - count * (pi / 2 of 24 bits) fits a float.
ATTNC_DEVICE QuarterTurns near_quarter_turns(float x) {
  constexpr float kMagic = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer, in the low bits
  const float magic = __fmaf_rn(x, 0.636619772f, kMagic);
  const float count = magic - kMagic;
  const float rest = __fmaf_rn(count, 4.37113883e-8f, __fmaf_rn(count, -1.57079637f, x));
  return {rest, __float_as_int(magic)};
}

/// Beyond, x is an integer times a power of two: its product with the 96 bits of 2 / pi that matter, in fixed point
/// (Payne and Hanek).
ATTNC_DEVICE QuarterTurns far_quarter_turns(float x) {
  const unsigned bits = __float_as_uint(x);
  const int exponent = static_cast<int>(bits >> 23 & 0xffu) - 127; // at least 17
  const unsigned mantissa = bits << 8 | 0x80000000u;               // x is mantissa * 2^(exponent - 31)
  // The first bit of 2 / pi that, times the mantissa, does not make whole turns only.
  const int word = (exponent - 1) / 32, shift = (exponent - 1) % 32;
  auto window = [&](int i) {
    const unsigned bits = kTwoOverPi[word + i], next = kTwoOverPi[word + i + 1];
    return shift == 0 ? bits : bits << shift | next >> (32 - shift);
  };
  using u64 = unsigned long long;
  const u64 low = static_cast<u64>(mantissa) * window(1) + (static_cast<u64>(mantissa) * window(2) >> 32);
  const unsigned turns = mantissa * window(0) + static_cast<unsigned>(low >> 32); // of 2^-32 whole turns
  const unsigned rounded = turns + 0x20000000u; // quarter turns in the two top bits
  const int rest = static_cast<int>((rounded & 0x3fffffffu)) - 0x20000000;
  const int count = static_cast<int>(rounded >> 30);
  const float radians = __fmaf_rn(static_cast<float>(rest), 1.46291808e-9f, x - x); // 2 pi / 2^32; NaN of infinity
  return x < 0 ? QuarterTurns{-radians, -count} : QuarterTurns{radians, count};
}

/// Sine and cosine of the rest by polynomials of degree 7 and 8, turned by quarters.
ATTNC_DEVICE void turn(QuarterTurns angle, float &sine, float &cosine) {
  const float r = angle.rest, s = r * r;
  float p = __fmaf_rn(s, -1.95152959e-4f, 8.33216087e-3f);
  p = __fmaf_rn(p, s, -1.66666546e-1f);
  const float sin_r = __fmaf_rn(p * s, r, r);
  float q = __fmaf_rn(s, 2.44331571e-5f, -1.38873162e-3f);
  q = __fmaf_rn(q, s, 4.16666456e-2f);
  q = __fmaf_rn(q, s, -0.5f);
  const float cos_r = __fmaf_rn(q, s, 1.0f);
  const bool odd = (angle.count & 1) != 0;
  const float first = odd ? cos_r : sin_r, second = odd ? sin_r : cos_r;
  sine = (angle.count & 2) != 0 ? -first : first;
  cosine = ((angle.count + 1) & 2) != 0 ? -second : second;
}

/// Beyond this an angle is far.
constexpr float kFarAngle = 131072.0f;

} // namespace attnc::attn
