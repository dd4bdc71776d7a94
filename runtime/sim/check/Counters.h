// Counters.h - what a launch did, per instruction, and its summary as JSON.
//
// Counts only what PTX determines; no time, no occupancy.
#pragma once

#include "runtime/sim/decode/Kernel.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace attnc::sim {

/// One instruction of a kernel, summed over warps. A cp.async counts on both sides: it reads global and
/// writes shared memory.
struct PcCounter {
  uint64_t executions = 0;
  uint64_t issued = 0; ///< executions with at least one lane
  uint64_t lanes = 0;  ///< that were active, guard included

  uint64_t requests = 0; ///< of global memory: executions with at least one lane
  uint64_t sectors = 0;  ///< 32 bytes each, different ones of a request; no cache is modelled
  uint64_t bytes = 0;    ///< asked for by active lanes

  uint64_t sharedRequests = 0;
  uint64_t wavefronts = 0; ///< passes over shared memory
  uint64_t ideal = 0;      ///< passes without bank conflicts
  uint64_t sharedBytes = 0;

  void add(const PcCounter &other);
};

struct LaunchCounters {
  std::vector<PcCounter> perInstruction;
  uint64_t ctas = 0;

  void add(const LaunchCounters &other);
};

/// One launch as a JSON object; `lines` (check/LineCounters.h) has it by line of the kernel's text.
std::string countersJson(const Kernel &kernel, const LaunchCounters &counters,
                         const std::array<uint32_t, 3> &grid, uint32_t threads);

/// Passes that shared memory needs for lanes that each access `bytes` (a power of two, at most 16) at
/// `address`: phases of 128 bytes, each as many passes as its busiest bank has different words. `ideal` is
/// the number of phases with a lane in them.
void countWavefronts(const uint32_t *address, uint32_t mask, uint32_t bytes, uint64_t &wavefronts,
                     uint64_t &ideal);

/// Different 32-byte sectors that the lanes touch.
uint32_t countSectors(const uint64_t *address, uint32_t mask, uint32_t bytes);

} // namespace attnc::sim
