// PtxasLogTest.cpp - numbers out of what ptxas prints.
#include "runtime/nvrtc/PtxasLog.h"

#include <gtest/gtest.h>

namespace attnc {
namespace {

TEST(PtxasLog, TwoKernelsAndADeviceFunction) {
  const char *log = R"(ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'attend_0a1b2c' for 'sm_90a'
ptxas info    : Function properties for attend_0a1b2c
    8 bytes stack frame, 12 bytes spill stores, 16 bytes spill loads
ptxas info    : Function properties for helper
    96 bytes stack frame, 1 bytes spill stores, 2 bytes spill loads
ptxas info    : Used 182 registers, used 1 barriers, 8 bytes cumulative stack size, 4096 bytes smem
ptxas info    : Compile time = 316.547 ms
ptxas info    : Compiling entry function 'merge' for 'sm_90a'
ptxas info    : Function properties for merge
ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 10 registers, used 0 barriers
)";
  std::vector<KernelResources> out = parsePtxasLog(log);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].kernel, "attend_0a1b2c");
  EXPECT_EQ(out[0].registers, 182);
  EXPECT_EQ(out[0].stackBytes, 8);
  EXPECT_EQ(out[0].spillStoreBytes, 12);
  EXPECT_EQ(out[0].spillLoadBytes, 16);
  EXPECT_EQ(out[0].staticSharedBytes, 4096);
  EXPECT_EQ(out[1].kernel, "merge");
  EXPECT_EQ(out[1].registers, 10);
  EXPECT_EQ(out[1].staticSharedBytes, 0);
}

TEST(PtxasLog, OtherTextIsSkipped) {
  EXPECT_TRUE(parsePtxasLog("").empty());
  EXPECT_TRUE(parsePtxasLog("x.cu(3): warning: Used 10 registers\n    8 bytes stack frame\n").empty());
}

} // namespace
} // namespace attnc
