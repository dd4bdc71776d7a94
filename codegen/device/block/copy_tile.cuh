// copy_tile.cuh - which thread moves which 16 bytes of a tile of global rows to shared memory.
//
// How 16 bytes are moved is the Mover's business: `move_16<Align>(shared, global, inside)` stores zeros and reads
// nothing unless `inside`; the address is a multiple of Align bytes. Must not wait, nor decide which tile comes next.
#pragma once

#include "attnc/tile/global_rows.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::block {

/// Threads for the chunks of a row that fill no panel: 2, 4 or 8.
template <int Chunks> constexpr int kPanelLanes = Chunks == 2 ? 2 : Chunks <= 4 ? 4 : 8;

/// Copies the columns [First, First + Panels * Lanes chunks) of a tile, Lanes threads a row and panel.
template <class Mover, int Threads, int First, int Lanes, int Panels, class T, int Rows, int Cols,
          int SourceCols, int Align, class Where>
ATTNC_DEVICE void copy_panels(SharedTile<T, Rows, Cols> destination, GlobalRows<const T, SourceCols, Align> source,
                              int first_row, int valid_begin, int valid_end, Where const &where) {
  constexpr int kChunk = 16 / static_cast<int>(sizeof(T));
  constexpr int kPanel = SharedTile<T, Rows, Cols>::kPanel;
  constexpr int kRowsPerPass = Threads / Lanes;

  const int thread = static_cast<int>(threadIdx.x);
  int row = thread / Lanes;
  if constexpr (Lanes < 8 && kRowsPerPass % 8 == 0)
    row = swizzled_row<Lanes>(thread);
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
    // Not `&&`: branches around `where` cost more than comparing integers (streaming-llm: 52 instructions a tile).
    const bool inside = (begin <= down) & (down < end) & where(first_row + row + down);
#pragma unroll
    for (int panel = 0; panel < Panels; ++panel) {
      const bool stored = Cols == SourceCols || col + panel * kPanel < SourceCols;
      Mover::template move_16<Align>(destination.address(row + down, col + panel * kPanel),
                                     from + panel * kPanel, inside && stored);
    }
    from += pass_stride;
  }
}

/// Copies a tile through registers, one 16-byte chunk after the other, where no Mover can: it has arrived when this
/// returns. Neighbouring lanes take neighbouring rows if RowsFirst, else neighbouring chunks of a row.
template <int Threads, bool RowsFirst, class T, int Rows, int Cols, int SourceCols, class Source, class Where>
ATTNC_DEVICE void copy_chunks(SharedTile<T, Rows, Cols> destination, Source source, int first_row, int valid_begin,
                              int valid_end, Where const &where) {
  constexpr int kChunk = 16 / static_cast<int>(sizeof(T));
  constexpr int kChunks = Cols / kChunk;
#pragma unroll 1 // the loads of one chunk in flight a thread; more take the registers of the loop around
  for (int i = static_cast<int>(threadIdx.x); i < Rows * kChunks; i += Threads) {
    const int row = RowsFirst ? i % Rows : i / kChunks;
    const int col = (RowsFirst ? i / Rows : i % kChunks) * kChunk;
    const int from = first_row + row;
    const bool inside = valid_begin <= from && from < valid_end && (Cols == SourceCols || col < SourceCols);
    atom::Bytes16 chunk{};
    if (inside && where(from))
      chunk = source.chunk(from, col);
    atom::store_shared_16(destination.address(row, col), chunk);
  }
}

/// How a tile of each kind of rows is copied; see copy_tile. Rows in blocks: copy_blocks.cuh.
template <class Source> struct TileCopy;

template <class T, int SourceCols, int Align> struct TileCopy<GlobalRows<const T, SourceCols, Align>> {
  template <class Mover, int Threads, int Rows, int Cols, class Where>
  ATTNC_DEVICE static void run(SharedTile<T, Rows, Cols> destination, GlobalRows<const T, SourceCols, Align> source,
                               int first_row, int valid_begin, int valid_end, Where const &where) {
    constexpr int kPanel = SharedTile<T, Rows, Cols>::kPanel;
    constexpr int kChunks = 16 / static_cast<int>(sizeof(T));
    constexpr int kFull = Cols / kPanel, kRest = Cols % kPanel / kChunks;
    constexpr int kWhole = Cols / kChunks;
    constexpr bool kMoves = Align >= 4;
    if constexpr (!kMoves)
      copy_chunks<Threads, false, T, Rows, Cols, SourceCols>(destination, source, first_row, valid_begin, valid_end,
                                                             where);
    else if constexpr (Cols % kPanel == 0 && Threads % kWhole == 0) // whole rows: fewest registers
      copy_panels<Mover, Threads, 0, kWhole, 1>(destination, source, first_row, valid_begin, valid_end, where);
    else if constexpr (kFull > 0)
      copy_panels<Mover, Threads, 0, 8, kFull>(destination, source, first_row, valid_begin, valid_end, where);
    if constexpr (kMoves && kRest > 0)
      copy_panels<Mover, Threads, kFull * kPanel, kPanelLanes<kRest>, 1>(destination, source, first_row, valid_begin,
                                                                    valid_end, where);
  }
};

/// Rows whose elements are not contiguous; lanes go along the rows, where neighbours usually lie.
template <class T, int SourceCols> struct TileCopy<StridedRows<const T, SourceCols>> {
  template <class, int Threads, int Rows, int Cols, class Where>
  ATTNC_DEVICE static void run(SharedTile<T, Rows, Cols> destination, StridedRows<const T, SourceCols> source,
                               int first_row, int valid_begin, int valid_end, Where const &where) {
    copy_chunks<Threads, true, T, Rows, Cols, SourceCols>(destination, source, first_row, valid_begin, valid_end, where);
  }
};

/// Moves rows first_row .. first_row + Rows - 1 of `source` to `destination`.
///
/// A row outside [valid_begin, valid_end) is zero-filled: NaN in padding or beyond the last key cannot reach
/// a result, not even as 0 * NaN. So are columns that the source lacks. `where(row)` narrows the valid rows
/// further.
template <class Mover, int Threads, class T, int Rows, int Cols, class Source, class Where>
ATTNC_DEVICE void copy_tile(SharedTile<T, Rows, Cols> destination, Source source, int first_row, int valid_begin,
                            int valid_end, Where const &where) {
  static_assert(Cols - Source::kCols >= 0 && Cols - Source::kCols < 16, "a tile pads its source to whole mma steps");
  TileCopy<Source>::template run<Mover, Threads>(destination, source, first_row, valid_begin, valid_end, where);
}

} // namespace attnc::block
