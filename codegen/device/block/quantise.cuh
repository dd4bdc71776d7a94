// quantise.cuh - a shared tile of 16-bit floats rounded to 8 or 4 bits an element: what a quantised cache stores.
//
// Called by every thread of the block, between two sync(). Must not find the factor.
#pragma once

#include "attnc/atom/encode_bytes.cuh"
#include "attnc/atom/shared_access.cuh"
#include "attnc/tile/element_pair.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::block {

/// The elements of a tile of i8 that are half as many as columns are i4; of others they are what is stored.
template <class Stored, bool Halves> struct ElementOf {
  static_assert(!Halves, "only i8 hold two elements");
  using Type = Stored;
};
template <> struct ElementOf<i8, true> {
  using Type = i4;
};

/// How a tile of bytes holds columns of T.
template <class T, class Stored, int Cols, int StoredCols> struct ByteTile {
  using Element = typename ElementOf<Stored, 2 * StoredCols == Cols>::Type;
  static constexpr int kBits = atom::kBitsOf<Element>;
  static constexpr int kColumns = 128 / kBits; ///< of 16 bytes
  static_assert(sizeof(T) == 2 && sizeof(Stored) == 1 && StoredCols * 8 == Cols * kBits && Cols % kColumns == 0,
                "chunks of pairs become whole chunks of bytes");
};

/// Puts four floats, columns `col` to `col + 3` of 16 bytes, where these have them.
template <class Element> ATTNC_DEVICE void put_four(atom::Bytes16 &bytes, const float (&x)[4], int col) {
  constexpr int kBits = atom::kBitsOf<Element>;
  const unsigned four = atom::encode<Element>(x[0]) | atom::encode<Element>(x[1]) << kBits |
                        atom::encode<Element>(x[2]) << (2 * kBits) | atom::encode<Element>(x[3]) << (3 * kBits);
  bytes.words[col * kBits / 32] |= four << (col * kBits % 32);
}

/// The 16 bytes of a row that begin with column `col`. `scale(x, c)` makes of the four columns from c on what is rounded.
template <class Stored, class T, int Rows, int Cols, int StoredCols, class Scale>
ATTNC_DEVICE void quantise_chunk(SharedTile<Stored, Rows, StoredCols> to, SharedTile<T, Rows, Cols> from, int row, int col,
                                 Scale scale) {
  using Bytes = ByteTile<T, Stored, Cols, StoredCols>;
  atom::Bytes16 bytes{};
#pragma unroll
  for (int first = 0; first < Bytes::kColumns; first += 8) {
    const atom::Bytes16 pairs = atom::load_shared_16(from.address(row, col + first));
#pragma unroll
    for (int i = 0; i < 4; i += 2) {
      const unsigned a = pairs.words[i], b = pairs.words[i + 1];
      float x[4] = {low_of<T>(a), high_of<T>(a), low_of<T>(b), high_of<T>(b)};
      scale(x, col + first + 2 * i);
      put_four<typename Bytes::Element>(bytes, x, first + 2 * i);
    }
  }
  atom::store_shared_16(to.address(row, col / Bytes::kColumns * 16), bytes);
}

/// For quantise_chunk: all columns times one factor.
struct TimesFactor {
  float factor;
  ATTNC_DEVICE void operator()(float (&x)[4], int) const {
#pragma unroll
    for (int i = 0; i < 4; ++i)
      x[i] *= factor;
  }
};

/// Every chunk of `to` by a thread. Lanes go along rows, where the swizzle spreads them over the banks.
template <int Threads, class Stored, class T, int Rows, int Cols, int StoredCols, class Scale>
ATTNC_DEVICE void quantise_chunks(SharedTile<Stored, Rows, StoredCols> to, SharedTile<T, Rows, Cols> from, Scale scale) {
  constexpr int kColumns = ByteTile<T, Stored, Cols, StoredCols>::kColumns;
#pragma unroll 1
  for (int i = static_cast<int>(threadIdx.x); i < Rows * (Cols / kColumns); i += Threads)
    quantise_chunk(to, from, i % Rows, i / Rows * kColumns, scale);
}

/// Element (r, c) of `to` becomes that of `from` times `factor`, rounded once. Elements of `to` that are half as many as columns are
/// two integers of 4 bits each.
template <int Threads, class To, class From> ATTNC_DEVICE void quantise(To to, From from, float factor) {
  quantise_chunks<Threads>(to, from, TimesFactor{factor});
}

} // namespace attnc::block
