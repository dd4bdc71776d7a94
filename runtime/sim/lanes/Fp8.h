// Fp8.h - the 8-bit floats e4m3 and e5m2, for conversions and mma. Private to runtime/sim/lanes.
#pragma once

#include "runtime/sim/lanes/FloatMath.h"

namespace attnc::sim::ATTNC_SIM_ISA {

struct E5M2 {
  static float decode(uint8_t bits) { return f32FromHalf(F16{static_cast<uint16_t>(bits << 8)}); }
  /// To nearest even; saturates to the greatest finite value, NaN is 0x7f.
  static uint8_t encode(float x) {
    if (x != x)
      return 0x7f;
    uint32_t code = attnc::sim::ATTNC_SIM_ISA::encode<2, 5>(static_cast<double>(x), Round::Nearest);
    return static_cast<uint8_t>((code & 0x7f) >= 0x7c ? (code & 0x80) | 0x7b : code);
  }
};

struct E4M3 {
  static float decode(uint8_t bits) {
    uint32_t magnitude = bits & 0x7f;
    if (magnitude == 0x7f)
      return __builtin_nanf("0x3fffff");
    // As f32 with the same exponent field shifted: scaling by 2^120 corrects the bias, subnormals included.
    float value = bitCast<float>(magnitude << 20) * bitCast<float>(0x7b800000u);
    return bits & 0x80 ? -value : value;
  }
  static uint8_t encode(float x) {
    if (x != x)
      return 0x7f;
    uint8_t sign = __builtin_signbit(x) ? 0x80 : 0;
    // A format with one more exponent bit has the same codes for a 256th of the value, and room at the top.
    double scaled = static_cast<double>(__builtin_fabsf(x)) * 0x1p-8;
    uint32_t code = attnc::sim::ATTNC_SIM_ISA::encode<3, 5>(scaled, Round::Nearest);
    return static_cast<uint8_t>(sign | (code > 0x7e ? 0x7e : code));
  }
};

} // namespace attnc::sim::ATTNC_SIM_ISA
