// CApiTest.cpp - the shared runtime through its C ABI, on the simulator, with a bundle made by MakeBundle.
#include "attnc/Runtime.h"
#include "attnc/attnc.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <thread>

namespace {

class CApi : public ::testing::Test {
protected:
  void SetUp() override {
    const char *folder = std::getenv("ATTNC_TEST_BUNDLE");
    ASSERT_NE(folder, nullptr) << "run by ctest, which names the bundle";
    attncDeviceOptions options{};
    options.structSize = sizeof(options);
    options.kind = "sim";
    options.simTarget = "sm_90";
    ASSERT_EQ(attncDeviceOpen(&options, &device), ATTNC_OK) << attncLastError();
    ASSERT_EQ(attncBundleOpen(folder, &bundle), ATTNC_OK) << attncLastError();
    ASSERT_EQ(attncBundleFind(bundle, "saxpy", attncDeviceTarget(device), &kernel), ATTNC_OK)
        << attncLastError();
    for (const char *name : {"x", "y", "out"}) {
      void *memory = nullptr;
      ASSERT_EQ(attncMemoryAllocate(device, sizeof(float) * n, &memory), ATTNC_OK);
      tensors.push_back({memory, {kDLCPU, 0}, 1, {kDLFloat, 32, 1}, &n, nullptr, 0});
      named.push_back({name, nullptr});
    }
    for (size_t i = 0; i < named.size(); ++i)
      named[i].tensor = &tensors[i];
    std::vector<float> x(n), y(n);
    for (int64_t i = 0; i < n; ++i)
      x[i] = float(i), y[i] = 0.5f;
    ASSERT_EQ(attncMemoryUpload(device, tensors[0].data, x.data(), sizeof(float) * n, nullptr), ATTNC_OK);
    ASSERT_EQ(attncMemoryUpload(device, tensors[1].data, y.data(), sizeof(float) * n, nullptr), ATTNC_OK);
    arguments.structSize = sizeof(arguments);
    arguments.tensors = named.data();
    arguments.tensorCount = named.size();
  }
  void TearDown() override {
    for (DLTensor &tensor : tensors)
      EXPECT_EQ(attncMemoryRelease(device, tensor.data), ATTNC_OK);
    attncKernelClose(kernel);
    attncBundleClose(bundle);
    attncDeviceClose(device);
  }
  std::string runError() {
    EXPECT_NE(attncKernelRun(kernel, device, &arguments), ATTNC_OK);
    return attncLastError();
  }

