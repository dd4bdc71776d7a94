// Fp8Test.cpp - 8-bit floats of the CLI's tensors: every code, ties, saturation.
#include "tools/attnc/HostTensor.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace attnc::cli {
namespace {

TEST(Fp8, EveryCodeSurvivesARoundTrip) {
  for (DType dtype : {DType::E4M3, DType::E5M2})
    for (int code = 0; code < 256; ++code) {
      const float value = fp8ToFloat(static_cast<uint8_t>(code), dtype);
      if (std::isinf(value)) // saturates
        continue;
      EXPECT_EQ(floatToFp8(value, dtype), std::isnan(value) ? 0x7f : code) << dtypeName(dtype) << ' ' << value;
    }
}

TEST(Fp8, KnownNumbers) {
  EXPECT_EQ(fp8ToFloat(0x7e, DType::E4M3), 448.0f);
  EXPECT_EQ(fp8ToFloat(0x01, DType::E4M3), 0x1p-9f);
  EXPECT_EQ(fp8ToFloat(0x38, DType::E4M3), 1.0f);
  EXPECT_EQ(fp8ToFloat(0x7b, DType::E5M2), 57344.0f);
  EXPECT_EQ(fp8ToFloat(0x01, DType::E5M2), 0x1p-16f);
  EXPECT_TRUE(std::isinf(fp8ToFloat(0x7c, DType::E5M2)));
}

TEST(Fp8, RoundsTiesToEvenAndSaturates) {
  EXPECT_EQ(floatToFp8(1.0625f, DType::E4M3), 0x38); // between 1 and 1.125
  EXPECT_EQ(floatToFp8(1.1875f, DType::E4M3), 0x3a); // between 1.125 and 1.25
  EXPECT_EQ(floatToFp8(-1.07f, DType::E4M3), 0xb9);
  EXPECT_EQ(floatToFp8(0x1p-10f, DType::E4M3), 0x00); // half of the smallest
  EXPECT_EQ(floatToFp8(1000.0f, DType::E4M3), 0x7e);
  EXPECT_EQ(floatToFp8(-std::numeric_limits<float>::infinity(), DType::E5M2), 0xfb);
  EXPECT_EQ(floatToFp8(-0.0f, DType::E4M3), 0x80);
}

TEST(Fp8, FilesHoldBitsOrFloats) {
  HostTensor bits = *HostTensor::zeros(DType::U8, {2});
  bits.set(0, 0x38);
  bits.set(1, 0xc0);
  Result<HostTensor> fromBits = convert(bits, DType::E4M3);
  ASSERT_TRUE(fromBits.ok()) << fromBits.status().str();
  EXPECT_EQ(fromBits->get(0), 1.0);
  EXPECT_EQ(fromBits->get(1), -2.0);
  HostTensor floats = *HostTensor::zeros(DType::F32, {1});
  floats.set(0, 1e6);
  Result<HostTensor> rounded = convert(floats, DType::E4M3);
  ASSERT_TRUE(rounded.ok()) << rounded.status().str();
  EXPECT_EQ(rounded->get(0), 448.0);
  EXPECT_FALSE(convert(*HostTensor::zeros(DType::I32, {1}), DType::E4M3).ok());
}

} // namespace
} // namespace attnc::cli
