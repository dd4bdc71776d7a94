// tile_walk.cuh - which key tiles a block visits: those of a few spans, or those that a block map shows.
//
// Positions are first keys of tiles, multiples of TileKv from key 0. Must not know masks.
#pragma once

#include "attnc/core.cuh"

namespace attnc {

/// Past every key, and far enough from the largest int that a few tiles may be added.
constexpr int kNoTile = 1 << 30;

/// The tiles that touch one of the spans [begin, end); a span whose ends cross is empty.
template <int TileKv, int Count> struct SpanWalk {
  int begin[Count], end[Count];

  /// The first tile to visit from `from` on.
  ATTNC_DEVICE int next(int from) const {
    int nearest = kNoTile;
#pragma unroll
    for (int i = 0; i < Count; ++i)
      if (begin[i] < end[i] && from < end[i])
        nearest = min(nearest, max(from, round_down(begin[i], TileKv)));
    return nearest;
  }
};

/// One row of a block map: `words` words of a bit a tile for those with a visible key, then as many for those that are
/// visible as a whole.
template <int TileKv> struct BlockWalk {
  const int *row;
  int words;

  ATTNC_DEVICE int next(int from) const {
    int word = from / (TileKv * 32);
    if (word >= words)
      return kNoTile;
    unsigned tiles = static_cast<unsigned>(row[word]) >> (from / TileKv % 32) << (from / TileKv % 32);
    while (tiles == 0) {
      if (++word == words)
        return kNoTile;
      tiles = static_cast<unsigned>(row[word]);
    }
    return (word * 32 + __ffs(static_cast<int>(tiles)) - 1) * TileKv;
  }

  /// Whether every row of the block sees every key of the tile.
  ATTNC_DEVICE bool is_full(int key) const { return bit(row[words + key / (TileKv * 32)], key / TileKv); }
};

} // namespace attnc
