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

/// Stores a fragment to fp32 rows, unrounded. The 4 lanes that share a row fill whole 32-byte sectors, so the
/// detour through shared memory would win nothing; where the elements of a row are not contiguous, the 8 lanes that share
/// a column do so if rows are neighbours. Columns that the destination lacks are dropped.
template <class Destination, int Rows, int Cols, int Warps>
ATTNC_DEVICE void store_fragment(Destination destination, Fragment<Rows, Cols, Warps> const &fragment, int first_row,
                                 int valid_end) {
  using F = Fragment<Rows, Cols, Warps>;
  const int lane = lane_index();
#pragma unroll
  for (int i = 0; i < F::kSize; i += 2) {
    const int row = first_row + F::row(i, lane, warp_index());
    const int column = F::column(i, lane);
    if (row < valid_end && (Cols == Destination::kCols || column < Destination::kCols)) {
      if constexpr (Destination::kStrided) {
        *destination.at(row, column) = fragment.values[i];
        *destination.at(row, column + 1) = fragment.values[i + 1];
      } else {
        float *to = destination.row(row) + column;
        if constexpr (Destination::kAlign >= 8) {
          *reinterpret_cast<float2 *>(to) = float2{fragment.values[i], fragment.values[i + 1]};
        } else {
          to[0] = fragment.values[i];
          to[1] = fragment.values[i + 1];
        }
      }
    }
  }
}

/// destination[(first_row + r) * stride] = rows[r] for every row below valid_end; one lane a row stores. Of rows in groups,
/// row r goes to r / Group * stride + r % Group.
template <int Group = 1, int Rows, int Warps>
ATTNC_DEVICE void store_row_values(float *destination, i64 stride, RowVector<Rows, Warps> const &rows,
                                   int first_row, int valid_end) {
  if (lane_index() % 4 != 0)
    return;
#pragma unroll
  for (int i = 0; i < rows.kSize; ++i) {
    const int row = first_row + rows.row(i, lane_index(), warp_index());
    if (row < valid_end)
      destination[row / Group * stride + row % Group] = rows.values[i];
  }
}

} // namespace attnc::warp

namespace attnc::block {

/// For stores that begin with the first row.
constexpr int kFirstRow = -2147483647 - 1;

/// The `Width` 16-byte chunks (4, 2 or 1, a multiple of that from the row's start) from `first_chunk` on, of every row.
template <int Threads, int Width, class Destination, class T, int Rows, int Cols>
ATTNC_DEVICE void store_chunks(Destination destination, SharedTile<T, Rows, Cols> staging, int first_chunk,
                               int first_row, int valid_end, int valid_begin) {
#pragma unroll
  for (int first = 0; first < Rows * Width; first += Threads) {
    const int chunk = first + static_cast<int>(threadIdx.x), row = swizzled_row<Width>(chunk);
    const int col = (first_chunk + chunk % Width) * (16 / static_cast<int>(sizeof(T)));
    if (row < Rows && first_row + row < valid_end && first_row + row >= valid_begin)
      destination.set_chunk(first_row + row, col, atom::load_shared_16(staging.address(row, col)));
  }
}

/// Stores the rows r of `staging` with valid_begin <= first_row + r < valid_end to row first_row + r of `destination`. Columns that
/// the destination lacks are dropped. Where the elements of a row are not contiguous, lanes go along the rows, where
/// neighbours usually lie.
template <int Threads, class Destination, class T, int Rows, int Cols>
ATTNC_DEVICE void store_rows(Destination destination, SharedTile<T, Rows, Cols> staging, int first_row, int valid_end,
                             int valid_begin = kFirstRow) {
  constexpr int kChunk = 16 / static_cast<int>(sizeof(T));
  constexpr int kRowChunks = Destination::kCols / kChunk, kWhole = kRowChunks / 8 * 8; // panels of the tile
  static_assert(Destination::kCols % kChunk == 0 && Destination::kCols <= Cols, "rows are stored in whole 16-byte chunks");

  if constexpr (Destination::kStrided) {
#pragma unroll 1
    for (int i = static_cast<int>(threadIdx.x); i < Rows * kRowChunks; i += Threads) {
      const int row = i % Rows, col = i / Rows * kChunk;
      if (first_row + row < valid_end && first_row + row >= valid_begin)
        destination.set_chunk(first_row + row, col, atom::load_shared_16(staging.address(row, col)));
    }
  } else if constexpr (kWhole > 0) {
#pragma unroll
    for (int first = 0; first < Rows * kWhole; first += Threads) {
      const int chunk = first + static_cast<int>(threadIdx.x);
      const int row = chunk / kWhole, col = chunk % kWhole * kChunk;
      if (row < Rows && first_row + row < valid_end && first_row + row >= valid_begin)
        destination.set_chunk(first_row + row, col, atom::load_shared_16(staging.address(row, col)));
    }
  }
  constexpr int kRest = Destination::kStrided ? 0 : kRowChunks - kWhole;
  if constexpr ((kRest & 4) != 0)
    store_chunks<Threads, 4>(destination, staging, kWhole, first_row, valid_end, valid_begin);
  if constexpr ((kRest & 2) != 0)
    store_chunks<Threads, 2>(destination, staging, kWhole + (kRest & 4), first_row, valid_end, valid_begin);
  if constexpr ((kRest & 1) != 0)
    store_chunks<Threads, 1>(destination, staging, kWhole + (kRest & 6), first_row, valid_end, valid_begin);
}

} // namespace attnc::block
