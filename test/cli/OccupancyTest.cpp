// OccupancyTest.cpp - blocks of an SM, by hand.
#include "tools/attnc/Occupancy.h"

#include <gtest/gtest.h>

using namespace attnc;
using namespace attnc::cli;

namespace {

Occupancy on(const char *arch, BlockDemand block) { return occupancyOf(block, *Target::parse(arch)); }

TEST(Occupancy, EachResourceLimits) {
  // 211 registers take 27 units of 256 a warp: 6912, of which a quarter of 16384 holds 2.
  const Occupancy registers = on("sm_90", {128, 211, 40960});
  EXPECT_EQ(registers.blocks, 2);
  EXPECT_EQ(registers.warps, 8);
  EXPECT_EQ(registers.mostWarps, 64);
  EXPECT_EQ(registers.limitedBy, "registers");
  // 3 blocks of 81920 + 1024 bytes are 248832 of 233472; 128 registers would let 4 in.
  const Occupancy shared = on("sm_90", {128, 128, 81920});
  EXPECT_EQ(shared.blocks, 2);
  EXPECT_EQ(shared.limitedBy, "shared memory");
  const Occupancy threads = on("sm_86", {512, 32, 0});
  EXPECT_EQ(threads.blocks, 3);
  EXPECT_EQ(threads.mostWarps, 48);
  EXPECT_EQ(threads.limitedBy, "threads");
  const Occupancy blocks = on("sm_86", {32, 32, 0});
  EXPECT_EQ(blocks.blocks, 16);
  EXPECT_EQ(blocks.limitedBy, "blocks");
}

TEST(Occupancy, RoundsUp) {
  // 168 registers are 5376 a warp, 3 in a quarter: 12 warps. 169 are 5632 after rounding: 2 in a quarter.
  EXPECT_EQ(on("sm_90", {128, 168, 0}).blocks, 3);
  EXPECT_EQ(on("sm_90", {128, 169, 0}).blocks, 2);
  // 8 warps at 255 registers: all of the file.
  EXPECT_EQ(on("sm_80", {256, 255, 0}).blocks, 1);
  EXPECT_EQ(on("sm_80", {288, 255, 0}).blocks, 0);
}

} // namespace
