// mma.cuh - products of tiles on mma.sync: scores from two shared tiles, output from weights and a shared
// tile.
//
// Each warp computes its own rows; a B operand is loaded once for all of them. Must not wait or synchronise.
#pragma once

#include "attnc/atom/ldmatrix.cuh"
#include "attnc/atom/mma_sync.cuh"
#include "attnc/tile/fragment.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::warp {

/// c = a * transpose(b), e.g. scores = queries * transpose(keys). What c held before is ignored.
///
/// `a` is loaded again in every call: it would take Depth / 4 registers per 16 rows to keep.
template <class T, int Rows, int Cols, int Depth, int Warps>
ATTNC_DEVICE void mma_abt(Fragment<Rows, Cols, Warps> &c, SharedTile<T, Rows, Depth> a,
                          SharedTile<T, Cols, Depth> b) {
  constexpr int kMTiles = Fragment<Rows, Cols, Warps>::kMTiles;
  const int lane = lane_index();
  const int first_row = warp_index() * RowSplit<Rows, Warps>::kWarpRows;
  // Matrices of A: rows 0-7 and 8-15 of 8 columns, then of the next 8. Of B: 8 rows x 8, the next 8 columns,
  // then the same of the next 8 rows, so that one load gives both registers of two mma tiles.
  const unsigned a_first = a.address(first_row + lane % 16, lane / 16 * 8);
  const unsigned b_first = b.address(lane % 8 + lane / 16 * 8, lane / 8 % 2 * 8);
#pragma unroll
  for (int k = 0; k < Depth; k += 16) {
    const unsigned a_step = a.step_columns(a_first, k);
    const unsigned b_step = b.step_columns(b_first, k);
    unsigned a_part[kMTiles][4];
#pragma unroll
    for (int m = 0; m < kMTiles; ++m)
      atom::ldmatrix_x4(a_part[m], a.step_rows(a_step, m * 16));
#pragma unroll
    for (int n = 0; n < Cols / 8; n += 2) {
      unsigned b_part[4];
      atom::ldmatrix_x4(b_part, b.step_rows(b_step, n * 8));
#pragma unroll
      for (int half = 0; half < 2; ++half) {
#pragma unroll
        for (int m = 0; m < kMTiles; ++m) {
          float *tile = c.values + c.tile(m, n + half);
          if (k == 0)
            atom::mma_16816_fresh<T>(tile, a_part[m], b_part[2 * half], b_part[2 * half + 1]);
          else
            atom::mma_16816<T>(tile, a_part[m], b_part[2 * half], b_part[2 * half + 1]);
        }
      }
    }
  }
}

/// accumulator += a * b, e.g. output += weights * values.
template <class T, int Rows, int Cols, int Depth, int Warps>
ATTNC_DEVICE void mma_ab(Fragment<Rows, Cols, Warps> &accumulator, Weights<T, Rows, Depth, Warps> const &a,
                         SharedTile<T, Depth, Cols> b) {
  constexpr int kMTiles = Fragment<Rows, Cols, Warps>::kMTiles;
  const int lane = lane_index();
  // Transposed matrices: rows 0-7 and 8-15 of 8 columns, then of the next 8 columns.
  const unsigned b_first = b.address(lane % 16, lane / 16 * 8);
#pragma unroll
  for (int k = 0; k < Depth / 16; ++k) {
#pragma unroll
    for (int n = 0; n < Cols / 8; n += 2) {
      unsigned b_part[4];
      atom::ldmatrix_x4_transposed(b_part, b.step_rows(b.step_columns(b_first, n * 8), k * 16));
#pragma unroll
      for (int half = 0; half < 2; ++half) {
#pragma unroll
        for (int m = 0; m < kMTiles; ++m)
          atom::mma_16816<T>(accumulator.values + accumulator.tile(m, n + half), a.operands[m][k],
                             b_part[2 * half], b_part[2 * half + 1]);
      }
    }
  }
}

} // namespace attnc::warp
