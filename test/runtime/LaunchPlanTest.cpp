// LaunchPlanTest.cpp - programs that contradict themselves, and parameter layout.
#include "runtime/core/LaunchPlan.h"
#include "Samples.h"

#include <gtest/gtest.h>

namespace attnc {
namespace {

std::string errorAfter(void (*change)(Program &)) {
  Program program = test::packedProgram();
  change(program);
  Result<LaunchPlan> plan = LaunchPlan::build(program);
  EXPECT_FALSE(plan.ok());
  return plan.status().message();
}

TEST(LaunchPlan, OffsetsFollowTheCAbi) {
  const LaunchPlan plan = *LaunchPlan::build(test::packedProgram());
  struct Attend {
    void *q;
    int32_t window;
    int64_t qStride;
    int32_t batch;
    void *partial, *counters;
  };
  ASSERT_EQ(plan.launches.size(), 2u);
  const PlannedLaunch &attend = plan.launches[0];
  EXPECT_EQ(attend.paramBytes, sizeof(Attend));
  const size_t offsets[] = {offsetof(Attend, q),     offsetof(Attend, window),  offsetof(Attend, qStride),
                            offsetof(Attend, batch), offsetof(Attend, partial), offsetof(Attend, counters)};
  for (size_t i = 0; i < 6; ++i)
    EXPECT_EQ(attend.fields[i].offset, offsets[i]) << i;
}

TEST(LaunchPlan, TailPaddingCounts) {
  Program program = test::saxpyProgram();
  program.launches[0].params.pop_back(); // three pointers and a float
  EXPECT_EQ(LaunchPlan::build(program)->launches[0].paramBytes, 32u);
}

TEST(LaunchPlan, Contradictions) {
  EXPECT_EQ(errorAfter([](Program &p) { p.tensors[1].name = "q"; }),
            "expected different names, got 'q' twice");
  EXPECT_EQ(errorAfter([](Program &p) { p.tensors[1].name = "k v"; }),
            "expected a name for a tensor, got 'k v'");
  EXPECT_EQ(errorAfter([](Program &p) { p.tensors[0].shape[0].text = "2 * n"; }),
            "tensor 'q': expected shape entries like '128', 'q_len' or 'batch + 1', got '2 * n'");
  EXPECT_EQ(errorAfter([](Program &p) { p.tensors[0].alignment = 12; }),
            "tensor 'q': expected an alignment of 1 to 4096 that is a power of two, got 12");
  EXPECT_EQ(errorAfter([](Program &p) { p.scalars[0].dtype = DType::F64; }),
            "scalar 'window': expected f32 or i32, got f64");
  EXPECT_EQ(errorAfter([](Program &p) { p.launches[0].grid[0].text = "ceildiv(len, 64)"; }),
            "expected formulas over dims and strides, got 'len', which no tensor and no dim defines");
  EXPECT_EQ(errorAfter([](Program &p) { p.launches[0].params[2].source = "q.stride3"; }),
            "expected formulas over dims and strides, got 'q.stride3', which no tensor and no dim defines");
  EXPECT_EQ(errorAfter([](Program &p) { p.launches[0].params[0].source = "z"; }),
            "kernel 'attend_00aa11': parameter 'q': expected the name of a tensor, got 'z'");
  EXPECT_EQ(errorAfter([](Program &p) { p.launches[0].params[1].dtype = DType::F32; }),
            "kernel 'attend_00aa11': parameter 'window': expected i32, got f32");
  EXPECT_EQ(errorAfter([](Program &p) { p.launches[0].threads = 2048; }),
            "kernel 'attend_00aa11': expected 1 to 1024 threads, got 2048");
  EXPECT_EQ(
      errorAfter([](Program &p) { p.launches[0].dynamicSharedBytes = 170000; }),
      "kernel 'attend_00aa11': expected at most 166912 bytes of dynamic shared memory on sm_80, got 170000");
  EXPECT_EQ(errorAfter([](Program &p) { p.launches.clear(); }), "expected at least one launch, got none");
  EXPECT_EQ(errorAfter([](Program &p) {
              while (p.launches[1].params.size() < 600)
                p.launches[1].params.push_back(p.launches[1].params[0]);
            }),
            "kernel 'merge_00aa11': expected at most 4096 bytes of parameters, got 4800");
  EXPECT_NE(
      errorAfter([](Program &p) { p.workspaces[0].bytes.text = "1 +"; }).find("workspace 'partial': formula"),
      std::string::npos);
}

} // namespace
} // namespace attnc
