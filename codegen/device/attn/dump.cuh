// dump.cuh - debug builds: what a block holds of a tile of (row, key) pairs, to global memory.
//
// Every dump is of one element a pair, so that values of rows stand beside the scores that they come from. Must not
// change what it reads, and must not be fast.
#pragma once

#include "attnc/atom/shuffle.cuh"
#include "attnc/tile/fragment.cuh"
#include "attnc/tile/global_rows.cuh"

namespace attnc::warp {

/// The first of a tile's rows or keys, and the end of those that exist.
struct DumpRange {
  int first, end;
};

/// Element `key` of row `row` of the destination = factor * scores(row, key).
template <class Destination, int Rows, int Cols, int Warps>
ATTNC_DEVICE void dump(Destination destination, Fragment<Rows, Cols, Warps> const &scores, float factor,
                       DumpRange rows, DumpRange keys) {
  using F = Fragment<Rows, Cols, Warps>;
#pragma unroll
  for (int i = 0; i < F::kSize; ++i) {
    const int row = rows.first + F::row(i, lane_index(), warp_index());
    const int key = keys.first + F::column(i, lane_index());
    if (row < rows.end && key < keys.end)
      destination.row(row)[key] = factor * scores.values[i];
  }
}

/// The same of values(row), for all keys of a tile of Keys. The 4 lanes that share a row
/// hold the same value and take turns.
template <int Keys, class Destination, int Rows, int Warps>
ATTNC_DEVICE void dump(Destination destination, RowVector<Rows, Warps> const &values, float factor,
                       DumpRange rows, DumpRange keys) {
#pragma unroll
  for (int i = 0; i < values.kSize; ++i) {
    const int row = rows.first + values.row(i, lane_index(), warp_index());
    for (int key = keys.first + lane_index() % 4; key < min(keys.first + Keys, keys.end); key += 4)
      if (row < rows.end)
        destination.row(row)[key] = factor * values.values[i];
  }
}

/// The same of a sum of which the 4 lanes hold parts.
template <int Keys, class Destination, int Rows, int Warps>
ATTNC_DEVICE void dump_sum(Destination destination, RowVector<Rows, Warps> const &parts, float factor,
                           DumpRange rows, DumpRange keys) {
  RowVector<Rows, Warps> sums;
#pragma unroll
  for (int i = 0; i < parts.kSize; ++i)
    sums.values[i] = atom::quad_sum(parts.values[i]);
  dump<Keys>(destination, sums, factor, rows, keys);
}

} // namespace attnc::warp
