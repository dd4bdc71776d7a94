// FloatMath.h - the scalar floating-point functions behind the float, half and convert lanes.
//
// Approximate instructions (ex2, lg2, sin, ...) are computed in double and rounded once: closer to the true
// value than the hardware, so a result may differ from a GPU's in the last bits. Private to
// runtime/sim/lanes.
#pragma once

#include "runtime/sim/lanes/LaneOps.h"

#include <immintrin.h>

namespace attnc::sim::ATTNC_SIM_ISA {

/// Subnormals become zero of the same sign.
static inline float ftz(float x) {
  uint32_t bits = bitCast<uint32_t>(x);
  return bitCast<float>((bits & 0x7f800000u) == 0 ? bits & 0x80000000u : bits);
}
template <bool Ftz> static inline float flush(float x) { return Ftz ? ftz(x) : x; }
/// [0, 1], NaN to 0.
static inline float saturate(float x) { return x > 0.0f ? (x < 1.0f ? x : 1.0f) : 0.0f; }
static inline double saturate(double x) { return x > 0.0 ? (x < 1.0 ? x : 1.0) : 0.0; }

static inline bool isNan(float x) { return x != x; }
static inline bool isNan(double x) { return x != x; }

/// IEEE 754-2019 minimumNumber / minimum (KeepNan): -0 is less than +0.
template <bool KeepNan, class T> static inline T minimum(T a, T b) {
  T less = a < b ? a : b < a ? b : __builtin_signbit(a) ? a : b;
  T nan = static_cast<T>(__builtin_nanf("0x3fffff"));
  if (KeepNan)
    return isNan(a) || isNan(b) ? nan : less;
  return isNan(a) ? (isNan(b) ? nan : b) : isNan(b) ? a : less;
}
template <bool KeepNan, class T> static inline T maximum(T a, T b) { return -minimum<KeepNan>(-a, -b); }

/// .xorsign.abs: F of the magnitudes, with the product's sign.
template <class F, class T> static inline T xorSign(T a, T b) {
  T magnitude = F{}(__builtin_signbit(a) ? -a : a, __builtin_signbit(b) ? -b : b);
  return !isNan(magnitude) && __builtin_signbit(a) != __builtin_signbit(b) ? -magnitude : magnitude;
}

/// 2^x for |x| <= 1100, relative error below 2^-50; vectorises.
static inline double exp2Double(double x) {
  constexpr double shifter = 6755399441055744.0; // 1.5 * 2^52: adding it rounds to the nearest integer
  double shifted = x + shifter;
  double f = x - (shifted - shifter);
  // Taylor series of 2^f on [-0.5, 0.5]; the 13th term is below 2^-53.
  double p = 2.5678435993488206e-11;
  p = p * f + 4.4455382718708116e-10;
  p = p * f + 7.0549116208011233e-09;
  p = p * f + 1.0178086009239699e-07;
  p = p * f + 1.3215486790144309e-06;
  p = p * f + 1.5252733804059841e-05;
  p = p * f + 1.5403530393381608e-04;
  p = p * f + 1.3333558146428443e-03;
  p = p * f + 9.6181291076284772e-03;
  p = p * f + 5.5504108664821580e-02;
  p = p * f + 2.4022650695910072e-01;
  p = p * f + 6.9314718055994531e-01;
  p = p * f + 1.0;
  int64_t n = bitCast<int64_t>(shifted) - bitCast<int64_t>(shifter);
  return p * bitCast<double>((n + 1023) << 52);
}
static inline float exp2Lane(float x) {
  double y = x < -200.0f ? -200.0 : x > 200.0f ? 200.0 : static_cast<double>(x);
  float result = static_cast<float>(exp2Double(y == y ? y : 0.0));
  return x != x ? x : result;
}
/// Correctly rounded: a double holds x * x to enough bits.
static inline float rsqrtLane(float x) {
  return static_cast<float>(1.0 / __builtin_sqrt(static_cast<double>(x)));
}
static inline float log2Lane(float x) { return static_cast<float>(__builtin_log2(static_cast<double>(x))); }
static inline float sinLane(float x) { return static_cast<float>(__builtin_sin(static_cast<double>(x))); }
static inline float cosLane(float x) { return static_cast<float>(__builtin_cos(static_cast<double>(x))); }
static inline float tanhLane(float x) { return static_cast<float>(__builtin_tanh(static_cast<double>(x))); }

/// How cvt rounds: to nearest even, toward zero, down, up, to nearest ties away.
enum class Round : uint8_t { Nearest, Zero, Down, Up, Away };

/// Rounds a double to a binary format of `Mantissa` explicit bits and `Exponent` exponent bits; IEEE
/// specials. Exact when `x` is exact; give it a round-to-odd value to avoid double rounding.
template <int Mantissa, int Exponent> static inline uint32_t encode(double x, Round mode) {
  constexpr int bias = (1 << (Exponent - 1)) - 1;
  constexpr uint32_t infinity = ((1u << Exponent) - 1) << Mantissa;
  uint64_t bits = bitCast<uint64_t>(x);
  uint32_t sign = static_cast<uint32_t>(bits >> 63) << (Mantissa + Exponent);
  uint64_t magnitude = bits & 0x7fffffffffffffffull;
  if (magnitude > 0x7ff0000000000000ull)
    return infinity | ((1u << Mantissa) - 1); // the hardware's canonical NaN, positive
  if (magnitude == 0x7ff0000000000000ull)
    return sign | infinity;
  if (magnitude == 0)
    return sign;
  int exponent = static_cast<int>(magnitude >> 52) - 1023;
  uint64_t significand = (magnitude & 0xfffffffffffffull) | 0x10000000000000ull;
  if (magnitude >> 52 == 0) { // a subnormal double is below every format here: only its being non-zero counts
    significand = 1;
    exponent = -1022;
  }
  int shift = 52 - Mantissa;
  if (exponent < 1 - bias)
    shift += 1 - bias - exponent;
  if (shift > 62)
    shift = 62;
  uint64_t kept = significand >> shift, rest = significand & ((1ull << shift) - 1),
           half = 1ull << (shift - 1);
  bool up = mode == Round::Nearest ? rest > half || (rest == half && (kept & 1))
            : mode == Round::Away  ? rest >= half
            : mode == Round::Down  ? sign != 0 && rest != 0
            : mode == Round::Up    ? sign == 0 && rest != 0
                                   : false;
  kept += up;
  uint32_t result = static_cast<uint32_t>(kept);
  if (exponent >= 1 - bias)
    result += static_cast<uint32_t>(exponent + bias - 1) << Mantissa;
  if (exponent > bias || result >= infinity) {
    bool toLargest = mode == Round::Zero || (mode == Round::Down && !sign) || (mode == Round::Up && sign);
    result = toLargest ? infinity - 1 : infinity;
  }
  return sign | result;
}
static inline F16 toF16(double x, Round mode = Round::Nearest) {
  return {static_cast<uint16_t>(encode<10, 5>(x, mode))};
}
static inline BF16 toBF16(double x, Round mode = Round::Nearest) {
  return {static_cast<uint16_t>(encode<7, 8>(x, mode))};
}
static inline float toF32(double x, Round mode) { return bitCast<float>(encode<23, 8>(x, mode)); }

/// Fast paths of the common direction.
static inline F16 f16FromFloat(float x) {
#ifdef __F16C__
  return x != x ? F16{0x7fff} : F16{static_cast<uint16_t>(_cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT))};
#else
  return toF16(static_cast<double>(x));
#endif
}
static inline BF16 bf16FromFloat(float x) {
  uint32_t bits = bitCast<uint32_t>(x);
  uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return {static_cast<uint16_t>(x != x ? 0x7fff : rounded)};
}
static inline float f32FromHalf(F16 h) {
#ifdef __F16C__
  return _cvtsh_ss(h.bits);
#else
  uint32_t sign = static_cast<uint32_t>(h.bits & 0x8000) << 16, magnitude = h.bits & 0x7fff;
  if (magnitude >= 0x7c00)
    return bitCast<float>(sign | 0x7f800000u | (magnitude & 0x3ff) << 13);
  // Scaling by 2^112 maps exponents, subnormals included, exactly.
  float value = bitCast<float>(magnitude << 13) * bitCast<float>(0x77800000u);
  return bitCast<float>(bitCast<uint32_t>(value) | sign);
#endif
}
static inline float f32FromHalf(BF16 h) { return bitCast<float>(static_cast<uint32_t>(h.bits) << 16); }

/// a + b rounded to odd: rounding it once more, to a narrower format, gives the correctly rounded sum.
static inline double addToOdd(double a, double b) {
  double sum = a + b, back = sum - a;
  double lost = (a - (sum - back)) + (b - back);
  uint64_t bits = bitCast<uint64_t>(sum);
  bool inexact = lost != 0 && lost == lost && sum - sum == 0;
  if (!inexact || (bits & 1))
    return sum;
  bool awayFromZero = (lost > 0) == (sum > 0);
  return bitCast<double>(awayFromZero ? bits + 1 : bits - 1);
}

} // namespace attnc::sim::ATTNC_SIM_ISA
