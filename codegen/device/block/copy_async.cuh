// copy_async.cuh - a tile of global rows to shared memory by all threads of the block, and the waits for it.
//
// Rows outside the valid range become zero and are never read. Must not decide which tile comes next.
#pragma once

#include "attnc/atom/barrier.cuh"
#include "attnc/atom/cp_async.cuh"
#include "attnc/tile/global_rows.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::block {

/// Starts the copy of rows first_row .. first_row + Rows - 1 of `source` to `destination`.
///
/// A row outside [valid_begin, valid_end) is zero-filled: NaN in padding or beyond the last key cannot reach
/// a result, not even as 0 * NaN. Complete after copy_commit, copy_wait and sync.
template <int Threads, class T, int Rows, int Cols>
ATTNC_DEVICE void copy_async(SharedTile<T, Rows, Cols> destination, GlobalRows<const T, Cols> source,
                             int first_row, int valid_begin, int valid_end) {
  constexpr int kChunk = 16 / static_cast<int>(sizeof(T));
  constexpr int kChunksPerRow = Cols / kChunk;
  constexpr int kRowsPerPass = Threads / kChunksPerRow;
  static_assert(kRowsPerPass * kChunksPerRow == Threads, "a pass copies whole rows");
  static_assert(Rows % kRowsPerPass == 0, "a tile takes whole passes");

  const int row = static_cast<int>(threadIdx.x) / kChunksPerRow;
  const int col = static_cast<int>(threadIdx.x) % kChunksPerRow * kChunk;
  const T *from = source.row(first_row + row) + col;
  const i64 pass_stride = source.stride * kRowsPerPass;
  // The valid passes of this thread. Compared with immediates: a row number per pass would take a register each.
  const int begin = valid_begin - first_row - row;
  const int end = valid_end - first_row - row;
#pragma unroll
  for (int pass = 0; pass < Rows / kRowsPerPass; ++pass) {
    const int down = pass * kRowsPerPass;
    const bool inside = begin <= down && down < end;
    // An invalid row's address is replaced as well, so that none points outside.
    atom::cp_async_16(destination.address(row + down, col), inside ? from : source.data, inside ? 16 : 0);
    from += pass_stride;
  }
}

/// Closes the group of the copies started since the last call.
ATTNC_DEVICE void copy_commit() { atom::cp_async_commit(); }
/// Waits until at most `Pending` groups of this thread are in flight. Other threads' copies need sync() too.
template <int Pending> ATTNC_DEVICE void copy_wait() { atom::cp_async_wait<Pending>(); }
/// All threads of the block arrive before any goes on.
ATTNC_DEVICE void sync() { atom::barrier(); }

} // namespace attnc::block
