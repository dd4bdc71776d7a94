// Touch.h - one remembered access to a piece of memory, and the vocabulary of race reports.
//
// Shared by the shadows of shared and global memory, which keep these for 16 bytes at a time.
#pragma once

#include "runtime/sim/check/Order.h"

#include <algorithm>

namespace attnc::sim {

/// Memory is remembered in cells of this size; a byte set of a cell is a 16-bit mask.
constexpr uint32_t kCellBytes = 16;

/// The bytes of a cell that an access of `bytes` bytes (at most 16, aligned) at `address` touches.
inline uint16_t cellMask(uint64_t address, uint32_t bytes) {
  return static_cast<uint16_t>(((1u << bytes) - 1) << (address % kCellBytes));
}

/// Who accesses: one lane of a warp at an instruction.
struct Actor {
  const WarpOrder *order;
  uint32_t pc;
  uint8_t memoryOrder; ///< MemoryOrder bits
  uint8_t lane;
};

/// Piece, warp, strength and place of an access, packed.
struct When {
  uint32_t clock : 25 = 0;
  uint32_t warp : 5 = 0;
  uint32_t strong : 2 = 0; ///< 1: within the CTA, 2: everywhere
  uint16_t pc = 0;         ///< 65535: that or any later one
  uint16_t mask = 0;       ///< bytes of the cell; 0: nothing remembered
};

inline When whenOf(const Actor &actor, uint16_t mask) {
  When when;
  when.clock = actor.order->clock() & 0x1ffffff;
  when.warp = actor.order->warp() & 31;
  when.strong = (actor.memoryOrder & kStrong) == 0 ? 0 : (actor.memoryOrder & kCtaScope) ? 1 : 2;
  when.pc = static_cast<uint16_t>(std::min<uint32_t>(actor.pc, 0xffff));
  when.mask = mask;
  return when;
}

/// The other side of a race.
struct Conflict {
  bool found = false;
  bool otherWrites = false;
  bool sameWarp = false; ///< lanes of one warp without bar.warp.sync between
  uint64_t cta = 0;
  uint32_t warp = 0, lane = 0xff; ///< 0xff: not remembered
  uint32_t pc = 0;
};

} // namespace attnc::sim
