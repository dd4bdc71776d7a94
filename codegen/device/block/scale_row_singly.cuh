// scale_row_singly.cuh - scale_row where two floats cannot be rounded at once (before sm_80).
//
// Called by every thread of the block, between two sync().
#pragma once

#include "attnc/atom/round_single.cuh"
#include "attnc/block/scale_row.cuh"

namespace attnc::block {

/// Multiplies the rows of `tile`; see scale_row.
template <int Threads, class Tile, class Source> ATTNC_DEVICE void scale_row_singly(Tile tile, Source source) {
  scale_row<Threads, atom::SingleRounder>(tile, source);
}

} // namespace attnc::block
