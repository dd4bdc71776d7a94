// token_places.cuh - in which slots of a cache the tokens of a request lie: numbers alone, for what checks them.
//
// Must not know pointers.
#pragma once

#include "attnc/tile/gathered_rows.cuh"

namespace attnc {

/// Of a cache in pages of Page tokens, 1 for one that has no pages. With Ring it is cyclic; without, every token has a slot of its own.
template <int Page, int Ring = 0, int Keep = 0> struct TokenPlaces {
  static constexpr int kRingBegin = (Keep + Page - 1) / Page * Page;

  static ATTNC_DEVICE int slot(int token) {
    if constexpr (Ring == 0)
      return token;
    else
      return cyclic_slot<Page, Ring, Keep>(token);
  }
  /// How many slots the first tokens take.
  static ATTNC_DEVICE int slots(int tokens) {
    const int held = Ring == 0 ? tokens : min(tokens, Keep + Ring);
    return held > 0 ? slot(held - 1) + 1 : 0;
  }
  /// How many of the first tokens have all their slots below `room`.
  static ATTNC_DEVICE int tokens(int room) {
    if (Ring == 0 || room <= kRingBegin)
      return clamp(room, 0, Ring == 0 ? room : Keep);
    return room - kRingBegin < Ring ? Keep + room - kRingBegin : 0x7fffffff;
  }
  /// Whether a request of `length` tokens still has a token.
  static ATTNC_DEVICE bool holds(int token, int length) {
    return Ring == 0 || token < Keep || token >= length - Ring;
  }
};

} // namespace attnc
