// copy_async.cuh - a tile of global rows to shared memory by all threads of the block, and the waits for it.
//
// Rows outside the valid range become zero and are never read. Must not decide which tile comes next.
#pragma once

#include "attnc/atom/cp_async.cuh"
#include "attnc/block/copy_tile.cuh"
#include "attnc/block/sync.cuh"

namespace attnc::block {

struct AsyncMover {
  template <int Align> ATTNC_DEVICE static void move_16(unsigned shared, const void *global, bool inside) {
    if constexpr (Align == 16)
      atom::cp_async_16(shared, global, inside ? 16 : 0);
    else
      atom::cp_async_pieces<Align>(shared, global, inside ? 16 : 0);
  }
};

/// Starts the copy of rows first_row .. first_row + Rows - 1 of `source` to `destination`; see copy_tile.
/// Complete after copy_commit, copy_wait and sync.
template <int Threads, class T, int Rows, int Cols, class Source, class Where>
ATTNC_DEVICE void copy_async(SharedTile<T, Rows, Cols> destination, Source source, int first_row,
                             int valid_begin, int valid_end, Where const &where) {
  copy_tile<AsyncMover, Threads>(destination, source, first_row, valid_begin, valid_end, where);
}

template <int Threads, class T, int Rows, int Cols, class Source>
ATTNC_DEVICE void copy_async(SharedTile<T, Rows, Cols> destination, Source source, int first_row,
                             int valid_begin, int valid_end) {
  copy_async<Threads>(destination, source, first_row, valid_begin, valid_end, [](int) { return true; });
}

/// Closes the group of the copies started since the last call.
ATTNC_DEVICE void copy_commit() { atom::cp_async_commit(); }
/// Waits until at most `Pending` groups of this thread are in flight. Other threads' copies need sync() too.
template <int Pending> ATTNC_DEVICE void copy_wait() { atom::cp_async_wait<Pending>(); }

} // namespace attnc::block