  int64_t n = 300;
  attncDevice device = nullptr;
  attncBundle bundle = nullptr;
  attncKernel kernel = nullptr;
  std::vector<DLTensor> tensors;
  std::vector<attncNamedTensor> named;
  attncArguments arguments{};
};

TEST_F(CApi, RunsOnTheSimulator) {
  const attncNamedScalar a{"a", 3.0};
  arguments.scalars = &a;
  arguments.scalarCount = 1;
  ASSERT_EQ(attncKernelPrepare(kernel, device), ATTNC_OK) << attncLastError();
  ASSERT_EQ(attncKernelRun(kernel, device, &arguments), ATTNC_OK) << attncLastError();
  ASSERT_EQ(attncSynchronize(device, nullptr), ATTNC_OK);
  std::vector<float> out(n);
  ASSERT_EQ(attncMemoryDownload(device, out.data(), tensors[2].data, sizeof(float) * n, nullptr), ATTNC_OK);
  for (int64_t i = 0; i < n; ++i)
    ASSERT_EQ(out[i], 3.0f * float(i) + 0.5f) << i;
}

TEST_F(CApi, DefaultsAndByteOffsets) {
  // The same memory, seen from its 16th element on.
  int64_t rest = n - 16;
  for (DLTensor &tensor : tensors) {
    tensor.shape = &rest;
    tensor.byte_offset = 64;
  }
  ASSERT_EQ(attncMemoryZero(device, tensors[2].data, sizeof(float) * n, nullptr), ATTNC_OK);
  ASSERT_EQ(attncKernelRun(kernel, device, &arguments), ATTNC_OK) << attncLastError();
  std::vector<float> out(n);
  ASSERT_EQ(attncMemoryDownload(device, out.data(), tensors[2].data, sizeof(float) * n, nullptr), ATTNC_OK);
  EXPECT_EQ(out[15], 0.0f);
  EXPECT_EQ(out[16], 2.0f * 16 + 0.5f); // the scalar's default is 2
  EXPECT_EQ(out[n - 1], 2.0f * float(n - 1) + 0.5f);
}

TEST_F(CApi, BundleEntries) {
  ASSERT_EQ(attncBundleCount(bundle), 2u);
  const char *name = nullptr, *target = nullptr;
  ASSERT_EQ(attncBundleEntry(bundle, 0, &name, &target), ATTNC_OK);
  EXPECT_STREQ(name, "saxpy");
  EXPECT_STREQ(target, "sm_90");
  EXPECT_EQ(attncBundleEntry(bundle, 2, &name, &target), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: expected an index below 2, got 2");
  EXPECT_NE(std::string(attncKernelManifest(kernel)).find("\"ceildiv(n, 128)\""), std::string::npos);
  attncKernel missing = kernel;
  EXPECT_EQ(attncBundleFind(bundle, "sexpy", "sm_90", &missing), ATTNC_NOT_FOUND);
  EXPECT_EQ(missing, nullptr);
  EXPECT_EQ(attncBundleFind(bundle, "saxpy", "sm_12", &missing), ATTNC_INVALID_ARGUMENT);
}

TEST_F(CApi, TensorErrorsNameTheTensor) {
  tensors[1].dtype.code = kDLInt;
  EXPECT_EQ(runError(), "error: tensor 'y': expected dtype f32, got i32");
  tensors[1].dtype = {kDLFloat, 32, 4};
  EXPECT_EQ(runError(),
            "error: tensor 'y': expected a dtype that attnc has, got DLPack code 2 with 32 bits and 4 lanes");
  tensors[1].dtype.lanes = 1;
  tensors[1].device = {kDLCUDA, 0};
  EXPECT_EQ(runError(), "error: tensor 'y': expected memory of device sim, got DLPack device type 2, id 0");
  tensors[1].device = {kDLCPU, 0};
  tensors[1].ndim = -1;
  EXPECT_EQ(runError(), "error: tensor 'y': expected a shape with at most 64 axes, got ndim -1");
  tensors[1].ndim = 1;
  named[1].name = "x";
  EXPECT_EQ(runError(), "error: expected each name once, got 'x' twice");
  named[1].name = nullptr;
  EXPECT_EQ(runError(), "error: expected names for tensors, got NULL at index 1");
  named[1] = {"y", nullptr};
  EXPECT_EQ(runError(), "error: tensor 'y': expected a DLTensor, got NULL");
  named[1].tensor = &tensors[1];
  int64_t other = 299;
  tensors[1].shape = &other;
  EXPECT_EQ(runError(), "error: tensor 'y': expected shape [n], got [299] (n is 300 by tensor 'x')");
  tensors[1].shape = &n;
  EXPECT_EQ(attncKernelRun(kernel, device, &arguments), ATTNC_OK);
}

TEST_F(CApi, StructsOfOtherAges) {
  struct Newer {
    attncArguments arguments;
    size_t extra;
  } newer{arguments, 0};
  newer.arguments.structSize = sizeof(newer);
  EXPECT_EQ(attncKernelRun(kernel, device, &newer.arguments), ATTNC_OK) << attncLastError();
  newer.extra = 1;
  EXPECT_EQ(attncKernelRun(kernel, device, &newer.arguments), ATTNC_UNSUPPORTED);
  attncArguments older = arguments;
  older.structSize = offsetof(attncArguments, scalars); // ended here once
  older.scalarCount = 77;
  EXPECT_EQ(attncKernelRun(kernel, device, &older), ATTNC_OK) << attncLastError();
  older.structSize = 0;
  EXPECT_EQ(attncKernelRun(kernel, device, &older), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncLastError(), "error: attncArguments: expected structSize " +
                                  std::to_string(sizeof(attncArguments)) + ", got 0");
}

TEST_F(CApi, NullsAreErrors) {
  EXPECT_EQ(attncKernelRun(nullptr, device, &arguments), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: expected a kernel, got NULL");
  EXPECT_EQ(attncKernelRun(kernel, nullptr, &arguments), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncKernelRun(kernel, device, nullptr), ATTNC_INVALID_ARGUMENT);
  attncBundle noBundle = nullptr;
  attncDevice noDevice = nullptr;
  EXPECT_EQ(attncBundleOpen(nullptr, &noBundle), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncBundleOpen("/nowhere", nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncDeviceOpen(nullptr, &noDevice), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncMemoryAllocate(device, 1, nullptr), ATTNC_INVALID_ARGUMENT);
}

TEST_F(CApi, WorkspaceSize) {
  size_t bytes = 1;
  EXPECT_EQ(attncKernelWorkspaceBytes(kernel, &arguments, &bytes), ATTNC_OK);
  EXPECT_EQ(bytes, 0u);
}

TEST(CApiVersion, AbiAndErrorsPerThread) {
  EXPECT_EQ(attncAbiVersion(), uint32_t(ATTNC_ABI_VERSION));
  EXPECT_EQ(std::string(attncVersion()), attnc::versionString());
  attncBundle bundle = nullptr;
  EXPECT_EQ(attncBundleOpen("/nowhere", &bundle), ATTNC_NOT_FOUND);
  EXPECT_STREQ(attncLastError(), "error: bundle: expected a folder, got '/nowhere'");
  std::thread([] { EXPECT_STREQ(attncLastError(), ""); }).join();
}

TEST(CApiDevice, KindsAndTargets) {
  attncDevice device = nullptr;
  attncDeviceOptions options{};
  options.structSize = sizeof(options);
  options.kind = "gpu";
  EXPECT_EQ(attncDeviceOpen(&options, &device), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: expected device kind 'cuda' or 'sim', got 'gpu'");
  options.kind = "sim";
  EXPECT_EQ(attncDeviceOpen(&options, &device), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: expected simTarget, got NULL");
}

} // namespace
