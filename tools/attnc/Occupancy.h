// Occupancy.h - how many blocks of a kernel an SM holds at once, and what limits them.
//
// The arithmetic of NVIDIA's occupancy calculator: registers are given to warps in units of 256 and to each
// quarter of an SM apart, shared memory to blocks in units of 128 bytes. Must not ask a driver.
#pragma once

#include "attnc/Target.h"

#include <string>

namespace attnc::cli {

struct BlockDemand {
  int threads = 0;
  int registers = 0;   ///< a thread
  int sharedBytes = 0; ///< static and dynamic
};

struct Occupancy {
  int blocks = 0, warps = 0;
  int mostWarps = 0;     ///< that an SM can hold
  std::string limitedBy; ///< "registers", "shared memory", "threads" or "blocks"
};

Occupancy occupancyOf(const BlockDemand &block, const Target &target);

} // namespace attnc::cli
