// quantise_rows.cuh - a shared tile of 16-bit floats rounded to 8 or 4 bits an element, by scales that each row gets here.
//
// Called by every thread of the block, between two sync().
#pragma once

#include "attnc/block/quantise.cuh"

namespace attnc::block {

/// The largest magnitude of `count` columns of a row from `col` on, both multiples of 16.
template <class T, int Rows, int Cols> ATTNC_DEVICE float largest_of(SharedTile<T, Rows, Cols> from, int row, int col, int count) {
  float largest = 0.0f;
#pragma unroll 1
  for (const int end = col + count; col < end; col += 16) {
    const atom::Bytes16 chunks[2] = {atom::load_shared_16(from.address(row, col)), atom::load_shared_16(from.address(row, col + 8))};
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      const unsigned pair = chunks[i / 4].words[i % 4];
      largest = fmaxf(largest, fmaxf(fabsf(low_of<T>(pair)), fabsf(high_of<T>(pair))));
    }
  }
  return largest;
}

/// For quantise_chunk: the columns of one group times a factor, those of the group behind it, from `second` on, times another.
struct TimesTwoFactors {
  float first, other;
  int second;
  ATTNC_DEVICE void operator()(float (&x)[4], int col) const { TimesFactor{col < second ? first : other}(x, col); }
};

/// Each row of `from`, in as many groups of columns as `scales` has columns: the scale of a group is its largest magnitude by the
/// largest number of an element, or 1 where that magnitude is next to nothing, and its elements become their quotients by it. Scales
/// go to the rows first_row + r of `scales` that are in [valid_begin, valid_end). A thread takes a group, or two where one ends
/// within 16 bytes.
template <int Threads, class Stored, class T, int Rows, int Cols, int StoredCols, class Scales>
ATTNC_DEVICE void quantise_rows(SharedTile<Stored, Rows, StoredCols> to, SharedTile<T, Rows, Cols> from, Scales scales, int first_row,
                                int valid_begin, int valid_end) {
  using Bytes = ByteTile<T, Stored, Cols, StoredCols>;
  constexpr int kGroup = Cols / Scales::kCols, kGroups = kGroup % Bytes::kColumns == 0 ? 1 : 2; // of a thread
  constexpr float kNothing = 0x1p-100f;
  static_assert(kGroup % 16 == 0 && Scales::kCols % kGroups == 0, "the groups of a thread are whole chunks of bytes");
#pragma unroll 1
  for (int i = static_cast<int>(threadIdx.x); i < Rows * (Scales::kCols / kGroups); i += Threads) {
    const int row = i % Rows, first = i / Rows * kGroups;
    float factors[kGroups];
#pragma unroll
    for (int j = 0; j < kGroups; ++j) {
      const float largest = largest_of(from, row, (first + j) * kGroup, kGroup);
      const float scale = largest < kNothing ? 1.0f : largest / atom::kLargestOf<typename Bytes::Element>;
      factors[j] = 1.0f / scale;
      if (first_row + row >= valid_begin && first_row + row < valid_end)
        scales.set(first_row + row, first + j, scale);
    }
    const int begin = first * kGroup;
#pragma unroll 1
    for (int col = begin; col < begin + kGroups * kGroup; col += Bytes::kColumns) {
      if constexpr (kGroups == 1)
        quantise_chunk(to, from, row, col, TimesFactor{factors[0]});
      else
        quantise_chunk(to, from, row, col, TimesTwoFactors{factors[0], factors[kGroups - 1], begin + kGroup});
    }
  }
}

} // namespace attnc::block
