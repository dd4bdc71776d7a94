// KernelTest.cpp - what Kernel::run hands to a device.
#include "attnc/Runtime.h"

#include "RecordingDevice.h"
#include "Samples.h"

#include <gtest/gtest.h>
#include <thread>

namespace attnc {
namespace {

using test::RecordingDevice;

Kernel makeKernel(Program program) {
  return Kernel(std::make_shared<Image>(test::sampleImage(std::move(program))));
}

void *at(size_t offset) { return reinterpret_cast<void *>((size_t(1) << 40) + offset); }

Arguments packedArguments(int64_t tokens = 40) {
  Arguments arguments;
  arguments.tensors["q"] = {at(0), DType::F16, {tokens, 16, 128}, {4096, 128, 1}};
  arguments.tensors["k"] = {at(1 << 24), DType::F16, {56, 8, 128}, {}};
  arguments.tensors["v"] = {at(2 << 24), DType::F16, {56, 8, 128}, {}};
  arguments.tensors["cu_q"] = {at(3 << 24), DType::I32, {4}, {}};
  arguments.tensors["out"] = {at(4 << 24), DType::F16, {tokens, 16, 128}, {}};
  arguments.scalars["window"] = -5;
  arguments.dims["q_len"] = 130;
  return arguments;
}

TEST(Kernel, LaunchesInOrderWithPackedParameters) {
  RecordingDevice device(test::target("sm_80"));
  Kernel kernel = makeKernel(test::packedProgram());
  ASSERT_EQ(*kernel.workspaceBytes(packedArguments()), 40u * 16 * 4 + 256);
  auto *workspace = static_cast<std::byte *>(at(5 << 24));
  Status status = kernel.run(device, packedArguments(), at(1), workspace);
  ASSERT_TRUE(status.ok()) << status.str();

  ASSERT_EQ(device.launches.size(), 2u);
  const test::RecordedLaunch &attend = device.launches[0];
  EXPECT_EQ(attend.kernel, "attend_00aa11");
  EXPECT_EQ(attend.config.grid, (std::array<uint32_t, 3>{3, 16, 3}));
  EXPECT_EQ(attend.config.threads, 128u);
  EXPECT_EQ(attend.config.dynamicSharedBytes, 65536u);
  EXPECT_EQ(attend.config.stream, at(1));
  struct Attend {
    void *q;
    int32_t window;
    int64_t qStride;
    int32_t batch;
    void *partial, *counters;
  };
  ASSERT_EQ(attend.params.size(), sizeof(Attend));
  const auto params = attend.at<Attend>(0);
  EXPECT_EQ(params.q, at(0));
  EXPECT_EQ(params.window, -5);
  EXPECT_EQ(params.qStride, 4096);
  EXPECT_EQ(params.batch, 3);
  EXPECT_EQ(params.partial, workspace);
  EXPECT_EQ(params.counters, workspace + 40 * 16 * 4);
  EXPECT_EQ(attend.at<uint32_t>(12), 0u); // padding
  EXPECT_EQ(device.launches[1].kernel, "merge_00aa11");
  EXPECT_EQ(device.launches[1].config.grid[0], 40u);
  EXPECT_EQ(device.synchronizations, 0); // a given workspace makes the call asynchronous
}

TEST(Kernel, OwnWorkspaceIsZeroedWhereAskedAndReleased) {
  RecordingDevice device(test::target("sm_80"));
  ASSERT_TRUE(makeKernel(test::packedProgram()).run(device, packedArguments()).ok());
  ASSERT_EQ(device.liveBytes.size(), 2u);
  EXPECT_EQ(device.liveBytes[0].substr(40 * 16 * 4, 12), std::string(12, '\0'));
  EXPECT_EQ(device.liveBytes[0].substr(0, 4), "\xcd\xcd\xcd\xcd"); // not asked for
  EXPECT_TRUE(device.live.empty());
  EXPECT_EQ(device.synchronizations, 1);
}

TEST(Kernel, FailuresReleaseTheWorkspaceAndStopTheProgram) {
  RecordingDevice device(test::target("sm_80"));
  device.failOn = "attend_00aa11";
  EXPECT_EQ(makeKernel(test::packedProgram()).run(device, packedArguments()).message(), "told to fail");
  EXPECT_EQ(device.launches.size(), 1u);
  EXPECT_TRUE(device.live.empty());
  device.allocationLimit = 0;
  EXPECT_EQ(makeKernel(test::packedProgram()).run(device, packedArguments()).message(), "out of memory");
}

TEST(Kernel, EmptyGridsAreSkipped) {
  RecordingDevice device(test::target("sm_80"));
  Arguments arguments = packedArguments(0);
  arguments.dims["q_len"] = 0;
  Status status = makeKernel(test::packedProgram()).run(device, arguments);
  ASSERT_TRUE(status.ok()) << status.str();
  EXPECT_TRUE(device.launches.empty());
}

TEST(Kernel, GridLimitsAreCheckedBeforeAnythingRuns) {
  RecordingDevice device(test::target("sm_80"));
  Program program = test::packedProgram();
  program.launches[1].grid[1].text = "total_q * 2000";
  EXPECT_EQ(
      makeKernel(program).run(device, packedArguments()).message(),
      "kernel 'merge_00aa11': grid y: expected total_q * 2000 of 0 to 65535, as that many blocks, got 80000");
  program.launches[1].grid[1].text = "q_len - 1000";
  EXPECT_EQ(
      makeKernel(program).run(device, packedArguments()).message(),
      "kernel 'merge_00aa11': grid y: expected q_len - 1000 of 0 to 65535, as that many blocks, got -870");
  program.launches[1].grid[1].text = "1 / (q_len - 130)";
  EXPECT_EQ(makeKernel(program).run(device, packedArguments()).message(),
            "kernel 'merge_00aa11': grid y: formula '1 / (q_len - 130)': division by zero");
  EXPECT_TRUE(device.launches.empty());
}

TEST(Kernel, DimsMustFitTheirField) {
  RecordingDevice device(test::target("sm_80"));
  Program program = test::packedProgram();
  program.launches[0].params[3].source = "batch * 1000000000";
  EXPECT_EQ(makeKernel(program).run(device, packedArguments()).message(),
            "kernel 'attend_00aa11': expected 'batch * 1000000000' to fit 32 bits, got 3000000000");
}

TEST(Kernel, WorkspaceErrors) {
  RecordingDevice device(test::target("sm_80"));
  EXPECT_EQ(makeKernel(test::packedProgram()).run(device, packedArguments(), nullptr, at(128)).message(),
            "expected a workspace that is aligned to 256 bytes, got one that is not");
  Program program = test::packedProgram();
  program.workspaces[0].bytes.text = "total_q - 41";
  EXPECT_EQ(makeKernel(program).run(device, packedArguments()).message(),
            "workspace 'partial': expected a size of 0 to 2^46 bytes, got -1");
}

TEST(Kernel, LoadsOncePerDevice) {
  RecordingDevice a(test::target("sm_80")), b(test::target("sm_86"));
  Kernel kernel = makeKernel(test::packedProgram());
  Kernel copy = kernel;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      EXPECT_TRUE(copy.prepare(a).ok());
      EXPECT_TRUE(kernel.run(a, packedArguments(), nullptr, at(5 << 24)).ok());
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_TRUE(kernel.prepare(b).ok());
  EXPECT_EQ(a.loads, 1);
  EXPECT_EQ(b.loads, 1);
}

TEST(Kernel, WrongDevice) {
  RecordingDevice device(test::target("sm_90"));
  EXPECT_EQ(makeKernel(test::packedProgram()).prepare(device).message(),
            "kernel 'packed' is built for sm_80: expected a device that runs it, got recording (sm_90)");
  RecordingDevice small(test::target("sm_86"));
  Program program = test::packedProgram();
  program.launches[0].dynamicSharedBytes = 120 * 1024;
  EXPECT_EQ(
      makeKernel(program).prepare(small).message(),
      "kernel 'attend_00aa11': expected at most 101376 bytes of shared memory on recording, got 122896");
}

TEST(Kernel, BrokenProgramsFailEverywhere) {
  RecordingDevice device(test::target("sm_80"));
  Program program = test::packedProgram();
  program.launches.clear();
  Kernel kernel = makeKernel(program);
  EXPECT_EQ(kernel.prepare(device).message(), "expected at least one launch, got none");
  EXPECT_FALSE(kernel.run(device, packedArguments()).ok());
  EXPECT_FALSE(kernel.workspaceBytes(packedArguments()).ok());
}

TEST(Version, NamesTheAbi) { EXPECT_EQ(versionString(), "attnc 0.1.0 (C ABI 1)"); }

} // namespace
} // namespace attnc
