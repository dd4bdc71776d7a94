// quantise_columns.cuh - a shared tile of 16-bit floats rounded to 8 bits an element, by a scale for each column.
//
// Called by every thread of the block, between two sync(). Must not find the scales.
#pragma once

#include "attnc/block/quantise.cuh"
#include "attnc/tile/global_rows.cuh"

namespace attnc::block {

/// Element (r, c) of `to` becomes that of `from` divided by that of row 0 of `divisors`, rounded once. A thread takes four columns
/// at a time.
template <int Threads, class Stored, class T, int Rows, int Cols, int Align>
ATTNC_DEVICE void quantise_columns(SharedTile<Stored, Rows, Cols> to, SharedTile<T, Rows, Cols> from,
                                   GlobalRows<const float, Cols, Align> divisors) {
  static_assert(sizeof(T) == 2 && sizeof(Stored) == 1, "two words of pairs become one of bytes");
#pragma unroll 1
  for (int i = static_cast<int>(threadIdx.x); i < Rows * (Cols / 4); i += Threads) {
    const int row = i % Rows, col = i / Rows * 4;
    const atom::Bytes16 by = divisors.chunk(0, col);
    unsigned pairs[2];
    atom::load_shared_8(pairs, from.address(row, col));
    const float x[4] = {low_of<T>(pairs[0]), high_of<T>(pairs[0]), low_of<T>(pairs[1]), high_of<T>(pairs[1])};
    unsigned bytes = 0;
#pragma unroll
    for (int j = 0; j < 4; ++j)
      bytes |= atom::encode_byte<Stored>(x[j] / __uint_as_float(by.words[j])) << (8 * j);
    atom::store_shared_4(to.address(row, col), bytes);
  }
}

} // namespace attnc::block
