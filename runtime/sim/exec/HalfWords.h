// HalfWords.h - f16 and bf16 words to floats and back, for atomics. Private to runtime/sim/exec.
//
// Lane code has its own, which may use the host's instructions; these are for memory, one word at a time.
#pragma once

#include <cstdint>
#include <cstring>

namespace attnc::sim {

inline float halfToFloat(uint16_t bits, bool isBf16) {
  uint32_t word;
  if (isBf16) {
    word = static_cast<uint32_t>(bits) << 16;
  } else {
    uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16, magnitude = bits & 0x7fffu;
    if (magnitude >= 0x7c00)
      word = sign | 0x7f800000u | (magnitude & 0x3ff) << 13;
    else {
      float value = static_cast<float>(magnitude & 0x3ff) / 16777216.0f; // subnormal: units of 2^-24
      if (magnitude >= 0x400) {
        uint32_t normal = (magnitude << 13) + (112u << 23);
        std::memcpy(&value, &normal, sizeof(value));
      }
      std::memcpy(&word, &value, sizeof(word));
      word |= sign;
    }
  }
  float result;
  std::memcpy(&result, &word, sizeof(result));
  return result;
}

inline uint16_t floatToHalf(float x, bool isBf16) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u)
    return 0x7fff;
  if (isBf16)
    return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  if (magnitude >= 0x477ff000u) // 65520 and above round to infinity
    return static_cast<uint16_t>(sign | 0x7c00);
  if (magnitude < 0x38800000u) { // subnormal result: let an addition round at 2^-24
    float value;
    std::memcpy(&value, &magnitude, sizeof(value));
    value += 0.5f; // one unit in the last place of [0.5, 1) is 2^-24
    uint32_t sum;
    std::memcpy(&sum, &value, sizeof(sum));
    return static_cast<uint16_t>(sign | (sum - 0x3f000000u));
  }
  return static_cast<uint16_t>(sign | ((magnitude - (112u << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13));
}

} // namespace attnc::sim
