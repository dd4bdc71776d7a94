// RopeFrequenciesTest.cpp - inverse frequencies against numbers of other implementations.
#include "specs/Rope.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace attnc;

namespace {

Rope ropeOf(int64_t dim, double base) {
  Rope rope;
  rope.dim.value = dim;
  rope.base.value = base;
  return rope;
}

void expectNear(const std::vector<float> &got, size_t pair, double expected) {
  EXPECT_NEAR(got.at(pair), expected, 1e-6 * expected) << pair;
}

} // namespace

TEST(RopeFrequencies, FallFromOneByThePowersOfTheBase) {
  const std::vector<float> got = ropeFrequencies(ropeOf(64, 10000));
  ASSERT_EQ(got.size(), 32u);
  EXPECT_EQ(got[0], 1.0f);
  expectNear(got, 16, 0.01);
  expectNear(got, 31, std::pow(10000.0, -62.0 / 64));
}

TEST(RopeFrequencies, LinearDividesAll) {
  Rope rope = ropeOf(64, 10000);
  rope.scaling.kind = RopeScaling::Kind::Linear;
  rope.scaling.factor = 4;
  expectNear(ropeFrequencies(rope), 0, 0.25);
  expectNear(ropeFrequencies(rope), 16, 0.0025);
}

/// Short waves stay, long ones are stretched; between them the mix of both.
TEST(RopeFrequencies, Llama3MixesBetweenItsBounds) {
  Rope rope = ropeOf(128, 500000);
  rope.scaling.kind = RopeScaling::Kind::Llama3;
  rope.scaling.factor = 8;
  rope.scaling.originalLength = 8192;
  const std::vector<float> got = ropeFrequencies(rope), plain = ropeFrequencies(ropeOf(128, 500000));
  for (size_t j = 0; j < got.size(); ++j) {
    const double wave = 2 * M_PI / plain[j];
    if (wave < 8192.0 / 4)
      expectNear(got, j, plain[j]);
    else if (wave > 8192.0)
      expectNear(got, j, plain[j] / 8.0);
    else {
      const double mix = (8192.0 / wave - 1) / 3;
      EXPECT_NEAR(got[j], (1 - mix) * plain[j] / 8 + mix * plain[j], 1e-5 * plain[j]);
    }
  }
}

/// DeepSeek-V3: dim 64, base 10000, factor 40, 4096 tokens: the ramp goes from dim 10 to dim 23.
TEST(RopeFrequencies, YarnRampsBetweenWholeDims) {
  Rope rope = ropeOf(64, 10000);
  rope.scaling.kind = RopeScaling::Kind::Yarn;
  rope.scaling.factor = 40;
  rope.scaling.originalLength = 4096;
  const std::vector<float> got = ropeFrequencies(rope), plain = ropeFrequencies(ropeOf(64, 10000));
  EXPECT_EQ(got[10], plain[10]);
  expectNear(got, 11, double(plain[11]) * (1.0 / 40 / 13 + 12.0 / 13));
  expectNear(got, 23, double(plain[23]) / 40);
  expectNear(got, 31, double(plain[31]) / 40);
  EXPECT_NEAR(defaultAttentionFactor(rope.scaling), 0.1 * std::log(40.0) + 1, 1e-12);
}

/// gpt-oss: base 150000, factor 32, 4096 tokens, the ramp's ends not truncated.
TEST(RopeFrequencies, YarnRampsBetweenPartsOfDims) {
  Rope rope = ropeOf(64, 150000);
  rope.scaling.kind = RopeScaling::Kind::Yarn;
  rope.scaling.factor = 32;
  rope.scaling.originalLength = 4096;
  rope.scaling.truncate = false;
  const std::vector<float> got = ropeFrequencies(rope), plain = ropeFrequencies(ropeOf(64, 150000));
  const double low = 32 * std::log(4096 / (32 * 2 * M_PI)) / std::log(150000.0);
  const double high = 32 * std::log(4096 / (2 * M_PI)) / std::log(150000.0);
  const double ramp = (10 - low) / (high - low);
  expectNear(got, 10, double(plain[10]) * (ramp / 32 + 1 - ramp));
}

TEST(RopeFrequencies, LongRopeHasTwoLists) {
  Rope rope = ropeOf(4, 10000);
  rope.scaling.kind = RopeScaling::Kind::LongRope;
  rope.scaling.shortFactor = {1, 2};
  rope.scaling.longFactor = {4, 8};
  rope.scaling.originalLength = 4096;
  rope.scaling.factor = 32;
  EXPECT_EQ(ropeFrequencies(rope), (std::vector<float>{1.0f, 0.005f}));
  EXPECT_EQ(ropeFrequencies(rope, true), (std::vector<float>{0.25f, 0.00125f}));
  EXPECT_NEAR(defaultAttentionFactor(rope.scaling), 1.190238, 1e-6); // Phi-3 mini 128k
}
