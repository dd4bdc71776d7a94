// mma_f16_sums.cuh - scores from two shared f16 tiles, summed in f16 by mma.sync and handed on as f32.
//
// Half the accumulator registers while it runs, and twice the rate of f32 sums where tensor cores have it. A
// sum beyond 65504 is infinite, and so are its scores. Must not wait or synchronise.
#pragma once

#include "attnc/atom/ldmatrix.cuh"
#include "attnc/atom/mma_sync_f16_sums.cuh"
#include "attnc/tile/fragment.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::warp {

/// c = a * transpose(b). What c held before is ignored. See mma_abt for the addresses.
template <int Rows, int Cols, int Depth, int Warps>
ATTNC_DEVICE void mma_abt_f16_sums(Fragment<Rows, Cols, Warps> &c, SharedTile<f16, Rows, Depth> a,
                                   SharedTile<f16, Cols, Depth> b) {
  constexpr int kMTiles = Fragment<Rows, Cols, Warps>::kMTiles, kNTiles = Cols / 8;
  const int lane = lane_index();
  const int first_row = warp_index() * RowSplit<Rows, Warps>::kWarpRows;
  const unsigned a_first = a.address(first_row + lane % 16, lane / 16 * 8);
  const unsigned b_first = b.address(lane % 8 + lane / 16 * 8, lane / 8 % 2 * 8);
  unsigned sums[kMTiles][kNTiles][2] = {};
#pragma unroll
  for (int k = 0; k < Depth; k += 16) {
    const unsigned a_step = a.step_columns(a_first, k);
    const unsigned b_step = b.step_columns(b_first, k);
    unsigned a_part[kMTiles][4];
#pragma unroll
    for (int m = 0; m < kMTiles; ++m)
      atom::ldmatrix_x4(a_part[m], a.step_rows(a_step, m * 16));
#pragma unroll
    for (int n = 0; n < kNTiles; n += 2) {
      unsigned b_part[4];
      atom::ldmatrix_x4(b_part, b.step_rows(b_step, n * 8));
#pragma unroll
      for (int half = 0; half < 2; ++half) {
#pragma unroll
        for (int m = 0; m < kMTiles; ++m)
          atom::mma_16816_f16_sums(sums[m][n + half], a_part[m], b_part[2 * half], b_part[2 * half + 1]);
      }
    }
  }
#pragma unroll
  for (int m = 0; m < kMTiles; ++m) {
#pragma unroll
    for (int n = 0; n < kNTiles; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const unsigned word = sums[m][n][i / 2];
        c.values[c.tile(m, n) + i] =
            to_float(f16{static_cast<unsigned short>(i % 2 ? word >> 16 : word & 0xffffu)});
      }
    }
  }
}

} // namespace attnc::warp
