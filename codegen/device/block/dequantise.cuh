// dequantise.cuh - what a shared tile of quantised elements stands for: numbers of 8 or 4 bits times their scales, in 16 bits.
//
// Called by every thread of the block, between two sync(): the bytes have arrived, and the floats are read only afterwards.
#pragma once

#include "attnc/atom/decode_bytes.cuh"
#include "attnc/atom/shared_access.cuh"
#include "attnc/tile/element_pair.cuh"
#include "attnc/tile/global_rows.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::block {

/// Four bytes of a word as floats, and two floats as a pair of T.
struct PairDequantiser : PairRounder {
  template <class T, class Stored> ATTNC_DEVICE static void decode(float (&to)[4], unsigned bytes) {
    const unsigned low = atom::DecodePair<T, Stored, 0, 1>::from(bytes), high = atom::DecodePair<T, Stored, 2, 3>::from(bytes);
    to[0] = low_of<T>(low);
    to[1] = high_of<T>(low);
    to[2] = low_of<T>(high);
    to[3] = high_of<T>(high);
  }
};

/// Four integers of 4 bits, those of the low half of `bits`: 2^23 + (x + 8) has x + 8 for its last bits.
ATTNC_DEVICE void decode_nibbles(float (&to)[4], unsigned bits) {
  constexpr float kBias = 8388608.0f + 8.0f;
#pragma unroll
  for (int i = 0; i < 4; ++i)
    to[i] = __uint_as_float(((bits >> (4 * i) & 0xfu) ^ 0x4b000008u)) - kBias;
}

/// `N` floats from an address that is a multiple of Align bytes, as is that of every `N`th float from it.
template <int Align, int N> ATTNC_DEVICE void load_floats(float (&to)[N], const float *from) {
  constexpr int kAtOnce = Align >= 16 && N % 4 == 0 ? 4 : Align >= 8 && N % 2 == 0 ? 2 : 1;
#pragma unroll
  for (int i = 0; i < N; i += kAtOnce)
    if constexpr (kAtOnce == 4) {
      const float4 four = *reinterpret_cast<const float4 *>(from + i);
      to[i] = four.x;
      to[i + 1] = four.y;
      to[i + 2] = four.z;
      to[i + 3] = four.w;
    } else if constexpr (kAtOnce == 2) {
      const float2 two = *reinterpret_cast<const float2 *>(from + i);
      to[i] = two.x;
      to[i + 1] = two.y;
    } else {
      to[i] = from[i];
    }
}

/// The scale of every row and group: 1.
struct UnitScales {
  static constexpr int kCols = 1;
  static constexpr bool kOne = true;
  template <int N> ATTNC_DEVICE void read(float (&)[N], int, int) const {}
};
/// Of group g of row r that of row r of `rows`.
template <class Rows> struct RowScales {
  static constexpr int kCols = Rows::kCols;
  static constexpr bool kOne = false;
  Rows rows;

  /// Those of N groups from `group` on, a multiple of N.
  template <int N> ATTNC_DEVICE void read(float (&to)[N], int row, int group) const {
    if constexpr (Rows::kStrided) {
#pragma unroll
      for (int i = 0; i < N; ++i)
        to[i] = *rows.at(row, group + i);
    } else {
      load_floats<Rows::kAlign>(to, rows.at(row, group));
    }
  }
};

/// Of a row of `Chunks` chunks in `Groups` groups: how many threads share it, so that `Threads` have something to do and none has
/// a part of a group beside another one.
template <int Threads, int Rows, int Chunks, int Groups> ATTNC_DEVICE constexpr int sharing_threads() {
  int most = 1;
  for (int count = 1; count <= Chunks; ++count)
    if (Chunks % count == 0 && (Groups % count == 0 || count % Groups == 0)) {
      most = count;
      if (Rows * count >= Threads)
        break;
    }
  return most;
}

/// How many of a thread's `Groups` groups, in `Chunks` chunks, have their scales read together: up to four, 16 bytes, and whole
/// chunks of them.
template <int Groups, int Chunks> ATTNC_DEVICE constexpr int groups_together() {
  for (int count : {4, 2, 1})
    if (Groups % count == 0 && Chunks % (Groups / count) == 0)
      return count;
  return Groups;
}

