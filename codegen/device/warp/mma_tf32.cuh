// mma_tf32.cuh - products of f32 tiles on mma.sync, operands rounded to tf32.
//
// Rounding happens in registers, after the load: tiles in shared memory stay f32. Must not wait or
// synchronise.
#pragma once

#include "attnc/atom/ldmatrix.cuh"
#include "attnc/atom/mma_sync_tf32.cuh"
#include "attnc/tile/fragment.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::warp {

/// Four 8x4 matrices of floats: to ldmatrix, 8x8 matrices of 16 bits.
ATTNC_DEVICE void load_tf32_x4(unsigned (&matrices)[4], unsigned address) {
  atom::ldmatrix_x4(matrices, address);
#pragma unroll
  for (int i = 0; i < 4; ++i)
    matrices[i] = atom::round_tf32(matrices[i]);
}

/// c = a * transpose(b), e.g. scores = queries * transpose(keys). What c held before is ignored.
template <int Rows, int Cols, int Depth, int Warps>
ATTNC_DEVICE void mma_abt_tf32(Fragment<Rows, Cols, Warps> &c, SharedTile<float, Rows, Depth> a,
                               SharedTile<float, Cols, Depth> b) {
  constexpr int kMTiles = Fragment<Rows, Cols, Warps>::kMTiles;
  const int lane = lane_index();
  const int first_row = warp_index() * RowSplit<Rows, Warps>::kWarpRows;
  // Matrices of A: rows 0-7 and 8-15 of 4 columns, then of the next 4. Of B: 8 rows x 4, the next 4 columns,
  // then the same of the next 8 rows, so that one load gives both registers of two mma tiles.
  const unsigned a_first = a.address(first_row + lane % 16, lane / 16 * 4);
  const unsigned b_first = b.address(lane % 8 + lane / 16 * 8, lane / 8 % 2 * 4);
  fill(c, 0.0f);
#pragma unroll
  for (int k = 0; k < Depth; k += 8) {
    const unsigned a_step = a.step_columns(a_first, k);
    const unsigned b_step = b.step_columns(b_first, k);
    unsigned a_part[kMTiles][4];
#pragma unroll
    for (int m = 0; m < kMTiles; ++m)
      load_tf32_x4(a_part[m], a.step_rows(a_step, m * 16));
#pragma unroll
    for (int n = 0; n < Cols / 8; n += 2) {
      unsigned b_part[4];
      load_tf32_x4(b_part, b.step_rows(b_step, n * 8));
#pragma unroll
      for (int half = 0; half < 2; ++half) {
#pragma unroll
        for (int m = 0; m < kMTiles; ++m)
          atom::mma_1688_tf32(c.values + c.tile(m, n + half), a_part[m], b_part[2 * half],
                              b_part[2 * half + 1]);
      }
    }
  }
}

/// The fragment as mma weights, rounded. Slot t of k stands for column 2t and slot t + 4 for column 2t + 1:
/// so the C layout of a 16x8 tile is the A layout of a step, and no data moves between lanes. mma_ab_tf32
/// takes b in the same order.
template <int Rows, int Cols, int Warps>
ATTNC_DEVICE Weights<tf32, Rows, Cols, Warps> convert_tf32(Fragment<Rows, Cols, Warps> const &fragment) {
  Weights<tf32, Rows, Cols, Warps> weights;
#pragma unroll
  for (int m = 0; m < weights.kMTiles; ++m) {
#pragma unroll
    for (int step = 0; step < weights.kSteps; ++step) {
      const float *values = fragment.values + fragment.tile(m, step);
#pragma unroll
      for (int i = 0; i < 4; ++i)
        weights.operands[m][step][i] = atom::round_tf32(__float_as_uint(values[i % 2 * 2 + i / 2]));
    }
  }
  return weights;
}

/// accumulator += a * b, e.g. output += weights * values. Values are loaded one by one, as ldmatrix cannot
/// transpose floats; the swizzle keeps the 32 lanes of a load on 32 banks.
template <int Rows, int Cols, int Depth, int Warps>
ATTNC_DEVICE void mma_ab_tf32(Fragment<Rows, Cols, Warps> &accumulator,
                              Weights<tf32, Rows, Depth, Warps> const &a, SharedTile<float, Depth, Cols> b) {
  constexpr int kMTiles = Fragment<Rows, Cols, Warps>::kMTiles;
  const int lane = lane_index();
  const unsigned even = b.address(lane % 4 * 2, lane / 4), odd = b.address(lane % 4 * 2 + 1, lane / 4);
#pragma unroll
  for (int k = 0; k < Depth / 8; ++k) {
#pragma unroll
    for (int n = 0; n < Cols / 8; ++n) {
      const unsigned b0 =
          atom::round_tf32(atom::load_shared_4(b.step_rows(b.step_columns(even, n * 8), k * 8)));
      const unsigned b1 =
          atom::round_tf32(atom::load_shared_4(b.step_rows(b.step_columns(odd, n * 8), k * 8)));
#pragma unroll
      for (int m = 0; m < kMTiles; ++m)
        atom::mma_1688_tf32(accumulator.values + accumulator.tile(m, n), a.operands[m][k], b0, b1);
    }
  }
}

} // namespace attnc::warp
