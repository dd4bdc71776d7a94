// element_pair.cuh - two neighbouring 16-bit elements in a word: taken apart, and put together again.
//
// Must not access memory.
#pragma once

#include "attnc/core.cuh"

namespace attnc {

template <class T> ATTNC_DEVICE float low_of(unsigned pair) {
  return to_float(T{static_cast<unsigned short>(pair & 0xffffu)});
}
template <class T> ATTNC_DEVICE float high_of(unsigned pair) {
  return to_float(T{static_cast<unsigned short>(pair >> 16)});
}

/// Two floats as a pair of T, rounded once.
struct PairRounder {
  template <class T> ATTNC_DEVICE static unsigned pair(float low, float high) { return pack<T>(low, high); }
};

} // namespace attnc
