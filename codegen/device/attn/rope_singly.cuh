// rope_singly.cuh - rope where two floats cannot be rounded at once (before sm_80).
//
// Called by every thread of the block, between two sync().
#pragma once

#include "attnc/atom/round_single.cuh"
#include "attnc/attn/rope.cuh"

namespace attnc::attn {

/// Rotates the rows of `tile`; see rope.
template <int Threads, class Style, class T, int Rows, int Cols, class Angles, class At>
ATTNC_DEVICE void rope_singly(SharedTile<T, Rows, Cols> tile, Angles const &angles, At const &at, RowRange rows = {}) {
  rope<Threads, Style, atom::SingleRounder>(tile, angles, at, rows);
}

} // namespace attnc::attn
