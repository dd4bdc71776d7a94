// Occupancy.cpp - one quotient a resource, the least of them.
#include "tools/attnc/Occupancy.h"

#include <utility>

namespace attnc::cli {

static int roundUp(int value, int unit) { return (value + unit - 1) / unit * unit; }

Occupancy occupancyOf(const BlockDemand &block, const Target &target) {
  constexpr int kQuarters = 4, kRegisterUnit = 256, kSharedUnit = 128, kWarp = 32;
  const int warps = (block.threads + kWarp - 1) / kWarp;
  const int registersOfWarp = roundUp(block.registers * kWarp, kRegisterUnit);
  const int warpsByRegisters = target.registersPerSm / kQuarters / registersOfWarp * kQuarters;
  const int shared = roundUp(block.sharedBytes + target.sharedBytesReserved, kSharedUnit);
  Occupancy out;
  out.mostWarps = target.maxThreadsPerSm / kWarp;
  out.blocks = target.maxBlocksPerSm;
  out.limitedBy = "blocks";
  for (const auto &[blocks, resource] : {std::pair(out.mostWarps / warps, "threads"),
                                         {target.sharedBytesPerSm / shared, "shared memory"},
                                         {warpsByRegisters / warps, "registers"}})
    if (blocks < out.blocks) {
      out.blocks = blocks;
      out.limitedBy = resource;
    }
  out.warps = out.blocks * warps;
  return out;
}

} // namespace attnc::cli
