// copy.cuh - a tile of global rows to shared memory through registers, for architectures without cp.async.
//
// Rows outside the valid range become zero and are never read. Must not decide which tile comes next.
#pragma once

#include "attnc/atom/load_global.cuh"
#include "attnc/block/copy_tile.cuh"
#include "attnc/block/sync.cuh"

namespace attnc::block {

struct RegisterMover {
  template <int Align> ATTNC_DEVICE static void move_16(unsigned shared, const void *global, bool inside) {
    if constexpr (Align == 16) {
      atom::store_shared_16(shared, atom::load_global_16(global, inside));
    } else {
      atom::Bytes16 chunk{};
      if (inside)
        chunk = atom::load_chunk<Align>(global);
      atom::store_shared_16(shared, chunk);
    }
  }
};

/// Copies rows first_row .. first_row + Rows - 1 of `source` to `destination`; see copy_tile. This thread's
/// part is there on return, the others' after sync.
template <int Threads, class T, int Rows, int Cols, class Source, class Where>
ATTNC_DEVICE void copy(SharedTile<T, Rows, Cols> destination, Source source, int first_row, int valid_begin,
                       int valid_end, Where const &where) {
  copy_tile<RegisterMover, Threads>(destination, source, first_row, valid_begin, valid_end, where);
}

template <int Threads, class T, int Rows, int Cols, class Source>
ATTNC_DEVICE void copy(SharedTile<T, Rows, Cols> destination, Source source, int first_row, int valid_begin,
                       int valid_end) {
  copy<Threads>(destination, source, first_row, valid_begin, valid_end, [](int) { return true; });
}

} // namespace attnc::block
