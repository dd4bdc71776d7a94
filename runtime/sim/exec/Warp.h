// Warp.h - one warp: registers, splits, pending copies, and the loop that runs them.
//
// Knows its CTA only through shared memory and the barrier interface.
#pragma once

#include "runtime/sim/check/Counters.h"
#include "runtime/sim/check/GlobalRaces.h"
#include "runtime/sim/check/MemoryMap.h"
#include "runtime/sim/check/SharedMemory.h"
#include "runtime/sim/exec/Handlers.h"

#include <string>

namespace attnc::sim {

class Cta;

/// Why a split does not run.
enum class Wait : uint8_t { None, Collective, WarpSync, Barrier };

/// Lanes that are at the same place. The one with the lowest pc runs; equal places merge.
struct Split {
  uint32_t pc = 0;
  uint32_t mask = 0;
  Wait wait = Wait::None;
  uint8_t barrier = 0; ///< when waiting for one
  uint32_t member = 0; ///< of a WarpSync
};

/// A cp.async of one warp that has been issued and has not landed.
struct PendingCopy {
  uint32_t mask;
  uint32_t bytes;
  uint32_t dst[kLanes];
  uint64_t src[kLanes];
  uint8_t srcBytes[kLanes];
  uint32_t group[kLanes];
};

enum class WarpState : uint8_t { Runnable, Blocked, Done, Faulted };

class Warp : public LaneCtx {
public:
  void start(Cta &cta, const Kernel &kernel, uint32_t index, uint32_t alive, const MemoryMap &global,
             SharedMemory &shared, GlobalRaces *races, const uint8_t *params, PcCounter *stats);

  /// Runs at most `quantum` instructions, and counts them in `executed`.
  WarpState run(uint64_t quantum, uint64_t &executed);

  /// Records a fault of `lane`; always answers false, so that handlers can return it.
  bool fail(uint32_t lane, std::string message);

  uint32_t *regs(RegRef ref) { return bank[ref >> 31] + static_cast<size_t>(ref & ~kConstantBank) * kLanes; }
  uint64_t *regs64(RegRef ref) { return reinterpret_cast<uint64_t *>(regs(ref)); }
  uint32_t pred(RegRef ref) const { return preds[ref >> 1] ^ (0u - (ref & 1)); }
  void setPred(RegRef ref, uint32_t mask, uint32_t value) {
    preds[ref >> 1] = (preds[ref >> 1] & ~mask) | (value & mask);
  }
  uint32_t pcOf(const Inst &in) const { return static_cast<uint32_t>(&in - kernel->code.data()); }
  PcCounter &counter(const Inst &in) { return stats[&in - kernel->code.data()]; }

  // State that handlers use.
  Cta *cta = nullptr;
  const Kernel *kernel = nullptr;
  const MemoryMap *global = nullptr;
  SharedMemory *shared = nullptr;
  const uint8_t *params = nullptr;
  PcCounter *stats = nullptr;
  std::vector<uint8_t> local;
  const MemoryRange *recent = nullptr; ///< the global range hit last
  WarpOrder order;
  GlobalRaces *races = nullptr; ///< of the launch; nullptr: not checked
  std::vector<PendingCopy> copies;
  uint32_t committed[kLanes] = {}; ///< cp.async groups closed, a lane

  uint32_t index = 0;
  uint32_t alive = 0;
  std::vector<Split> splits;
  uint64_t clock = 0; ///< instructions run

  std::string fault;
  uint32_t faultLane = 0;
  uint32_t faultPc = 0;
  Conflict faultOther; ///< the other side, where the fault is a race

private:
  enum class Step : uint8_t { Continue, Reselect, Fault };

  void mergeSplits();
  int pick();
  bool recheckParked();
  Step control(const Inst &in, size_t at, uint32_t &pc, uint32_t &mask, uint32_t active);
  Step branch(const Inst &in, size_t at, uint32_t &pc, uint32_t &mask, uint32_t taken);
  Step branchTable(const Inst &in, size_t at, uint32_t &pc, uint32_t &mask, uint32_t active);
  Step collective(const Inst &in, size_t at, uint32_t &pc, uint32_t active);
  Step warpSync(const Inst &in, size_t at, uint32_t &pc, uint32_t active);
  Step barrier(const Inst &in, size_t at, uint32_t &pc, uint32_t active);
  bool groupsComplete(const Inst &in, uint32_t active);
  bool releaseWarpSync();
  /// Follows what may be undefined through one instruction. False: it reads such a register where it must not.
  bool follow(uint32_t pc, uint32_t mask, uint32_t active);

  LaneVector registers;
  std::vector<uint32_t> predicates;
  std::vector<uint32_t> undefined; ///< lanes, by followed register
  bool rotate = false;  ///< let another split go first, once
  uint64_t starved = 0; ///< instructions run while more than one split wanted to
  uint32_t lastRun = 0;
};

} // namespace attnc::sim
