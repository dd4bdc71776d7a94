// map.cuh - a function applied to every element of a fragment, with its coordinates.
//
// This is where score and mask code lands. Must not know what the function does.
#pragma once

#include "attnc/tile/fragment.cuh"

namespace attnc::warp {

/// Replaces each value v at (row, column) of the block tile by f(v, row, column).
template <int Rows, int Cols, int Warps, class F>
ATTNC_DEVICE void map(Fragment<Rows, Cols, Warps> &fragment, F const &f) {
  const int first_row = fragment.row(0, lane_index(), warp_index());
  const int first_column = fragment.column(0, lane_index());
#pragma unroll
  for (int i = 0; i < fragment.kSize; ++i)
    fragment.values[i] =
        f(fragment.values[i], first_row + fragment.row(i, 0, 0), first_column + fragment.column(i, 0));
}

/// Replaces each value v of a row by f(v, row of the block tile).
template <int Rows, int Warps, class F> ATTNC_DEVICE void map_rows(RowVector<Rows, Warps> &rows, F const &f) {
#pragma unroll
  for (int i = 0; i < rows.kSize; ++i)
    rows.values[i] = f(rows.values[i], rows.row(i, lane_index(), warp_index()));
}

} // namespace attnc::warp
