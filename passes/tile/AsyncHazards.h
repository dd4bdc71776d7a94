// AsyncHazards.h - which ops need threads to wait or meet first: the one dependence analysis of shared tiles.
//
// The kernel's straight-line order is replayed with every loop run zero times, then several times, while each
// shared slot remembers who filled it, in which commit group, and whether it was read or written since the
// threads last met. Replaying instead of solving keeps rings, prologues and empty loops in one rule.
#pragma once

#include "dialect/tile/Tile.h"

#include "llvm/ADT/MapVector.h"
#include <optional>

namespace attnc::tile {

/// What must happen before an op runs.
struct HazardNeed {
  std::optional<int64_t> pendingGroups; ///< wait until at most this many groups are under way
  bool sync = false;                    ///< all threads meet (after the wait)

  void merge(const HazardNeed &other) {
    if (other.pendingGroups)
      pendingGroups = pendingGroups ? std::min(*pendingGroups, *other.pendingGroups) : *other.pendingGroups;
    sync |= other.sync;
  }
  bool any() const { return pendingGroups || sync; }
};

/// Needs of every op of the kernel that has one, in program order.
llvm::MapVector<mlir::Operation *, HazardNeed> findHazards(KernelOp kernel);

} // namespace attnc::tile
