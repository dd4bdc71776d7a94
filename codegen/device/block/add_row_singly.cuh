// add_row_singly.cuh - add_row where two floats cannot be rounded at once (before sm_80).
//
// Called by every thread of the block, between two sync(). Must not copy.
#pragma once

#include "attnc/atom/round_single.cuh"
#include "attnc/block/add_row.cuh"

namespace attnc::block {

struct SingleAdder {
  template <class T> ATTNC_DEVICE static unsigned add(unsigned a, unsigned b) {
    if constexpr (sizeof(T) == 4)
      return PairAdder::add<T>(a, b);
    else
      return atom::round_single<T>(low_of<T>(a) + low_of<T>(b)) |
             atom::round_single<T>(high_of<T>(a) + high_of<T>(b)) << 16;
  }
};

/// Adds the first row of `source` to every row of `tile`; see add_row.
template <int Threads, class T, int Rows, int Cols, class Source>
ATTNC_DEVICE void add_row_singly(SharedTile<T, Rows, Cols> tile, Source source, RowRange rows = {}) {
  add_row<Threads, SingleAdder>(tile, source, rows);
}

} // namespace attnc::block
