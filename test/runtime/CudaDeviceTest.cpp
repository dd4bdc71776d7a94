// CudaDeviceTest.cpp - what the cuda device asks of the driver, against FakeDriver.cpp.
#include "attnc/Device.h"

#include "Samples.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace attnc {
namespace {

/// The fake's own functions, from the library that the device loaded.
class CudaDeviceTest : public ::testing::Test {
protected:
  void SetUp() override {
    void *driver = dlopen("libcuda.so.1", RTLD_NOW);
    ASSERT_NE(driver, nullptr) << dlerror();
    calls = reinterpret_cast<const char *(*)()>(dlsym(driver, "fakeDriverCalls"));
    reset = reinterpret_cast<void (*)()>(dlsym(driver, "fakeDriverReset"));
    fail = reinterpret_cast<void (*)(const char *, int)>(dlsym(driver, "fakeDriverFail"));
    ASSERT_NE(calls, nullptr) << "run by ctest, which puts the stand-in driver first";
    reset();
    unsetenv("FAKE_CAPABILITY");
  }
  std::shared_ptr<Device> open() {
    Result<std::shared_ptr<Device>> device = openCudaDevice();
    EXPECT_TRUE(device.ok()) << device.status().str();
    return device.ok() ? *device : nullptr;
  }

  const char *(*calls)();
  void (*reset)();
  void (*fail)(const char *, int);
};

TEST_F(CudaDeviceTest, NameTargetAndContext) {
  {
    auto device = open();
    EXPECT_EQ(device->name(), "cuda:0");
    EXPECT_EQ(device->target().name(), "sm_90a");
    EXPECT_NE(device->id(), open()->id());
  }
  EXPECT_STREQ(calls(), "retain 40\nretain 40\nrelease 40\nrelease 40\n");
}

TEST_F(CudaDeviceTest, TargetsOfGpus) {
  auto target = [&](const char *capability) {
    setenv("FAKE_CAPABILITY", capability, 1);
    Result<std::shared_ptr<Device>> device = openCudaDevice();
    return device.ok() ? (*device)->target().name() : device.status().message();
  };
  EXPECT_EQ(target("80"), "sm_80");
  EXPECT_EQ(target("87"), "sm_86");
  EXPECT_EQ(target("89"), "sm_89");
  EXPECT_EQ(target("103"), "sm_100");
  EXPECT_EQ(target("121"), "sm_120");
  EXPECT_EQ(target("75"), "sm_75");
  EXPECT_EQ(target("70"), "expected a GPU of compute capability 7.5 or newer that attnc knows, got 7.0");
  EXPECT_EQ(target("110"), "expected a GPU of compute capability 7.5 or newer that attnc knows, got 11.0");
}

TEST_F(CudaDeviceTest, GpuThatIsNotThere) {
  for (int ordinal : {1, -1}) {
    Status status = openCudaDevice(ordinal).status();
    EXPECT_EQ(status.code(), Code::NotFound);
    EXPECT_EQ(status.message(), "expected a GPU number below 1, got " + std::to_string(ordinal));
  }
}

TEST_F(CudaDeviceTest, Memory) {
  auto device = open();
  void *memory = *device->allocate(16);
  char out[16];
  ASSERT_TRUE(device->fillZero(memory, 16).ok());
  ASSERT_TRUE(device->upload(memory, "abcd", 4, reinterpret_cast<void *>(7)).ok());
  ASSERT_TRUE(device->download(out, memory, 16).ok());
  EXPECT_EQ(std::string(out, 16), std::string("abcd") + std::string(12, '\0'));
  ASSERT_TRUE(device->release(memory).ok());
  EXPECT_TRUE(device->release(nullptr).ok());
  EXPECT_TRUE(device->upload(nullptr, nullptr, 0).ok());
  EXPECT_STREQ(calls(),
               "retain 40\ncuMemAlloc 16\ncuMemsetD8Async 16\ncuMemcpyHtoDAsync 4\ncuStreamSynchronize 7\n"
               "cuMemcpyDtoHAsync 16\ncuStreamSynchronize 0\ncuMemFree\n");
}

TEST_F(CudaDeviceTest, LoadAndLaunch) {
  auto device = open();
  Program program = test::packedProgram();
  program.launches.push_back(program.launches[1]);
  program.launches[2].dynamicSharedBytes = 1024; // the larger of merge's two
  reset();
  {
    Result<std::unique_ptr<Module>> module = device->load(test::sampleImage(program));
    ASSERT_TRUE(module.ok()) << module.status().str();
    EXPECT_STREQ(calls(),
                 "cuModuleLoadDataEx\ncuModuleGetFunction attend_00aa11\ncuFuncSetAttribute 8 65536\n"
                 "cuModuleGetFunction merge_00aa11\ncuFuncSetAttribute 8 1024\n");
    reset();
    const std::array<std::byte, 3> params{std::byte(1), std::byte(2), std::byte(255)};
    LaunchConfig config{{3, 16, 2}, 128, 65536, reinterpret_cast<void *>(9)};
    ASSERT_TRUE(device->launch(**module, "attend_00aa11", config, params).ok());
    ASSERT_TRUE(device->launch(**module, "merge_00aa11", {{1, 1, 1}, 32, 0, nullptr}, {}).ok());
    EXPECT_STREQ(calls(),
                 "cuLaunchKernelEx 3 16 2 128 1 1 65536 9 | 1 2 255\ncuLaunchKernelEx 1 1 1 32 1 1 0 0\n");
    EXPECT_EQ(device->launch(**module, "other", config, params).code(), Code::NotFound);
    EXPECT_EQ(open()->launch(**module, "attend_00aa11", config, params).code(), Code::InvalidArgument);
    reset();
  }
  EXPECT_STREQ(calls(), "cuModuleUnload\n");
}

TEST_F(CudaDeviceTest, AModuleOutlivesItsDevice) {
  std::unique_ptr<Module> module = std::move(*open()->load(test::sampleImage(test::saxpyProgram())));
  reset();
  module.reset();
  EXPECT_STREQ(calls(), "cuModuleUnload\nrelease 40\n");
}

TEST_F(CudaDeviceTest, ErrorsAreText) {
  auto device = open();
  fail("cuMemAlloc", 2);
  EXPECT_EQ(device->allocate(64).status().message(),
            "allocating 64 bytes: CUDA_ERROR_OUT_OF_MEMORY (out of memory)");
  fail("cuStreamSynchronize", 700);
  Status status = device->synchronize();
  EXPECT_EQ(status.code(), Code::DeviceError);
  EXPECT_EQ(status.message(), "waiting for cuda:0: CUDA_ERROR_ILLEGAL_ADDRESS");
  fail("cuModuleLoadDataEx", 209);
  status = device->load(test::sampleImage(test::saxpyProgram())).status();
  EXPECT_EQ(status.message(), "loading 'saxpy': CUDA error 209");
  ASSERT_EQ(status.notes().size(), 1u);
  EXPECT_EQ(status.notes()[0].message, "the log of the driver");
}

} // namespace
} // namespace attnc
