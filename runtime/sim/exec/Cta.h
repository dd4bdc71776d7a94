// Cta.h - one thread block: its warps, shared memory and barriers, and who runs next.
#pragma once

#include "attnc/Device.h"
#include "runtime/sim/exec/Warp.h"

#include <array>
#include <random>

namespace attnc::sim {

/// What all CTAs of a launch share. Read-only while they run, but for the races.
struct LaunchContext {
  const Kernel *kernel = nullptr;
  const MemoryMap *memory = nullptr;
  GlobalRaces *races = nullptr; ///< nullptr: races and uninitialised reads are not looked for
  const uint8_t *params = nullptr;
  std::array<uint32_t, 3> grid{1, 1, 1};
  uint32_t threads = 0;
  uint32_t dynamicShared = 0;
  uint64_t seed = 0;
  std::string moduleName;
};

/// One of a CTA's 16 barriers while threads wait at it.
struct BarrierState {
  uint32_t expected = 0; ///< threads
  bool implicit = true;  ///< no instruction named a count: every live thread of the CTA
  uint32_t slots = 0;    ///< arrived, in whole warps where the instruction is aligned
  uint32_t lanes = 0;    ///< arrived
  uint32_t count = 0;    ///< arrived lanes whose predicate held, of a reduction
  bool active = false;
  WarpOrder::Barrier order; ///< what those who arrived know
};

class Cta {
public:
  enum class State : uint8_t { Running, Done, Faulted };

  void start(const LaunchContext &context, uint64_t linear, PcCounter *stats);
  /// Runs until about `budget` warp instructions have been executed, and adds them to `executed`.
  State run(uint64_t budget, uint64_t &executed);

  uint64_t linearIndex() const { return index; }
  std::array<uint32_t, 3> positionOf(uint64_t linear) const;
  /// "x,y,z" of a CTA of this launch.
  std::string place(uint64_t linear) const;
  /// Why run() answered Faulted.
  const Status &status() const { return failure; }

  // For warps.
  enum class Arrival : uint8_t { Waits, Passes, Fault };
  /// Lanes `active` of `warp` arrive at the barrier instruction `in`.
  Arrival arrive(Warp &warp, const Inst &in, uint32_t active, uint8_t &barrier);
  void lanesExited(Warp &warp);

private:
  void setSpecials(Warp &warp);
  bool complete(const BarrierState &barrier) const;
  void release(uint8_t id);
  Status report(const Warp &warp, uint32_t pc, uint32_t lane, const std::string &message) const;
  Status reportDeadlock() const;

  const LaunchContext *context = nullptr;
  uint64_t index = 0;
  std::array<uint32_t, 3> position{};
  uint32_t aliveLanes = 0;
  std::vector<Warp> warps;
  std::vector<WarpState> states;
  std::vector<uint32_t> order;
  SharedMemory shared;
  std::array<BarrierState, 16> barriers;
  std::mt19937_64 random;
  Status failure;
};

} // namespace attnc::sim
