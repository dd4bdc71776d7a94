// store.cuh - results from registers through shared memory to global rows, in 16-byte pieces.
//
// Three steps with a block::sync() between the first two. Must not normalise or scale.
#pragma once

#include "attnc/atom/shared_access.cuh"
#include "attnc/tile/fragment.cuh"
#include "attnc/tile/global_rows.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::warp {

/// Rounds a fragment to T and stores it to `staging`. Each warp writes its own rows only.
template <class T, int Rows, int Cols, int Warps>
ATTNC_DEVICE void store_shared(SharedTile<T, Rows, Cols> staging,
                               Fragment<Rows, Cols, Warps> const &fragment) {
  using F = Fragment<Rows, Cols, Warps>;
  const int lane = lane_index();
  const unsigned first = staging.address(F::row(0, lane, warp_index()), F::column(0, lane));
#pragma unroll
  for (int i = 0; i < F::kSize; i += 2) {
    const unsigned row_address = staging.step_rows(first, F::row(i, 0, 0));
    atom::store_shared_4(staging.step_columns(row_address, F::column(i, 0)),
                         pack<T>(fragment.values[i], fragment.values[i + 1]));
  }
}

/// destination[(first_row + r) * stride] = rows[r] for every row below valid_end; one lane a row stores.
template <int Rows, int Warps>
ATTNC_DEVICE void store_row_values(float *destination, i64 stride, RowVector<Rows, Warps> const &rows,
                                   int first_row, int valid_end) {
  if (lane_index() % 4 != 0)
    return;
#pragma unroll
  for (int i = 0; i < rows.kSize; ++i) {
    const int row = first_row + rows.row(i, lane_index(), warp_index());
    if (row < valid_end)
      destination[row * stride] = rows.values[i];
  }
}

} // namespace attnc::warp

namespace attnc::block {

/// Stores the rows r of `staging` with first_row + r < valid_end to row first_row + r of `destination`.
template <int Threads, class T, int Rows, int Cols>
ATTNC_DEVICE void store_rows(GlobalRows<T, Cols> destination, SharedTile<T, Rows, Cols> staging,
                             int first_row, int valid_end) {
  constexpr int kChunk = 16 / static_cast<int>(sizeof(T));
  constexpr int kChunksPerRow = Cols / kChunk;
  constexpr int kRowsPerPass = Threads / kChunksPerRow;
  static_assert(kRowsPerPass * kChunksPerRow == Threads, "a pass stores whole rows");
  static_assert(Rows % kRowsPerPass == 0, "a tile takes whole passes");

  const int col = static_cast<int>(threadIdx.x % kChunksPerRow * kChunk);
#pragma unroll
  for (int pass = 0; pass < Rows / kRowsPerPass; ++pass) {
    const int row = static_cast<int>(threadIdx.x / kChunksPerRow) + pass * kRowsPerPass;
    if (first_row + row < valid_end)
      *reinterpret_cast<atom::Bytes16 *>(destination.row(first_row + row) + col) =
          atom::load_shared_16(staging.address(row, col));
  }
}

} // namespace attnc::block
