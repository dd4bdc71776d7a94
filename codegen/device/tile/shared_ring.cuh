// shared_ring.cuh - a ring of shared tiles: one is read while later ones are filled.
//
// Counts slots only. Must not wait: when a slot may be read or refilled is the kernel's business.
#pragma once

#include "attnc/tile/shared_tile.cuh"

namespace attnc {

/// Starts at slot 0. Stages tiles lie back to back from `memory`.
template <class T, int Rows, int Cols, int Stages> struct SharedRing {
  using Tile = SharedTile<T, Rows, Cols>;
  static_assert(Stages >= 1 && Stages <= 4, "a ring has 1 to 4 stages");
  static constexpr int kBytes = Stages * Tile::kBytes;

  unsigned base; ///< shared-space address of slot 0
  unsigned slot = 0;

  ATTNC_DEVICE explicit SharedRing(unsigned char *memory) : base(atom::shared_address(memory)) {}

  /// The tile being read.
  ATTNC_DEVICE Tile current() const { return ahead<0>(); }
  /// The tile that will be current after Steps advances.
  template <int Steps> ATTNC_DEVICE Tile ahead() const {
    static_assert(Steps >= 0 && Steps < Stages, "a ring reaches at most Stages - 1 tiles ahead");
    const unsigned next = slot + Steps;
    return Tile(base + (next < Stages ? next : next - Stages) * Tile::kBytes);
  }
  ATTNC_DEVICE void advance() { slot = slot + 1 < Stages ? slot + 1 : 0; }
};

} // namespace attnc
