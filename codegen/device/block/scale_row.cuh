// scale_row.cuh - every row of a shared tile multiplied by a row of global memory: queries by the scales of keys by channel.
//
// Called by every thread of the block, between two sync(): the tile has arrived, and is read only afterwards.
#pragma once

#include "attnc/atom/shared_access.cuh"
#include "attnc/tile/element_pair.cuh"
#include "attnc/tile/global_rows.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::block {

/// Element (r, c) of `tile` times that of row 0 of `source`, in fp32, rounded once.
template <int Threads, class Rounder = PairRounder, class T, int Rows, int Cols, int Align>
ATTNC_DEVICE void scale_row(SharedTile<T, Rows, Cols> tile, GlobalRows<const float, Cols, Align> source) {
  static_assert(sizeof(T) == 2 && Cols % 16 == 0, "a thread takes eight columns at a time");
#pragma unroll 1
  for (int i = static_cast<int>(threadIdx.x); i < Rows * (Cols / 8); i += Threads) {
    const int row = i % Rows, col = i / Rows * 8; // lanes go along rows, where the swizzle spreads them over the banks
    const unsigned address = tile.address(row, col);
    atom::Bytes16 pairs = atom::load_shared_16(address);
#pragma unroll
    for (int part = 0; part < 2; ++part) {
      const atom::Bytes16 factors = source.chunk(0, col + 4 * part);
#pragma unroll
      for (int j = 0; j < 2; ++j) {
        unsigned &pair = pairs.words[2 * part + j];
        pair = Rounder::template pair<T>(low_of<T>(pair) * __uint_as_float(factors.words[2 * j]),
                                         high_of<T>(pair) * __uint_as_float(factors.words[2 * j + 1]));
      }
    }
    atom::store_shared_16(address, pairs);
  }
}

} // namespace attnc::block
