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

/// One instruction of a kernel, summed over warps.
struct PcCounter {
  uint64_t executions = 0;
  uint64_t lanes = 0;      ///< that were active, guard included
  uint64_t requests = 0;   ///< of memory: executions with at least one lane
  uint64_t wavefronts = 0; ///< shared memory passes
  uint64_t ideal = 0;      ///< passes without bank conflicts
  uint64_t sectors = 0;    ///< global memory, 32 bytes each
  uint64_t bytes = 0;      ///< asked for by active lanes, global or shared
};

struct LaunchCounters {
  std::vector<PcCounter> perInstruction;
  uint64_t ctas = 0;

  void add(const LaunchCounters &other);
};

/// One launch as a JSON object.
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
