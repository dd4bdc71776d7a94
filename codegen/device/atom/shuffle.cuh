// shuffle.cuh - shfl.sync: values exchanged between the lanes of a warp.
//
// One PTX instruction a function, and the quad reductions that mma accumulators need. All 32 lanes call.
#pragma once

#include "attnc/core.cuh"

namespace attnc::atom {

/// The value that the lane with number `own ^ Mask` passes.
template <int Mask> ATTNC_DEVICE float shuffle_xor(float x) {
  float other;
  asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=f"(other) : "f"(x), "n"(Mask));
  return other;
}

/// The value that lane `Source` of each group of four passes.
template <int Source> ATTNC_DEVICE float quad_broadcast(float x) {
  float theirs;
  asm volatile("shfl.sync.idx.b32 %0, %1, %2, 0x1c1f, 0xffffffff;" : "=f"(theirs) : "f"(x), "n"(Source));
  return theirs;
}

/// The value that lane `source` passes.
ATTNC_DEVICE int shuffle(int x, int source) {
  int theirs;
  asm volatile("shfl.sync.idx.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=r"(theirs) : "r"(x), "r"(source));
  return theirs;
}

ATTNC_DEVICE i64 shuffle(i64 x, int source) {
  const auto low = static_cast<unsigned>(shuffle(static_cast<int>(x), source));
  return static_cast<i64>(shuffle(static_cast<int>(x >> 32), source)) << 32 | low;
}

ATTNC_DEVICE float shuffle(float x, int source) {
  return __int_as_float(shuffle(__float_as_int(x), source));
}

/// Sum and maximum over the four lanes that share an accumulator row, left in all four.
ATTNC_DEVICE float quad_sum(float x) {
  x += shuffle_xor<1>(x);
  return x + shuffle_xor<2>(x);
}
ATTNC_DEVICE float quad_max(float x) {
  x = fmaxf(x, shuffle_xor<1>(x));
  return fmaxf(x, shuffle_xor<2>(x));
}

} // namespace attnc::atom
