// copy_joined.cuh - a tile of joined rows to shared memory.
//
// TileCopy for them: a tile of one view is copied as that view's rows are, and the one tile where they meet row by row.
#pragma once

#include "attnc/block/copy_blocks.cuh"
#include "attnc/tile/joined_rows.cuh"

namespace attnc::block {

/// 16 bytes of a row, from column `col` on: by the Mover where it can, else through registers.
template <class Mover, class Source>
ATTNC_DEVICE void move_chunk(unsigned shared, Source source, int row, int col) {
  if constexpr (Source::kStrided || Source::kAlign < 4)
    atom::store_shared_16(shared, source.chunk(row, col));
  else
    Mover::template move_16<Source::kAlign>(shared, source.row(row) + col, true);
}

template <class Prior, class Active> struct TileCopy<JoinedRows<Prior, Active>> {
  template <class Mover, int Threads, class T, int Rows, int Cols, class Where>
  ATTNC_DEVICE static void run(SharedTile<T, Rows, Cols> destination, JoinedRows<Prior, Active> source, int first_row,
                               int valid_begin, int valid_end, Where const &where) {
    const int begin = source.begin;
    if (first_row + Rows <= begin) // lanes look up rows behind the tile too, if they are valid: those from `begin` on have no entry
      TileCopy<Prior>::template run<Mover, Threads>(destination, source.prior, first_row, valid_begin,
                                                    valid_end < begin ? valid_end : begin, where);
    else if (first_row >= begin)
      TileCopy<Active>::template run<Mover, Threads>(destination, source.active, first_row - begin, valid_begin - begin,
                                                     valid_end - begin, [&](int row) { return where(row + begin); });
    else
      copy_both<Mover, Threads>(destination, source, first_row, valid_begin, valid_end, where);
  }

private:
  template <class Mover, int Threads, class T, int Rows, int Cols, class Where>
  ATTNC_DEVICE static void copy_both(SharedTile<T, Rows, Cols> destination, JoinedRows<Prior, Active> source, int first_row,
                                     int valid_begin, int valid_end, Where const &where) {
    constexpr int kChunk = 16 / static_cast<int>(sizeof(T)), kChunks = Cols / kChunk;
#pragma unroll 1 // one tile of a request
    for (int i = static_cast<int>(threadIdx.x); i < Rows * kChunks; i += Threads) {
      const int row = i / kChunks, col = i % kChunks * kChunk, from = first_row + row;
      const unsigned shared = destination.address(row, col);
      const bool stored = Cols == Prior::kCols || col < Prior::kCols;
      if (!stored || from < valid_begin || from >= valid_end || !where(from))
        atom::store_shared_16(shared, atom::Bytes16{});
      else if (from < source.begin)
        move_chunk<Mover>(shared, source.prior, from, col);
      else
        move_chunk<Mover>(shared, source.active, from - source.begin, col);
    }
  }
};

} // namespace attnc::block
