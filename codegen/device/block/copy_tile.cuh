// copy_tile.cuh - which thread moves which 16 bytes of a tile of global rows to shared memory.
//
// How 16 bytes are moved is the Mover's business: `move_16(shared, global, inside)` stores zeros and reads
// nothing unless `inside`. Must not wait, nor decide which tile comes next.
#pragma once

#include "attnc/tile/global_rows.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::block {

/// Copies the columns [First, First + Panels * Lanes chunks) of a tile, Lanes threads a row and panel.
template <class Mover, int Threads, int First, int Lanes, int Panels, class T, int Rows, int Cols,
          int SourceCols, class Where>
ATTNC_DEVICE void copy_panels(SharedTile<T, Rows, Cols> destination, GlobalRows<const T, SourceCols> source,
                              int first_row, int valid_begin, int valid_end, Where const &where) {
  constexpr int kChunk = 16 / static_cast<int>(sizeof(T));
  constexpr int kPanel = SharedTile<T, Rows, Cols>::kPanel;
  constexpr int kRowsPerPass = Threads / Lanes;

  const int row = static_cast<int>(threadIdx.x / Lanes);
  const int col = First + static_cast<int>(threadIdx.x % Lanes * kChunk);
  if (Lanes * kChunk > Cols - First && col >= Cols)
    return;
  const T *from = source.row(first_row + row) + col;
  const i64 pass_stride = source.stride * kRowsPerPass;
  // The valid passes of this thread, compared with immediates: a row number per pass would take a register
  // each. An invalid row's address may point anywhere, as a copy of 0 bytes does not read: replacing it would
  // cost two selects a copy and two registers a tensor in every loop.
  const int begin = valid_begin - first_row - row;
  const int end = valid_end - first_row - row;
#pragma unroll
  for (int down = 0; down < Rows; down += kRowsPerPass) {
    if (Rows % kRowsPerPass != 0 && row + down >= Rows)
      return;
    const bool inside = begin <= down && down < end && where(first_row + row + down);
#pragma unroll
    for (int panel = 0; panel < Panels; ++panel) {
      const bool stored = Cols == SourceCols || col + panel * kPanel < SourceCols;
      Mover::move_16(destination.address(row + down, col + panel * kPanel), from + panel * kPanel,
                     inside && stored);
    }
    from += pass_stride;
  }
}

/// Moves rows first_row .. first_row + Rows - 1 of `source` to `destination`.
///
/// A row outside [valid_begin, valid_end) is zero-filled: NaN in padding or beyond the last key cannot reach
/// a result, not even as 0 * NaN. So are columns that the source lacks. `where(row)` narrows the valid rows
/// further.
template <class Mover, int Threads, class T, int Rows, int Cols, int SourceCols, class Where>
ATTNC_DEVICE void copy_tile(SharedTile<T, Rows, Cols> destination, GlobalRows<const T, SourceCols> source,
                            int first_row, int valid_begin, int valid_end, Where const &where) {
  constexpr int kPanel = SharedTile<T, Rows, Cols>::kPanel;
  constexpr int kChunks = 16 / static_cast<int>(sizeof(T));
  constexpr int kFull = Cols / kPanel, kRest = Cols % kPanel / kChunks;
  static_assert(Cols - SourceCols >= 0 && Cols - SourceCols < 16,
                "a tile pads its source to whole mma steps");
  constexpr int kWhole = Cols / kChunks;
  if constexpr (Cols % kPanel == 0 && Threads % kWhole == 0) // whole rows: fewest registers
    copy_panels<Mover, Threads, 0, kWhole, 1>(destination, source, first_row, valid_begin, valid_end, where);
  else if constexpr (kFull > 0)
    copy_panels<Mover, Threads, 0, 8, kFull>(destination, source, first_row, valid_begin, valid_end, where);
  if constexpr (kRest > 0)
    copy_panels<Mover, Threads, kFull * kPanel,
                kRest == 2   ? 2
                : kRest <= 4 ? 4
                             : 8,
                1>(destination, source, first_row, valid_begin, valid_end, where);
}

} // namespace attnc::block
