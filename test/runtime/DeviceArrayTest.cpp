// DeviceArrayTest.cpp - memory that goes with its owner, and elements that must fit the dtype.
#include "attnc/DeviceArray.h"
#include "test/runtime/RecordingDevice.h"

#include <array>
#include <gtest/gtest.h>

namespace attnc {
namespace {

class DeviceArrayTest : public testing::Test {
protected:
  std::shared_ptr<test::RecordingDevice> device =
      std::make_shared<test::RecordingDevice>(*Target::parse("sm_80"));
};

TEST_F(DeviceArrayTest, WhatGoesUpComesDown) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  Result<DeviceArray> array = DeviceArray::copyOf(device, DType::F32, {2, 3}, values);
  ASSERT_TRUE(array.ok()) << array.status().str();
  EXPECT_EQ(array->view().shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(array->view().dtype, DType::F32);
  EXPECT_EQ(*array->download<float>(), values);
  const std::array<float, 6> others = {6, 5, 4, 3, 2, 1};
  ASSERT_TRUE(array->upload(std::span<const float>(others)).ok());
  EXPECT_EQ(array->download<float>()->front(), 6);
}

TEST_F(DeviceArrayTest, ZerosAreZeroBeforeAnyStreamRuns) {
  Result<DeviceArray> array = DeviceArray::zeros(device, DType::BF16, {7});
  ASSERT_TRUE(array.ok());
  EXPECT_EQ(*array->download<uint16_t>(), std::vector<uint16_t>(7, 0));
  EXPECT_EQ(device->synchronizations, 1);
}

TEST_F(DeviceArrayTest, MemoryIsReleasedOnce) {
  {
    Result<DeviceArray> first = DeviceArray::zeros(device, DType::F32, {4});
    Result<DeviceArray> second = DeviceArray::zeros(device, DType::F32, {2});
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(device->live.size(), 2u);
    void *const kept = second->view().data;
    DeviceArray moved = std::move(*first);
    moved = std::move(*second);
    EXPECT_EQ(moved.view().data, kept);
    EXPECT_EQ(moved.download<float>()->size(), 2u);
  }
  EXPECT_TRUE(device->live.empty());
  // A failed upload leaves nothing behind either.
  EXPECT_FALSE(DeviceArray::copyOf(device, DType::F32, {4}, std::vector<float>(3)).ok());
  EXPECT_TRUE(device->live.empty());
}

TEST_F(DeviceArrayTest, EmptyShapesAndScalars) {
  Result<DeviceArray> none = DeviceArray::zeros(device, DType::F32, {0, 3});
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->download<float>()->empty());
  Result<DeviceArray> one = DeviceArray::copyOf(device, DType::I32, {}, std::vector<int32_t>{7});
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(*one->download<int32_t>(), std::vector<int32_t>{7});
}

TEST_F(DeviceArrayTest, RefusesWhatDoesNotFit) {
  auto message = [](const auto &result) {
    EXPECT_EQ(result.status().code(), Code::InvalidArgument);
    return result.status().message();
  };
  EXPECT_EQ(message(DeviceArray::copyOf(device, DType::F32, {2, 2}, std::vector<float>(3))),
            "expected 4 elements for the shape, got 3");
  EXPECT_EQ(message(DeviceArray::copyOf(device, DType::BF16, {2}, std::vector<float>(2))),
            "expected integers of 2 bytes for bf16, got floating-point numbers of 4 bytes");
  EXPECT_EQ(message(DeviceArray::copyOf(device, DType::F32, {2}, std::vector<int32_t>(2))),
            "expected floating-point numbers of 4 bytes for f32, got integers of 4 bytes");
  EXPECT_EQ(message(DeviceArray::zeros(device, DType::F32, {2, -1})),
            "expected a shape of sizes of 0 or more, got -1");
  EXPECT_EQ(message(DeviceArray::zeros(nullptr, DType::F32, {2})),
            "expected a device to allocate on, got null");
  Result<DeviceArray> array = DeviceArray::zeros(device, DType::F32, {2});
  EXPECT_EQ(message(array->download<double>()),
            "expected floating-point numbers of 4 bytes for f32, got floating-point numbers of 8 bytes");
  DeviceArray moved = std::move(*array);
  EXPECT_EQ(message(array->download<float>()), "expected an array, got one that was moved from");
}

TEST_F(DeviceArrayTest, TheDevicesErrorsComeThrough) {
  device->allocationLimit = 16;
  EXPECT_EQ(DeviceArray::zeros(device, DType::F32, {5}).status().message(), "out of memory");
  EXPECT_EQ(DeviceArray::zeros(device, DType::F32, {int64_t(1) << 62, 8}).status().message(),
            "out of memory");
}

} // namespace
} // namespace attnc
