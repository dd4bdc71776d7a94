// quantise_rows.cuh - a shared tile of 16-bit floats rounded to 8 bits an element, by scales that each row gets here.
//
// Called by every thread of the block, between two sync().
#pragma once

#include "attnc/block/quantise.cuh"

namespace attnc::block {

/// The largest magnitude of a column that is a multiple of 16 and the 15 behind it, and `so_far`.
template <class T> ATTNC_DEVICE float largest_of_16(float so_far, unsigned low, unsigned high) {
  const atom::Bytes16 chunks[2] = {atom::load_shared_16(low), atom::load_shared_16(high)};
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    const unsigned pair = chunks[i / 4].words[i % 4];
    so_far = fmaxf(so_far, fmaxf(fabsf(low_of<T>(pair)), fabsf(high_of<T>(pair))));
  }
  return so_far;
}

/// Each row of `from`, in as many groups of columns as `scales` has columns: the scale of a group is its largest magnitude by the
/// largest number of Stored, or 1 where that magnitude is next to nothing, and its elements become their quotients by it. Scales go
/// to the rows first_row + r of `scales` that are in [valid_begin, valid_end). A thread takes a group.
template <int Threads, class Stored, class T, int Rows, int Cols, class Scales>
ATTNC_DEVICE void quantise_rows(SharedTile<Stored, Rows, Cols> to, SharedTile<T, Rows, Cols> from, Scales scales, int first_row,
                                int valid_begin, int valid_end) {
  constexpr int kGroup = Cols / Scales::kCols;
  constexpr float kNothing = 0x1p-100f;
  static_assert(sizeof(T) == 2 && sizeof(Stored) == 1 && kGroup % 16 == 0, "two chunks of pairs become one of bytes");
#pragma unroll 1
  for (int i = static_cast<int>(threadIdx.x); i < Rows * Scales::kCols; i += Threads) {
    const int row = i % Rows, group = i / Rows;
    float largest = 0.0f;
#pragma unroll 1
    for (int col = group * kGroup; col < (group + 1) * kGroup; col += 16)
      largest = largest_of_16<T>(largest, from.address(row, col), from.address(row, col + 8));
    const float scale = largest < kNothing ? 1.0f : largest / atom::kLargestOf<Stored>;
    const float factor = 1.0f / scale;
#pragma unroll 1
    for (int col = group * kGroup; col < (group + 1) * kGroup; col += 16)
      quantise_16(to, from, row, col, factor);
    if (first_row + row >= valid_begin && first_row + row < valid_end)
      scales.set(first_row + row, group, scale);
  }
}

} // namespace attnc::block
