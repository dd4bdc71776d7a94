// decode_bytes.cuh - four 8-bit numbers of a register to pairs of f16 or bf16, exactly, by integer instructions.
//
// For quantised caches: storage of e4m3, e5m2 and i8 becomes operands of tensor cores, scales left to others. Works on
// every architecture; those with conversions of fp8 have none from 8 bits to bf16. Must not know tiles.
#pragma once

#include "attnc/core.cuh"

namespace attnc::atom {

/// Bytes of `a` (0 to 3) and `b` (4 to 7) by the four nibbles of Selector, the low one first; 8 added to one spreads the
/// byte's sign over all bits.
template <unsigned Selector> ATTNC_DEVICE unsigned permute(unsigned a, unsigned b) {
  unsigned out;
  asm("prmt.b32 %0, %1, %2, %3;" : "=r"(out) : "r"(a), "r"(b), "n"(Selector));
  return out;
}

/// Of both 16-bit halves: a * b, and a + b.
template <class T> ATTNC_DEVICE unsigned multiply_pair(unsigned a, unsigned b);
template <> ATTNC_DEVICE unsigned multiply_pair<f16>(unsigned a, unsigned b) {
  unsigned out;
  asm("mul.rn.f16x2 %0, %1, %2;" : "=r"(out) : "r"(a), "r"(b));
  return out;
}
template <> ATTNC_DEVICE unsigned multiply_pair<bf16>(unsigned a, unsigned b) {
  unsigned out; // sm_80 has no other product of bf16 than this; -0 keeps the sign of a zero
  asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(out) : "r"(a), "r"(b), "r"(0x80008000u));
  return out;
}
ATTNC_DEVICE unsigned add_pair_f16(unsigned a, unsigned b) {
  unsigned out;
  asm("add.rn.f16x2 %0, %1, %2;" : "=r"(out) : "r"(a), "r"(b));
  return out;
}

/// How the number in the high byte of a 16-bit half becomes a T: exponent and mantissa move down by kShift, and a product
/// with a power of two mends the bias of the exponent. Magnitudes that reach bit 15 by kFirstSpecial are infinities or
/// NaN, and get kSpecialBits.
template <class T, class Stored> struct Fp8Layout;
template <> struct Fp8Layout<f16, e4m3> {
  static constexpr unsigned kShift = 1, kFirstSpecial = 0x01000100u, kSpecialBits = 0x7e007e00u, kFactor = 0x5c005c00u; // 2^8
};
template <> struct Fp8Layout<bf16, e4m3> {
  static constexpr unsigned kShift = 4, kFirstSpecial = 0x01000100u, kSpecialBits = 0x7fc07fc0u, kFactor = 0x7b807b80u; // 2^120
};
template <> struct Fp8Layout<bf16, e5m2> {
  static constexpr unsigned kShift = 3, kFirstSpecial = 0x04000400u, kSpecialBits = 0x7f807f80u, kFactor = 0x77807780u; // 2^112
};

/// Two numbers of 8 bits in the high bytes of the halves of `pair`, the low bytes 0, as a pair of T.
template <class T, class Stored> ATTNC_DEVICE unsigned decode_high_bytes(unsigned pair) {
  using Layout = Fp8Layout<T, Stored>;
  const unsigned magnitude = pair & 0x7f007f00u;
  const unsigned special = permute<0xbb99>(magnitude + Layout::kFirstSpecial, 0u) & Layout::kSpecialBits;
  return multiply_pair<T>((pair & 0x80008000u) | magnitude >> Layout::kShift | special, Layout::kFactor);
}

/// Bytes First and Second of `bytes` as a pair of T.
template <class T, class Stored, unsigned First, unsigned Second> struct DecodePair {
  static ATTNC_DEVICE unsigned from(unsigned bytes) {
    return decode_high_bytes<T, Stored>(permute<Second << 12 | First << 4 | 0x0404u>(bytes, 0u));
  }
};
/// e5m2 is the upper half of f16.
template <unsigned First, unsigned Second> struct DecodePair<f16, e5m2, First, Second> {
  static ATTNC_DEVICE unsigned from(unsigned bytes) { return permute<Second << 12 | First << 4 | 0x0404u>(bytes, 0u); }
};
/// 1024 + (x + 128) has x + 128 for its last bits.
template <unsigned First, unsigned Second> struct DecodePair<f16, i8, First, Second> {
  static ATTNC_DEVICE unsigned from(unsigned bytes) {
    const unsigned biased = permute<0x4040u | Second << 8 | First>(bytes ^ 0x80808080u, 0x64646464u);
    return add_pair_f16(biased, 0xe480e480u); // -1152
  }
};
/// The same with 2^23, as bf16 has too few bits; both numbers are exact in bf16.
template <unsigned First, unsigned Second> struct DecodePair<bf16, i8, First, Second> {
  static ATTNC_DEVICE unsigned from(unsigned bytes) {
    constexpr float kBias = 8388608.0f + 128.0f;
    const unsigned shifted = bytes ^ 0x80808080u;
    return pack<bf16>(__uint_as_float(permute<0x7650u | First>(shifted, 0x4b000000u)) - kBias,
                      __uint_as_float(permute<0x7650u | Second>(shifted, 0x4b000000u)) - kBias);
  }
};

} // namespace attnc::atom
