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
    if (!writes && quickRead(actor, cell, mask))
      return {};
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
    When write, older;         ///< of different bytes
    uint8_t lanes[kCellBytes]; ///< that wrote each byte
    uint32_t split = 0;        ///< index of the first of 16 cells, one a byte
  };

  /// A read of bytes that one earlier piece has written, or nobody: by far the most common access.
  bool quickRead(const Actor &actor, size_t index, uint16_t mask) {
    const Cell &cell = cells[index];
    const WarpOrder &order = *actor.order;
    uint32_t clock = order.clock(), writer = cell.write.warp;
    bool ordered = writer == order.warp() ? cell.write.clock != clock
                                          : order.knows(order.cta(), writer, cell.write.clock);
    if (cell.split != 0 || cell.older.mask != 0 || (cell.write.mask != 0 && !ordered) ||
        actor.memoryOrder != 0)
      return false;
    When &mine = reads[index * warps + order.warp()];
    mask |= mine.clock == clock && mine.strong == 0 ? mine.mask : 0;
    mine = whenOf(actor, mask);
    return true;
  }

  /// Whether the write `when` to bytes of `mask` races with an access of `actor`.
  static bool races(const Actor &actor, const Cell &cell, const When &when, uint16_t mask,
                    Conflict &conflict);
  Conflict one(const Actor &actor, size_t cell, uint16_t mask, bool writes, bool &split);
  Conflict each(const Actor &actor, size_t cell, uint16_t mask, bool writes);
  void splitCell(size_t cell);

  std::vector<Cell> cells; ///< of the memory, then of split cells
  std::vector<When> reads; ///< by cell and warp
  uint32_t warps = 0;
};

} // namespace attnc::sim
