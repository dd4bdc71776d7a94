// GlobalRaces.h - who touched each byte of global memory last in one launch, and whether a new access races
// with that.
//
// Like SharedRaces, for all warps of all CTAs: two accesses to a byte, one of them a write, must be ordered
// by barriers within a CTA and by release and acquire between CTAs, or both be strong in a scope that holds
// both. Of readers the two latest of a cell are kept. Safe to use from several host threads.
#pragma once

#include "runtime/sim/check/MemoryMap.h"
#include "runtime/sim/check/Touch.h"

#include <atomic>
#include <deque>
#include <mutex>
#include <unordered_map>

namespace attnc::sim {

/// Locations that strong accesses synchronise on, of one CTA's shared memory or of a launch.
class SyncTable {
public:
  template <class F> void at(uint64_t address, F use) {
    std::lock_guard lock(mutex);
    use(variables[address]);
  }
  void clear() { variables.clear(); }

private:
  std::mutex mutex;
  std::unordered_map<uint64_t, SyncVariable> variables;
};

class GlobalRaces {
public:
  /// For a launch over `memory`, which must live as long. `concurrent`: CTAs run on several host threads.
  GlobalRaces(const MemoryMap &memory, bool concurrent);
  ~GlobalRaces();
  GlobalRaces(const GlobalRaces &) = delete;
  GlobalRaces &operator=(const GlobalRaces &) = delete;

  /// Checks and remembers accesses of `bytes` (at most 64, a power of two) by the lanes of `mask`, each
  /// within an allocation. `actor` is any of them; on a conflict its lane becomes the one that conflicts.
  Conflict access(Actor &actor, const uint64_t *address, uint32_t mask, uint32_t bytes, bool writes);

  SyncTable sync;

private:
  using When = Touch<uint64_t>;
  static constexpr uint32_t kCellBytes = 64;
  struct Cell {
    When write, reads[2];
    uint32_t writer = 0, readers[2] = {0, 0}; ///< linear CTA index + 1
    uint32_t split = 0;                       ///< 1 + index into the stripe's split cells
  };
  struct Split {
    Cell bytes[kCellBytes];
  };
  struct Stripe {
    std::atomic_flag busy = ATOMIC_FLAG_INIT;
    std::deque<Split> splits;
  };
  /// Cells of one allocation, zero until touched.
  struct Shadow {
    Cell *cells = nullptr;
    size_t bytes = 0;
  };

  Conflict line(const Actor &actor, const MemoryRange &range, uint64_t number, uint64_t mask, bool writes);
  static Conflict one(const Actor &actor, Cell &cell, uint64_t mask, bool writes, bool &split);
  static bool ordered(const Actor &actor, uint32_t cta, const When &when);

  static constexpr size_t kStripes = 256;
  const MemoryMap &memory;
  const bool concurrent;
  std::vector<Shadow> shadows; ///< by range of the map
  std::vector<Stripe> stripes{kStripes};
};

} // namespace attnc::sim
