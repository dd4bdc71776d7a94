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

  /// Checks and remembers an access of `bytes` (at most 16, aligned) at offset `at`. False: it races with
  /// `conflict`.
  bool access(const Actor &actor, uint32_t at, uint32_t bytes, bool writes, Conflict &conflict) {
    size_t cell = at / kCellBytes;
    uint16_t mask = static_cast<uint16_t>(((1u << bytes) - 1) << (at % kCellBytes));
    if (writes ? quickWrite(actor, cell, mask) : quickRead(actor, cell, mask))
      return true;
    conflict = slow(actor, cell, mask, writes);
    return !conflict.found;
  }

private:
  using When = Touch<uint16_t>;
  static constexpr uint32_t kCellBytes = 16;
  /// In When::strong of a cell's hot write: look at the cold part, as several lanes or pieces have written
  /// it.
  static constexpr uint32_t kCold = 3;

  /// What most accesses do not need of a cell (16 bytes, or one byte of 16 that have been split).
  struct Cold {
    When write, older;              ///< of different bytes; used where the hot write says so
    uint8_t lanes[kCellBytes] = {}; ///< that wrote each byte
    uint32_t split = 0;             ///< index of the first of 16 cells, one a byte
  };

  /// The last write of a cell, then each warp's last read: one cache line for up to seven warps.
  When *hotOf(size_t cell) { return hot.data() + cell * (1 + warps); }

  /// A read of bytes that one earlier piece has written, or nobody: by far the most common access.
  bool quickRead(const Actor &actor, size_t cell, uint16_t mask) {
    When *at = hotOf(cell);
    const WarpOrder &order = *actor.order;
    if (!followsWrite(actor, *at))
      return false;
    When &mine = at[1 + order.warp()];
    When now(actor, mask);
    now.mask |= mine.samePiece(now) ? mine.mask : 0;
    mine = now;
    return true;
  }

  /// A write by one lane that covers what one earlier piece has written, after all reads: a copy into a ring.
  bool quickWrite(const Actor &actor, size_t cell, uint16_t mask) {
    When *at = hotOf(cell);
    const WarpOrder &order = *actor.order;
    if (!followsWrite(actor, *at) || (at->mask & ~mask) != 0 || actor.lane == kWholeWarp)
      return false;
    for (uint32_t w = 0; w < warps; ++w)
      if (at[1 + w].mask != 0 && w != order.warp() && !order.knows(order.cta(), w, at[1 + w].clock))
        return false;
    *at = When(actor, mask);
    return true;
  }

  /// Whether a weak access is plainly ordered after the hot write `last`, or there is none.
  static bool followsWrite(const Actor &actor, const When &last) {
    const WarpOrder &order = *actor.order;
    if (last.strong == kCold || actor.memoryOrder != 0)
      return false;
    return last.mask == 0 || (last.warp == order.warp() ? last.clock != order.clock()
                                                        : order.knows(order.cta(), last.warp, last.clock));
  }

  /// Whether the write `when` to bytes of `mask` races with an access of `actor`.
  static bool races(const Actor &actor, const Cold &cell, bool isCold, const When &when, uint16_t mask,
                    Conflict &conflict);
  Conflict slow(const Actor &actor, size_t cell, uint16_t mask, bool writes);
  Conflict one(const Actor &actor, size_t cell, uint16_t mask, bool writes, bool &split);
  void splitCell(size_t cell);

  std::vector<When> hot;  ///< of the cells of the memory, then of split ones
  std::vector<Cold> cold; ///< the same cells
  uint32_t warps = 0;
};

} // namespace attnc::sim