/// 16 elements times a scale, as two chunks of T. `words` hold four elements each, or eight of 4 bits.
template <class Dequantiser, class T, class Stored, bool Nibbles>
ATTNC_DEVICE void dequantise_16(atom::Bytes16 (&to)[2], const unsigned *words, float scale) {
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    float x[4];
    if constexpr (Nibbles)
      decode_nibbles(x, words[i / 2] >> (i % 2 * 16));
    else
      Dequantiser::template decode<T, Stored>(x, words[i]);
    to[i / 2].words[i % 2 * 2] = Dequantiser::template pair<T>(x[0] * scale, x[1] * scale);
    to[i / 2].words[i % 2 * 2 + 1] = Dequantiser::template pair<T>(x[2] * scale, x[3] * scale);
  }
}

/// Row r of `to` becomes that of `from` times the scales of row first_row + r. Elements of `from` that are half as many as columns
/// are two integers of 4 bits each. 16 bytes of zeros stay zeros whatever their scale; those of rows that are all zeros are not
/// read: rows that were not copied have none.
template <int Threads, class Dequantiser = PairDequantiser, class T, class Stored, int Rows, int Cols, int StoredCols, class Scales>
ATTNC_DEVICE void dequantise(SharedTile<T, Rows, Cols> to, SharedTile<Stored, Rows, StoredCols> from, Scales scales, int first_row) {
  constexpr bool kNibbles = StoredCols != Cols;
  constexpr int kElements = kNibbles ? 32 : 16; // of 16 bytes
  constexpr int kChunks = Cols / kElements, kGroup = Cols / Scales::kCols;
  static_assert(sizeof(T) == 2 && sizeof(Stored) == 1 && Cols % kElements == 0 && kGroup % 16 == 0,
                "a thread decodes 16 bytes at a time, and 16 elements have one scale");
  constexpr int kSharing = sharing_threads<Threads, Rows, kChunks, Scales::kCols>();
  constexpr int kOwnChunks = kChunks / kSharing, kOwnGroups = max(Scales::kCols / kSharing, 1);
  constexpr int kTogether = groups_together<kOwnGroups, kOwnChunks>();
  constexpr int kSteps = kOwnGroups / kTogether, kStepChunks = kOwnChunks / kSteps;
#pragma unroll 1
  for (int i = static_cast<int>(threadIdx.x); i < Rows * kSharing; i += Threads) {
    // Lanes go along rows, where the swizzle spreads them over the banks.
    const int row = i % Rows, first_chunk = i / Rows * kOwnChunks;
#pragma unroll 1
    for (int step = 0; step < kSteps; ++step) {
      bool known = false;
      float scale[kTogether] = {1.0f};
      const int begin = first_chunk + step * kStepChunks;
#pragma unroll kTogether == 1 ? 1 : kStepChunks
      for (int chunk = 0; chunk < kStepChunks; ++chunk) {
        const int first = (begin + chunk) * kElements;
        const atom::Bytes16 bytes = atom::load_shared_16(from.address(row, (begin + chunk) * 16));
        const bool empty = (bytes.words[0] | bytes.words[1] | bytes.words[2] | bytes.words[3]) == 0;
        if (!Scales::kOne && !empty && !known) {
          scales.read(scale, first_row + row, begin * kElements / kGroup);
          known = true;
        }
#pragma unroll
        for (int part = 0; part < kElements / 16; ++part) {
          const int col = first + 16 * part;
          const int group = (chunk * kElements + 16 * part) / kGroup; // of those together
          atom::Bytes16 chunks[2];
          dequantise_16<Dequantiser, T, Stored, kNibbles>(chunks, bytes.words + 2 * part,
                                                          empty ? 1.0f : scale[kTogether == 1 ? 0 : group]);
          atom::store_shared_16(to.address(row, col), chunks[0]);
          atom::store_shared_16(to.address(row, col + 8), chunks[1]);
        }
      }
    }
  }
}

/// The same with a scale for each row, or for each group of its columns, in global memory.
template <int Threads, class To, class From, class Rows> ATTNC_DEVICE void dequantise_rows(To to, From from, Rows rows, int first_row) {
  dequantise<Threads>(to, from, RowScales<Rows>{rows}, first_row);
}
/// The same without a scale.
template <int Threads, class To, class From> ATTNC_DEVICE void decode(To to, From from) {
  dequantise<Threads>(to, from, UnitScales{}, 0);
}

} // namespace attnc::block
