// SoftmaxTest.cpp - the streaming softmax on the simulator against fp64 loops: empty rows, late starts, big
// scores.
#include "test/device/KernelHarness.h"

#include <cmath>
#include <limits>

namespace attnc::test {
namespace {

constexpr int kRows = 32, kCols = 16, kAccCols = 32;
constexpr double kInf = std::numeric_limits<double>::infinity();

struct Results {
  std::vector<float> acc, lse, weights;
};

Results runSoftmax(const std::string &kernel, const std::vector<float> &scores, float scaleLog2) {
  auto image = compileText(kernelText("primitives.cu"), {"convert_scalars"});
  EXPECT_TRUE(image.ok()) << image.status().str();
  if (!image.ok())
    return {};
  Simulation sim(*image, 2);
  PrimitiveParams p;
  p.in[0] = sim.upload(scores);
  p.out[0] = sim.upload(std::vector<float>(kRows * kAccCols));
  p.out[1] = sim.upload(std::vector<float>(kRows));
  p.out[2] = sim.upload(std::vector<float>(kRows * kCols));
  p.ints[0] = static_cast<int>(scores.size()) / (kRows * kCols);
  p.floats[0] = scaleLog2;
  Status status = sim.launch(kernel, p, {1, 1, 1}, 64, 0);
  EXPECT_TRUE(status.ok()) << status.str();
  return {sim.download<float>(p.out[0], kRows * kAccCols), sim.download<float>(p.out[1], kRows),
          sim.download<float>(p.out[2], kRows * kCols)};
}

/// acc gains 1 after every tile, so it ends as the sum over tiles of 2^((max then - max now) * scale).
void expectSoftmax(const std::string &kernel, const std::vector<float> &scores, float scaleLog2) {
  const int tiles = static_cast<int>(scores.size()) / (kRows * kCols);
  const Results got = runSoftmax(kernel, scores, scaleLog2);
  ASSERT_EQ(got.lse.size(), static_cast<size_t>(kRows));
  const double scale = scaleLog2;
  for (int r = 0; r < kRows; ++r) {
    auto score = [&](int t, int c) {
      return double(scores[static_cast<size_t>((t * kRows + r) * kCols + c)]);
    };
    double top = -kInf;
    std::vector<double> tops;
    for (int t = 0; t < tiles; ++t) {
      for (int c = 0; c < kCols; ++c)
        top = std::max(top, score(t, c));
      tops.push_back(top);
    }
    if (top == -kInf) {
      EXPECT_EQ(got.lse[static_cast<size_t>(r)], -kInf) << r;
      for (int c = 0; c < kAccCols; ++c)
        EXPECT_EQ(got.acc[static_cast<size_t>(r * kAccCols + c)], 0.0f) << r;
      for (int c = 0; c < kCols; ++c)
        EXPECT_EQ(got.weights[static_cast<size_t>(r * kCols + c)], 0.0f) << r;
      continue;
    }
    double sum = 0, kept = 0;
    for (int t = 0; t < tiles; ++t) {
      for (int c = 0; c < kCols; ++c)
        sum += std::exp2((score(t, c) - top) * scale);
      kept += std::exp2((tops[static_cast<size_t>(t)] - top) * scale);
    }
    // The exponents are rounded products: an absolute error of 2^-24 * |score * scale| in each.
    const double slack = 4e-7 + std::abs(top * scale) * 1.2e-7;
    const double lse = (top * scale + std::log2(sum)) * 0.6931471805599453;
    EXPECT_NEAR(got.lse[static_cast<size_t>(r)], lse, slack + std::abs(lse) * 3e-7) << r;
    for (int c = 0; c < kAccCols; ++c)
      EXPECT_NEAR(got.acc[static_cast<size_t>(r * kAccCols + c)], kept / sum, kept / sum * (2e-6 + 2 * slack))
          << r;
    for (int c = 0; c < kCols; ++c) {
      const double weight = std::exp2((score(tiles - 1, c) - top) * scale);
      EXPECT_NEAR(got.weights[static_cast<size_t>(r * kCols + c)], weight,
                  weight * (1e-6 + 2 * slack) + 1e-37)
          << r;
    }
  }
}

std::vector<float> noisyScores(int tiles, float spread) {
  Noise noise(static_cast<uint64_t>(tiles));
  std::vector<float> scores(static_cast<size_t>(tiles * kRows * kCols));
  for (float &s : scores)
    s = noise.uniform() * spread;
  return scores;
}

TEST(OnlineSoftmax, MatchesHostLoops) {
  for (const char *kernel : {"softmax_plain", "softmax_guarded"}) {
    SCOPED_TRACE(kernel);
    expectSoftmax(kernel, noisyScores(1, 4.0f), 0.125f * 1.44269504f);
    expectSoftmax(kernel, noisyScores(5, 30.0f), 0.5f);
    expectSoftmax(kernel, noisyScores(4, 20000.0f), 0.0883883f * 1.44269504f);
  }
}

TEST(OnlineSoftmax, GuardedRowsMayBeEmptyOrStartLate) {
  const float none = -std::numeric_limits<float>::infinity();
  std::vector<float> scores = noisyScores(4, 8.0f);
  for (int t = 0; t < 4; ++t)
    for (int r = 0; r < kRows; ++r)
      for (int c = 0; c < kCols; ++c) {
        const bool hidden = r == 0 || r == 17 || (r == 5 && t < 2) || (r == 6 && t == 1) ||
                            (r == 9 && t == 3) || (r > 20 && c > r - 20);
        if (hidden)
          scores[static_cast<size_t>((t * kRows + r) * kCols + c)] = none;
      }
  expectSoftmax("softmax_guarded", scores, 0.7f);
}

/// Interior tiles have no guard: rows that already saw a key, and rows that see their first one, must both
/// work.
TEST(OnlineSoftmax, PlainRowsStartFromNothing) {
  const float none = -std::numeric_limits<float>::infinity();
  std::vector<float> scores = noisyScores(2, 8.0f);
  for (int r = 0; r < kRows; ++r)
    scores[static_cast<size_t>(r * kCols + r % kCols)] =
        none; // some keys hidden, some visible in the first tile
  expectSoftmax("softmax_plain", scores, 0.7f);
}

TEST(OnlineSoftmax, NanScoresReachTheResult) {
  std::vector<float> scores = noisyScores(2, 1.0f);
  scores[3 * kCols + 2] = std::numeric_limits<float>::quiet_NaN();
  const Results got = runSoftmax("softmax_guarded", scores, 0.7f);
  ASSERT_EQ(got.lse.size(), static_cast<size_t>(kRows));
  for (int r = 0; r < kRows; ++r)
    EXPECT_EQ(std::isnan(got.lse[static_cast<size_t>(r)]), r == 3) << r;
}

} // namespace
} // namespace attnc::test
