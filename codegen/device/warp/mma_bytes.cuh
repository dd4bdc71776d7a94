// mma_bytes.cuh - products with keys and values of 8 bits, which become 16 bits on their way from shared memory to mma.sync.
//
// ldmatrix moves 16-bit units, here pairs of neighbouring columns. So a lane gets other columns than mma.sync deals it: four
// neighbours. For scores that is no matter if queries have their columns in the same order (interleave_columns); sums of
// values come out in it, and are put in order once, at the end (restore_columns). Must not scale.
#pragma once

#include "attnc/atom/decode_bytes.cuh"
#include "attnc/atom/ldmatrix.cuh"
#include "attnc/atom/mma_sync.cuh"
#include "attnc/atom/shuffle.cuh"
#include "attnc/tile/fragment.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::warp {

/// c = a * transpose(b) for an `a` with interleaved columns. What c held before is ignored.
template <class T, class Stored, int Rows, int Cols, int Depth, int Warps>
ATTNC_DEVICE void mma_abt_bytes(Fragment<Rows, Cols, Warps> &c, SharedTile<T, Rows, Depth> a,
                                SharedTile<Stored, Cols, Depth> b) {
  constexpr int kMTiles = Fragment<Rows, Cols, Warps>::kMTiles;
  const int lane = lane_index();
  const int first_row = warp_index() * RowSplit<Rows, Warps>::kWarpRows;
  const unsigned a_first = a.address(first_row + lane % 16, lane / 16 * 8);
  // Matrices of B: 8 rows x 16 columns, the next 8 rows, then the same of the next 16 columns: two steps of the sum.
  const unsigned b_first = b.address(lane % 16, lane / 16 * 16), b_last = b.address(lane % 16, 0);
#pragma unroll
  for (int k = 0; k < Depth; k += 32) {
    unsigned a_part[2][kMTiles][4];
#pragma unroll
    for (int step = 0; step < 2 && k + 16 * step < Depth; ++step)
#pragma unroll
      for (int m = 0; m < kMTiles; ++m)
        atom::ldmatrix_x4(a_part[step][m], a.step_rows(a.step_columns(a_first, k + 16 * step), m * 16));
#pragma unroll
    for (int n = 0; n < Cols / 8; n += 2) {
      unsigned b_part[4];
      const unsigned from = k + 16 < Depth ? b.step_columns(b_first, k) : b.step_columns(b_last, k);
      atom::ldmatrix_x4(b_part, b.step_rows(from, n * 8));
#pragma unroll
      for (int step = 0; step < 2 && k + 16 * step < Depth; ++step) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          const unsigned low = atom::DecodePair<T, Stored, 0, 1>::from(b_part[2 * step + half]);
          const unsigned high = atom::DecodePair<T, Stored, 2, 3>::from(b_part[2 * step + half]);
#pragma unroll
          for (int m = 0; m < kMTiles; ++m) {
            float *tile = c.values + c.tile(m, n + half);
            if (k + step == 0)
              atom::mma_16816_fresh<T>(tile, a_part[step][m], low, high);
            else
              atom::mma_16816<T>(tile, a_part[step][m], low, high);
          }
        }
      }
    }
  }
}

/// accumulator += a * b, with the columns of the accumulator in the order of restore_columns.
template <class T, class Stored, int Rows, int Cols, int Depth, int Warps>
ATTNC_DEVICE void mma_ab_bytes(Fragment<Rows, Cols, Warps> &accumulator, Weights<T, Rows, Depth, Warps> const &a,
                               SharedTile<Stored, Depth, Cols> b) {
  constexpr int kMTiles = Fragment<Rows, Cols, Warps>::kMTiles;
  const int lane = lane_index();
  // Transposed matrices: rows 0-7 and 8-15 of 16 columns, then of the next 16 columns.
  const unsigned b_first = b.address(lane % 16, lane / 16 * 16), b_last = b.address(lane % 16, 0);
#pragma unroll
  for (int k = 0; k < Depth / 16; ++k) {
#pragma unroll
    for (int n = 0; n < Cols / 8; n += 4) {
      unsigned b_part[4];
      const unsigned from = n + 2 < Cols / 8 ? b.step_columns(b_first, n * 8) : b.step_columns(b_last, n * 8);
      atom::ldmatrix_x4_transposed(b_part, b.step_rows(from, k * 16));
#pragma unroll
      for (int block = 0; block < 2 && n + 2 * block < Cols / 8; ++block) {
        // A register has two rows of a pair of columns: the even one for one mma tile, the odd one for the next.
        const unsigned even[2] = {atom::DecodePair<T, Stored, 0, 2>::from(b_part[2 * block]),
                                  atom::DecodePair<T, Stored, 0, 2>::from(b_part[2 * block + 1])};
        const unsigned odd[2] = {atom::DecodePair<T, Stored, 1, 3>::from(b_part[2 * block]),
                                 atom::DecodePair<T, Stored, 1, 3>::from(b_part[2 * block + 1])};
#pragma unroll
        for (int m = 0; m < kMTiles; ++m) {
          float *tile = accumulator.values + accumulator.tile(m, n + 2 * block);
          atom::mma_16816<T>(tile, a.operands[m][k], even[0], even[1]);
          atom::mma_16816<T>(tile + 4, a.operands[m][k], odd[0], odd[1]);
        }
      }
    }
  }
}

/// Puts the columns of an accumulator of mma_ab_bytes in order. Of 16 columns, lane t of four has 4 t, 4 t + 2 (the values of
/// the first tile's row), 4 t + 1 and 4 t + 3 (the second's), and gets 2 t, 2 t + 1, 8 + 2 t and 9 + 2 t.
template <int Rows, int Cols, int Warps> ATTNC_DEVICE void restore_columns(Fragment<Rows, Cols, Warps> &accumulator) {
  using F = Fragment<Rows, Cols, Warps>;
  const int quad = lane_index() / 4 * 4, place = lane_index() % 4;
  const int sources[2] = {quad + place / 2, quad + 2 + place / 2};
  const bool second = place % 2 != 0; // of the source lane's two pairs
#pragma unroll
  for (int m = 0; m < F::kMTiles; ++m)
#pragma unroll
    for (int n = 0; n < F::kNTiles; n += 2)
#pragma unroll
      for (int row = 0; row < 2; ++row) {
        float *first_tile = accumulator.values + F::tile(m, n) + 2 * row, *next_tile = first_tile + 4;
        const float even[2] = {first_tile[0], first_tile[1]}, odd[2] = {next_tile[0], next_tile[1]};
#pragma unroll
        for (int tile = 0; tile < 2; ++tile) {
          const float even_low = atom::shuffle(even[0], sources[tile]), even_high = atom::shuffle(even[1], sources[tile]);
          const float odd_low = atom::shuffle(odd[0], sources[tile]), odd_high = atom::shuffle(odd[1], sources[tile]);
          first_tile[4 * tile] = second ? even_high : even_low;
          first_tile[4 * tile + 1] = second ? odd_high : odd_low;
        }
      }
}

} // namespace attnc::warp
