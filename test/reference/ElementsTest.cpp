// ElementsTest.cpp - the oracle's own conversions of 16-bit floats.
#include "codegen/reference/Elements.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace attnc;
using namespace attnc::reference;

TEST(Elements, EveryHalfAndBfloatSurvivesARoundTrip) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    double half = halfToDouble(uint16_t(bits)), bfloat = bfloatToDouble(uint16_t(bits));
    if (!std::isnan(half)) {
      EXPECT_EQ(doubleToHalf(half), bits);
    }
    if (!std::isnan(bfloat)) {
      EXPECT_EQ(doubleToBfloat(bfloat), bits);
    }
  }
}

TEST(Elements, KnownHalves) {
  EXPECT_EQ(halfToDouble(0x3C00), 1);
  EXPECT_EQ(halfToDouble(0xC000), -2);
  EXPECT_EQ(halfToDouble(0x7BFF), 65504);
  EXPECT_EQ(halfToDouble(0x0001), 0x1p-24);
  EXPECT_EQ(halfToDouble(0x0400), 0x1p-14);
  EXPECT_TRUE(std::isinf(halfToDouble(0x7C00)));
  EXPECT_TRUE(std::isnan(halfToDouble(0x7C01)));
}

// Between two neighbours the nearer one, at the middle the even one.
TEST(Elements, RoundsToNearestEven) {
  for (uint32_t bits = 0; bits < 0x7BFF; ++bits) {
    double low = halfToDouble(uint16_t(bits)), high = halfToDouble(uint16_t(bits + 1));
    double middle = (low + high) / 2;
    EXPECT_EQ(doubleToHalf(middle), bits % 2 ? bits + 1 : bits);
    EXPECT_EQ(doubleToHalf(std::nextafter(middle, low)), bits);
    EXPECT_EQ(doubleToHalf(std::nextafter(middle, high)), bits + 1);
  }
  for (uint32_t bits = 0; bits < 0x7F7F; ++bits) {
    double low = bfloatToDouble(uint16_t(bits)), high = bfloatToDouble(uint16_t(bits + 1));
    double middle = (low + high) / 2;
    EXPECT_EQ(doubleToBfloat(middle), bits % 2 ? bits + 1 : bits);
  }
}

TEST(Elements, OverflowAndSpecials) {
  double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(doubleToHalf(65519.9), 0x7BFF);
  EXPECT_EQ(doubleToHalf(65520), 0x7C00);
  EXPECT_EQ(doubleToHalf(1e300), 0x7C00);
  EXPECT_EQ(doubleToHalf(-infinity), 0xFC00);
  EXPECT_EQ(doubleToBfloat(1e300), 0x7F80);
  EXPECT_EQ(doubleToHalf(-0.0), 0x8000);
  EXPECT_EQ(doubleToHalf(1e-300), 0);
  EXPECT_TRUE(std::isnan(halfToDouble(doubleToHalf(std::nan("")))));
}

TEST(Elements, FloatsOfEightBits) {
  // The largest, the smallest, one, and what is no number: by OCP's 8-bit floating point specification.
  EXPECT_EQ(e4m3ToDouble(0x7e), 448);
  EXPECT_EQ(e4m3ToDouble(0x01), 0x1p-9);
  EXPECT_EQ(e4m3ToDouble(0x88), -0x1p-6);
  EXPECT_EQ(e4m3ToDouble(0x38), 1);
  EXPECT_TRUE(std::isnan(e4m3ToDouble(0x7f)) && std::isnan(e4m3ToDouble(0xff)));
  EXPECT_EQ(e5m2ToDouble(0x7b), 57344);
  EXPECT_EQ(e5m2ToDouble(0x01), 0x1p-16);
  EXPECT_EQ(e5m2ToDouble(0xbc), -1);
  EXPECT_TRUE(std::isinf(e5m2ToDouble(0x7c)) && std::isnan(e5m2ToDouble(0x7d)));
  for (int code = 0; code < 0x7e; ++code) // codes of positive numbers are in order
    EXPECT_LT(e4m3ToDouble(uint8_t(code)), e4m3ToDouble(uint8_t(code + 1)));
}

TEST(Elements, TwoIntegersOfFourBitsInAByte) {
  uint8_t byte = 0x7f;
  Tensor tensor{&byte, DType::I8, {1}, {}};
  EXPECT_EQ(loadHalf(tensor, 0, 0), -1);
  EXPECT_EQ(loadHalf(tensor, 0, 1), 7);
  storeHalf(tensor, 0, 1, -2.5); // a tie, to even; the other half stays
  EXPECT_EQ(byte, 0xef);
  storeHalf(tensor, 0, 0, -100);
  EXPECT_EQ(byte, 0xe8);
  storeHalf(tensor, 0, 0, 100);
  EXPECT_EQ(byte, 0xe7);
  storeHalf(tensor, 0, 0, std::nan(""));
  EXPECT_EQ(byte, 0xe0);
  for (double number = -8; number < 8; ++number)
    EXPECT_EQ(nearestElement(number, DType::I8, /*halfByte=*/true), number);
}

TEST(Elements, VisitsStridedTensorsInRowMajorOrder) {
  std::vector<float> memory{0, 1, 2, 3, 4, 5};
  Tensor transposed{memory.data(), DType::F32, {3, 2}, {1, 3}};
  std::vector<double> seen;
  forEachElement(transposed, [&](int64_t linear, int64_t offset) {
    EXPECT_EQ(linear, int64_t(seen.size()));
    seen.push_back(loadElement(transposed, offset));
  });
  EXPECT_EQ(seen, (std::vector<double>{0, 3, 1, 4, 2, 5}));
  Tensor empty{nullptr, DType::F32, {3, 0}, {}};
  forEachElement(empty, [&](int64_t, int64_t) { FAIL() << "an element of an empty tensor"; });
}
