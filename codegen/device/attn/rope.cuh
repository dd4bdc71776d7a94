// rope.cuh - rotary position embedding of a shared tile, in place.
//
// Called by every thread of the block, between two sync(): the tile has arrived, and is read only afterwards. Must not
// know which tokens the rows are.
#pragma once

#include "attnc/attn/rope_angles.cuh"

namespace attnc::attn {

/// Rotates the pairs that Style makes of every row in `rows` by `angles` at the position `at(row)`. Other columns keep their value.
template <int Threads, class Style, class Rounder = PairRounder, class T, int Rows, int Cols, class Angles, class At>
ATTNC_DEVICE void rope(SharedTile<T, Rows, Cols> tile, Angles const &angles, At const &at,
                       RowRange rows = {}) {
  using Piece = typename Style::template Piece<T>;
  constexpr int kCount = Piece::kCount;
  constexpr int kPieces = (Style::kPairs + kCount - 1) / kCount;
  // A power of two of lanes a row, so that a thread keeps its pairs and their frequencies.
  constexpr int kLanes = kPieces <= 1 ? 1 : kPieces <= 2 ? 2 : kPieces <= 4 ? 4 : kPieces <= 8 ? 8 : kPieces <= 16 ? 16 : 32;
  constexpr int kRowsPerPass = Threads / kLanes;
  static_assert(kRowsPerPass > 0, "a warp takes a row at least");

  const int thread = static_cast<int>(threadIdx.x);
  int first_row = thread / kLanes;
  if constexpr (kLanes < 8 && kRowsPerPass % 8 == 0)
    first_row = swizzled_row<kLanes>(thread);
#pragma unroll 1
  for (int first = 0; first < kPieces; first += kLanes) { // once, but for pieces of few elements
    const int pair = (first + thread % kLanes) * kCount;
    if (pair >= Style::kPairs)
      return;
    const auto turns = angles.template of<Style, kCount>(pair);
#pragma unroll 1
    for (int row = rows.first<kRowsPerPass>(first_row); row < Rows && row < rows.end; row += kRowsPerPass) {
      Piece piece;
      piece.load(tile, row, pair);
      float cosine[kCount], sine[kCount];
      turns.at(as_position(at(row)), cosine, sine);
      piece.template turn<Rounder>(cosine, sine, pair);
      piece.store(tile, row, pair);
    }
  }
}

} // namespace attnc::attn
