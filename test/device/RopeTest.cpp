// RopeTest.cpp - sines and cosines over all floats, and the rotation of a tile in every width of access, against fp64.
#include "test/device/KernelHarness.h"

#include <bit>
#include <cmath>
#include <limits>

namespace attnc::test {
namespace {

constexpr int kRows = 32, kCols = 64;

const std::vector<std::string> kKernels{
    "sines",        "neox_64_bf16", "neox_64_f16", "neox_64_f32", "neox_24_bf16", "neox_24_f16",  "neox_24_f32",
    "neox_12_bf16", "neox_12_f16",  "neox_12_f32", "neox_6_bf16", "neox_6_f16",   "neox_6_f32",   "gptj_64_bf16",
    "gptj_64_f16",  "gptj_64_f32",  "gptj_6_bf16", "gptj_6_f16",  "gptj_6_f32"};

const Image *rope() {
  static Result<Image> image = compileText(kernelText("rope.cu"), kKernels);
  EXPECT_TRUE(image.ok()) << image.status().str();
  return image.ok() ? &*image : nullptr;
}

TEST(Sines, AreAccurateAtEveryAngle) {
  const Image *image = rope();
  ASSERT_TRUE(image);
  std::vector<float> angles{0.0f,   -0.0f,     1e-30f,    131072.0f, 131072.016f, -131072.016f, 105615.0f,
                            1e6f,   -1048576.0f, 2147483648.0f, 3.4e38f, -3.4e38f, 1.57079637f, 3.14159274f,
                            2.45923293e31f, 17529.2617f};
  Noise noise(7);
  while (angles.size() < 4096)
    angles.push_back(noise.uniform() * std::exp2(static_cast<float>(noise.bits() % 140) - 12.0f));
  const size_t n = angles.size();
  Simulation sim(*image);
  PrimitiveParams p;
  p.in[0] = sim.upload(angles);
  p.out[0] = sim.upload(std::vector<float>(n));
  p.out[1] = sim.upload(std::vector<float>(n));
  p.ints[0] = static_cast<int>(n);
  Status status = sim.launch("sines", p, {1, 1, 1}, 32, 0);
  ASSERT_TRUE(status.ok()) << status.str();
  const auto sines = sim.download<float>(p.out[0], n), cosines = sim.download<float>(p.out[1], n);
  for (size_t i = 0; i < n; ++i) {
    EXPECT_NEAR(sines[i], std::sin(double(angles[i])), 0x1p-22) << angles[i];
    EXPECT_NEAR(cosines[i], std::cos(double(angles[i])), 0x1p-22) << angles[i];
  }
}

TEST(Sines, OfInfinityAreNaN) {
  const Image *image = rope();
  ASSERT_TRUE(image);
  const float inf = std::numeric_limits<float>::infinity();
  Simulation sim(*image);
  PrimitiveParams p;
  p.in[0] = sim.upload(std::vector<float>{inf, -inf, std::nanf("")});
  p.out[0] = sim.upload(std::vector<float>(3));
  p.out[1] = sim.upload(std::vector<float>(3));
  p.ints[0] = 3;
  ASSERT_TRUE(sim.launch("sines", p, {1, 1, 1}, 32, 0).ok());
  for (const void *out : {p.out[0], p.out[1]})
    for (float value : sim.download<float>(out, 3))
      EXPECT_TRUE(std::isnan(value));
}

/// One element type: 'b' bf16, 'h' f16, 'f' f32.
template <class Storage> void expectRotated(const std::string &kernel, char type, int dim, bool neighbours) {
  SCOPED_TRACE(kernel);
  const Image *image = rope();
  ASSERT_TRUE(image);
  auto wide = [&](Storage x) {
    if constexpr (sizeof(Storage) == 4)
      return double(x);
    else
      return double(widen(type, x));
  };
  auto storage = [&](float x) {
    if constexpr (sizeof(Storage) == 4)
      return x;
    else
      return narrow(type, x);
  };
  Noise noise(5);
  std::vector<Storage> tile;
  for (int i = 0; i < kRows * kCols; ++i)
    tile.push_back(storage(noise.uniform() * 3));
  std::vector<float> theta;
  for (int j = 0; j < dim / 2; ++j)
    theta.push_back(std::pow(100.0f, -2.0f * float(j) / float(dim)));
  const int first = 777;
  const float factor = 1.25f, stretch = -0.125f;
  Simulation sim(*image, 9);
  PrimitiveParams p;
  p.in[0] = sim.upload(tile);
  p.in[1] = sim.upload(theta);
  p.out[0] = sim.upload(tile);
  p.ints[0] = first;
  p.floats[0] = factor;
  p.floats[1] = stretch;
  Status status = sim.launch(kernel, p, {1, 1, 1}, 64, kRows * kCols * sizeof(Storage) * 2);
  ASSERT_TRUE(status.ok()) << status.str();
  const auto got = sim.download<Storage>(p.out[0], tile.size());
  const double unit = type == 'b' ? 0x1p-8 : type == 'h' ? 0x1p-11 : 0x1p-24;
  for (int row = 0; row < kRows; ++row) {
    std::vector<double> expected(kCols), error(kCols);
    for (int col = 0; col < kCols; ++col)
      expected[size_t(col)] = wide(tile[size_t(row * kCols + col)]);
    for (int j = 0; j < dim / 2; ++j) {
      const int a = neighbours ? 2 * j : j, b = neighbours ? a + 1 : j + dim / 2;
      const double x = expected[size_t(a)], y = expected[size_t(b)];
      const double angle = double(first + 3 * row) * double(theta[size_t(j)]) * std::exp2(double(stretch) * j);
      const double c = std::cos(angle) * double(factor), s = std::sin(angle) * double(factor);
      expected[size_t(a)] = x * c - y * s;
      expected[size_t(b)] = y * c + x * s;
      // The angle is an f32 of a theta that is the product of two.
      error[size_t(a)] = error[size_t(b)] = (std::fabs(x) + std::fabs(y)) * (3e-7 + std::fabs(angle) * 6e-7);
    }
    for (int col = 0; col < kCols; ++col) {
      const double value = wide(got[size_t(row * kCols + col)]);
      if (col >= dim)
        EXPECT_EQ(value, expected[size_t(col)]) << row << " " << col;
      else
        EXPECT_NEAR(value, expected[size_t(col)], unit * std::fabs(expected[size_t(col)]) + error[size_t(col)])
            << row << " " << col;
    }
  }
}

TEST(Rope, RotatesPairsOfEveryStyleAndWidth) {
  for (auto [name, dim, neighbours] : {std::tuple("neox_64", 64, false), std::tuple("neox_24", 24, false),
                                       std::tuple("neox_12", 12, false), std::tuple("neox_6", 6, false),
                                       std::tuple("gptj_64", 64, true), std::tuple("gptj_6", 6, true)}) {
    expectRotated<uint16_t>(std::string(name) + "_bf16", 'b', dim, neighbours);
    expectRotated<uint16_t>(std::string(name) + "_f16", 'h', dim, neighbours);
    expectRotated<float>(std::string(name) + "_f32", 'f', dim, neighbours);
  }
}

} // namespace
} // namespace attnc::test
