// quantise_columns.cuh - a shared tile of 16-bit floats rounded to 8 bits an element, by a scale for each column.
//
// Called by every thread of the block, between two sync(). Must not find the scales.
#pragma once

#include "attnc/block/quantise.cuh"
#include "attnc/tile/global_rows.cuh"

namespace attnc::block {

/// Element (r, c) of `to` becomes that of `from` divided by that of row 0 of `divisors`, rounded once. A thread takes 16
/// columns at a time.
template <int Threads, class Stored, class T, int Rows, int Cols, int Align>
ATTNC_DEVICE void quantise_columns(SharedTile<Stored, Rows, Cols> to, SharedTile<T, Rows, Cols> from,
                                   GlobalRows<const float, Cols, Align> divisors) {
  static_assert(sizeof(T) == 2 && sizeof(Stored) == 1 && Cols % 16 == 0, "two chunks of pairs become one of bytes");
#pragma unroll 1
  for (int i = static_cast<int>(threadIdx.x); i < Rows * (Cols / 16); i += Threads) {
    const int row = i % Rows, col = i / Rows * 16; // lanes go along rows, where the swizzle spreads them over the banks
    const atom::Bytes16 halves[2] = {atom::load_shared_16(from.address(row, col)), atom::load_shared_16(from.address(row, col + 8))};
    atom::Bytes16 bytes;
#pragma unroll
    for (int word = 0; word < 4; ++word) {
      const atom::Bytes16 by = divisors.chunk(0, col + 4 * word);
      const unsigned a = halves[word / 2].words[word % 2 * 2], b = halves[word / 2].words[word % 2 * 2 + 1];
      const float x[4] = {low_of<T>(a), high_of<T>(a), low_of<T>(b), high_of<T>(b)};
      bytes.words[word] = 0;
#pragma unroll
      for (int j = 0; j < 4; ++j)
        bytes.words[word] |= atom::encode_byte<Stored>(x[j] / __uint_as_float(by.words[j])) << (8 * j);
    }
    atom::store_shared_16(to.address(row, col), bytes);
  }
}

} // namespace attnc::block
