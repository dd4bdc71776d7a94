// Touch.h - one remembered access to a piece of memory, and the vocabulary of race reports.
//
// Shared by the shadows of shared and global memory, which keep these for a few bytes at a time.
#pragma once

#include "runtime/sim/check/Order.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace attnc::sim {

/// Who accesses: one lane of a warp at an instruction.
struct Actor {
  const WarpOrder *order;
  uint32_t pc;
  uint8_t memoryOrder; ///< MemoryOrder bits
  uint8_t lane;        ///< kWholeWarp: all of them
};
constexpr uint8_t kWholeWarp = 0xff;

/// Piece, warp, strength and place of an access to the bytes `mask` of a cell, packed.
template <class Mask> struct Touch {
  uint32_t clock : 20 = 0;
  uint32_t warp : 5 = 0;
  uint32_t lane : 5 = 0;   ///< of an access by one lane
  uint32_t strong : 2 = 0; ///< 1: within the CTA, 2: everywhere
  std::conditional_t<sizeof(Mask) == 2, uint16_t, uint32_t> pc =
      0;         ///< its largest value: that or any later one
  Mask mask = 0; ///< 0: nothing remembered

  Touch() = default;
  Touch(const Actor &actor, Mask bytes) : mask(bytes) {
    clock = actor.order->clock() & kLastPiece;
    warp = actor.order->warp() & 31;
    lane = actor.lane & 31;
    strong = (actor.memoryOrder & kStrong) == 0 ? 0 : (actor.memoryOrder & kCtaScope) ? 1 : 2;
    pc = static_cast<decltype(pc)>(std::min<uint32_t>(actor.pc, std::numeric_limits<decltype(pc)>::max()));
  }
  /// The same warp between the same two synchronisations, in the same way.
  bool samePiece(const Touch &other) const {
    return clock == other.clock && warp == other.warp && strong == other.strong;
  }
};

/// The other side of a race.
struct Conflict {
  bool found = false;
  bool otherWrites = false;
  bool sameWarp = false; ///< lanes of one warp without bar.warp.sync between
  uint64_t cta = 0;
  uint32_t warp = 0, lane = kWholeWarp; ///< kWholeWarp: not remembered
  uint32_t pc = 0;
  uint64_t mask = 0; ///< bytes of the cell that both touch
};

} // namespace attnc::sim
