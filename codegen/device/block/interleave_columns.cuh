// interleave_columns.cuh - the columns of queries in the order in which keys of 8 bits reach the tensor cores.
//
// Called by every thread of the block, between two sync(): the tile has arrived, and is read only afterwards.
#pragma once

#include "attnc/atom/shared_access.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::block {

/// Of every 16 columns in pairs 0 to 7, the pairs 0 2 4 6 and then 1 3 5 7.
template <int Threads, class T, int Rows, int Cols> ATTNC_DEVICE void interleave_columns(SharedTile<T, Rows, Cols> tile) {
  static_assert(sizeof(T) == 2, "a pair of columns is a register");
#pragma unroll 1
  for (int i = static_cast<int>(threadIdx.x); i < Rows * (Cols / 16); i += Threads) {
    const int row = i % Rows, col = i / Rows * 16;
    const unsigned low = tile.address(row, col), high = tile.address(row, col + 8);
    const atom::Bytes16 a = atom::load_shared_16(low), b = atom::load_shared_16(high);
    atom::store_shared_16(low, atom::Bytes16{{a.words[0], a.words[2], b.words[0], b.words[2]}});
    atom::store_shared_16(high, atom::Bytes16{{a.words[1], a.words[3], b.words[1], b.words[3]}});
  }
}

} // namespace attnc::block
