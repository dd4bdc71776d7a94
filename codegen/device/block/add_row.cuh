// add_row.cuh - a row of global memory added to every row of a shared tile: the bias of q, k or v.
//
// Called by every thread of the block, between two sync(): the tile has arrived, and is read only afterwards.
#pragma once

#include "attnc/atom/shared_access.cuh"
#include "attnc/tile/element_pair.cuh"
#include "attnc/tile/global_rows.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::block {

/// The sums of two pairs of T, or of two floats, in fp32, rounded once.
struct PairAdder {
  template <class T> ATTNC_DEVICE static unsigned add(unsigned a, unsigned b) {
    if constexpr (sizeof(T) == 4)
      return __float_as_uint(__uint_as_float(a) + __uint_as_float(b));
    else
      return pack<T>(low_of<T>(a) + low_of<T>(b), high_of<T>(a) + high_of<T>(b));
  }
};

/// Adds the first row of `source` to every row of `tile` in `rows`. Columns that the source lacks keep their value.
template <int Threads, class Adder = PairAdder, class T, int Rows, int Cols, int SourceCols, int Align>
ATTNC_DEVICE void add_row(SharedTile<T, Rows, Cols> tile, GlobalRows<const T, SourceCols, Align> source,
                          RowRange rows = {}) {
  constexpr int kChunk = 16 / static_cast<int>(sizeof(T));
  constexpr int kChunks = SourceCols / kChunk;
  // A power of two of lanes a row, so that a thread keeps its columns and loads their part of the source once.
  constexpr int kLanes = kChunks <= 1 ? 1 : kChunks <= 2 ? 2 : kChunks <= 4 ? 4 : kChunks <= 8 ? 8 : kChunks <= 16 ? 16 : 32;
  constexpr int kRowsPerPass = Threads / kLanes;
  static_assert(kRowsPerPass > 0, "a warp takes a row at least");

  const int lane = static_cast<int>(threadIdx.x) % kLanes;
#pragma unroll
  for (int first = 0; first < kChunks; first += kLanes) { // once, but for rows of f32 beyond 128 columns
    if (first + lane >= kChunks)
      return;
    const int col = (first + lane) * kChunk;
    const atom::Bytes16 addend = source.chunk(0, col);
#pragma unroll 2
    for (int row = rows.first<kRowsPerPass>(static_cast<int>(threadIdx.x) / kLanes); row < Rows && row < rows.end; row += kRowsPerPass) {
      const unsigned address = tile.address(row, col);
      atom::Bytes16 sums = atom::load_shared_16(address);
#pragma unroll
      for (int i = 0; i < 4; ++i)
        sums.words[i] = Adder::template add<T>(sums.words[i], addend.words[i]);
      atom::store_shared_16(address, sums);
    }
  }
}

} // namespace attnc::block
