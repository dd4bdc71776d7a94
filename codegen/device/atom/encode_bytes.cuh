// encode_bytes.cuh - a float rounded to nearest even and stored in 8 bits, e4m3, e5m2 and i8, or in 4, i4.
//
// Too large numbers become the largest of the format, NaN stays NaN (0 in an integer). By integer instructions, which every
// architecture has. Must not scale.
#pragma once

#include "attnc/core.cuh"

namespace attnc {

/// Integers of 4 bits: two in each i8 that is stored, the first in the low half.
struct i4 {};

} // namespace attnc

namespace attnc::atom {

template <class Element> constexpr int kBitsOf = 8;
template <> constexpr int kBitsOf<i4> = 4;

/// Of floats with `Mantissa` bits behind the point and exponents from kLeast on, in units of the last of them.
template <class Stored> struct Fp8Range;
template <> struct Fp8Range<e4m3> {
  static constexpr int kMantissa = 3, kLeast = -6;
  static constexpr float kLargest = 448.0f;
};
template <> struct Fp8Range<e5m2> {
  static constexpr int kMantissa = 2, kLeast = -14;
  static constexpr float kLargest = 57344.0f;
};

/// The largest number, whose negative is there too.
template <class Stored> constexpr float kLargestOf = Fp8Range<Stored>::kLargest;
template <> constexpr float kLargestOf<i8> = 127.0f;
template <> constexpr float kLargestOf<i4> = 7.0f;

/// The kBitsOf<Element> bits of `x`, lowest first; others are 0.
template <class Element> ATTNC_DEVICE unsigned encode(float x) {
  using Range = Fp8Range<Element>;
  constexpr int kCut = 23 - Range::kMantissa;
  const unsigned bits = __float_as_uint(x);
  const float magnitude = fminf(fabsf(x), Range::kLargest); // of NaN: the largest, replaced below
  const unsigned kept = __float_as_uint(magnitude);
  // Where the exponent is at least the least one, half of the last place is added, less one unless that place is odd.
  const unsigned normal =
      (kept + ((1u << (kCut - 1)) - 1) + (kept >> kCut & 1u) >> kCut) - (static_cast<unsigned>(127 + Range::kLeast - 1) << Range::kMantissa);
  // Below, a sum whose last place is the smallest number does the rounding.
  constexpr float kMagic = __builtin_bit_cast(float, static_cast<unsigned>(127 + Range::kLeast - Range::kMantissa + 23) << 23);
  const unsigned subnormal = __float_as_uint(magnitude + kMagic) & 0xffu;
  constexpr float kSmallestNormal = __builtin_bit_cast(float, static_cast<unsigned>(127 + Range::kLeast) << 23);
  const unsigned code = magnitude < kSmallestNormal ? subnormal : normal;
  const bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
  return (is_nan ? 0x7fu : code) | (bits >> 24 & 0x80u);
}

template <> ATTNC_DEVICE unsigned encode<i8>(float x) {
  return static_cast<unsigned>(min(max(__float2int_rn(x), -128), 127)) & 0xffu;
}
template <> ATTNC_DEVICE unsigned encode<i4>(float x) {
  return static_cast<unsigned>(min(max(__float2int_rn(x), -8), 7)) & 0xfu;
}

} // namespace attnc::atom
