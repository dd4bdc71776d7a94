// classify_tiles.cuh - one word of a block map: which of 32 key tiles a block's rows see, and which as a whole.
//
// Must not know masks: it asks.
#pragma once

#include "attnc/core.cuh"

namespace attnc::attn {

/// What the rows [0, rows) of the block see of the TileKv keys from `first` on; keys outside [key_begin, key_end) are
/// hidden. Asked warp by warp; it stops when both a visible and a hidden pair were found.
template <int TileKv, class F>
ATTNC_DEVICE void classify_tile(int first, int rows, int key_begin, int key_end, F const &visible, bool &some,
                                bool &all) {
  some = false;
  all = key_begin <= first && first + TileKv <= key_end;
  if (first >= key_end || first + TileKv <= key_begin)
    return;
  for (int row = 0; row < rows && !(some && !all); ++row) {
    bool any = false, every = true;
    for (int key = first + lane_index(); key < first + TileKv; key += 32) {
      const bool sees = key_begin <= key && key < key_end && visible(row, key);
      any |= sees;
      every &= sees;
    }
    some |= __any_sync(kFullWarp, any) != 0;
    all &= __all_sync(kFullWarp, every) != 0;
  }
}

/// Writes word `word` of a row that BlockWalk reads. A warp takes 8 tiles at a time, a byte of the word.
template <int Warps, int TileKv, class F>
ATTNC_DEVICE void classify_tiles(int *row, int words, int word, int rows, int key_begin, int key_end,
                                 F const &visible) {
  for (int byte = warp_index(); byte < 4; byte += Warps) {
    unsigned shown = 0, full = 0;
    for (int tile = 0; tile < 8; ++tile) {
      bool some, all;
      classify_tile<TileKv>(((word * 4 + byte) * 8 + tile) * TileKv, rows, key_begin, key_end, visible, some, all);
      shown |= (some ? 1u : 0u) << tile;
      full |= (some && all ? 1u : 0u) << tile;
    }
    if (lane_index() == 0) {
      reinterpret_cast<unsigned char *>(row + word)[byte] = static_cast<unsigned char>(shown);
      reinterpret_cast<unsigned char *>(row + words + word)[byte] = static_cast<unsigned char>(full);
    }
  }
}

} // namespace attnc::attn
