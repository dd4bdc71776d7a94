// round_single.cuh - one float to 16 bits, for architectures without the conversion of two, or to bf16.
#pragma once

#include "attnc/core.cuh"

namespace attnc::atom {

/// The bits of x rounded to nearest even.
template <class T> ATTNC_DEVICE unsigned round_single(float x);
template <> ATTNC_DEVICE unsigned round_single<f16>(float x) {
  unsigned short bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return bits;
}
/// A NaN stays one; beyond the largest bf16 lies infinity, whose bits come next.
template <> ATTNC_DEVICE unsigned round_single<bf16>(float x) {
  const unsigned bits = __float_as_uint(x);
  return x == x ? (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16 : 0x7fffu;
}

/// Two floats as a pair of T, rounded once; PairRounder for such architectures.
struct SingleRounder {
  template <class T> ATTNC_DEVICE static unsigned pair(float low, float high) {
    return round_single<T>(low) | round_single<T>(high) << 16;
  }
};

} // namespace attnc::atom
