// SharedRaces.h - who touched each byte of one CTA's shared memory last, and whether a new access races with
// that.
//
// Exact for writes; of reads each warp's latest of a cell is kept, so a report is always a race and a race
// between a write and a read two synchronisations earlier may go unseen. Lanes of one warp are told apart for
// reads after writes and writes after writes.
#pragma once

#include "runtime/sim/check/Touch.h"

#include <cstddef>
#include <vector>

namespace attnc::sim {

class SharedRaces {
public:
  /// Forgets everything; for `bytes` bytes and `warps` warps.
  void reset(uint32_t bytes, uint32_t warps);

  /// Checks and remembers an access of `bytes` (at most 16, aligned) at offset `at`.
  Conflict access(const Actor &actor, uint32_t at, uint32_t bytes, bool writes) {
    size_t cell = at / kCellBytes;
    uint16_t mask = cellMask(at, bytes);
    if (cells[cell].split == 0) {
      bool split = false;
      Conflict conflict = one(actor, cell, mask, writes, split);
      if (!split)
        return conflict;
      splitCell(cell);
    }
    return each(actor, cell, mask, writes);
  }

private:
  /// 16 bytes, or one byte of 16 that have been split.
  struct Cell {
    When write;
    uint8_t lanes[kCellBytes]; ///< that wrote each byte
    uint32_t split = 0;        ///< index of the first of 16 cells, one a byte
  };

  Conflict one(const Actor &actor, size_t cell, uint16_t mask, bool writes, bool &split);
  Conflict each(const Actor &actor, size_t cell, uint16_t mask, bool writes);
  void splitCell(size_t cell);

  std::vector<Cell> cells; ///< of the memory, then of split cells
  std::vector<When> reads; ///< by cell and warp
  uint32_t warps = 0;
};

} // namespace attnc::sim
