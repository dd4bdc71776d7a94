// quantise.cuh - a shared tile of 16-bit floats rounded to 8 bits an element: what a quantised cache stores.
//
// Called by every thread of the block, between two sync(). Must not find the factor.
#pragma once

#include "attnc/atom/encode_bytes.cuh"
#include "attnc/atom/shared_access.cuh"
#include "attnc/tile/element_pair.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::block {

/// Two words of pairs of T as a word of four bytes.
template <class Stored, class T> ATTNC_DEVICE unsigned encode_pairs(unsigned a, unsigned b, float factor) {
  return atom::encode_byte<Stored>(low_of<T>(a) * factor) | atom::encode_byte<Stored>(high_of<T>(a) * factor) << 8 |
         atom::encode_byte<Stored>(low_of<T>(b) * factor) << 16 | atom::encode_byte<Stored>(high_of<T>(b) * factor) << 24;
}

/// 16 columns of a row, times `factor`.
template <class Stored, class T, int Rows, int Cols>
ATTNC_DEVICE void quantise_16(SharedTile<Stored, Rows, Cols> to, SharedTile<T, Rows, Cols> from, int row, int col, float factor) {
  const atom::Bytes16 a = atom::load_shared_16(from.address(row, col)), b = atom::load_shared_16(from.address(row, col + 8));
  atom::store_shared_16(to.address(row, col),
                        atom::Bytes16{{encode_pairs<Stored, T>(a.words[0], a.words[1], factor),
                                       encode_pairs<Stored, T>(a.words[2], a.words[3], factor),
                                       encode_pairs<Stored, T>(b.words[0], b.words[1], factor),
                                       encode_pairs<Stored, T>(b.words[2], b.words[3], factor)}});
}

/// Element (r, c) of `to` becomes that of `from` times `factor`, rounded once. A thread takes 16 columns at a time.
template <int Threads, class Stored, class T, int Rows, int Cols>
ATTNC_DEVICE void quantise(SharedTile<Stored, Rows, Cols> to, SharedTile<T, Rows, Cols> from, float factor) {
  static_assert(sizeof(T) == 2 && sizeof(Stored) == 1 && Cols % 16 == 0, "two chunks of pairs become one of bytes");
#pragma unroll 1
  for (int i = static_cast<int>(threadIdx.x); i < Rows * (Cols / 16); i += Threads)
    quantise_16(to, from, i % Rows, i / Rows * 16, factor); // lanes go along rows, where the swizzle spreads them over the banks
}

} // namespace attnc::block
