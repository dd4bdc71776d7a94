// QuantiseTest.cpp - tiles of integers of 8 and 4 bits on the simulator, against host loops.
#include "test/device/KernelHarness.h"

#include <cmath>
#include <limits>

namespace attnc::test {
namespace {

constexpr int kRows = 16, kCols = 96;

const Image *quantise() {
  static Result<Image> image =
      compileText(kernelText("quantise.cu"), {"factor_i8", "factor_i4", "column_i8", "column_i4", "row1_i8",
                                              "row6_i8", "row1_i4", "row2_i4", "row3_i4", "row6_i4"});
  EXPECT_TRUE(image.ok()) << image.status().str();
  return image.ok() ? &*image : nullptr;
}

size_t at(int row, int col) { return static_cast<size_t>(row * kCols + col); }

/// A tile of multiples of 1/4 from -13 to 13, and in it what saturates, ties, NaN and a group of zeros.
std::vector<float> content() {
  std::vector<float> floats(kRows * kCols);
  for (int row = 0; row < kRows; ++row)
    for (int col = 0; col < kCols; ++col)
      floats[at(row, col)] = 0.25f * static_cast<float>((row * 37 + col * 11) % 105 - 52);
  floats[at(2, 5)] = 60000.0f;
  floats[at(3, 6)] = -60000.0f;
  floats[at(4, 7)] = std::numeric_limits<float>::quiet_NaN();
  for (int col = 16; col < 32; ++col)
    floats[at(5, col)] = 0.0f;
  return floats;
}

/// One tile and what became of it.
struct Outcome {
  bool halves;
  std::vector<uint8_t> bytes;
  std::vector<float> scales;

  int stored(int row, int col) const {
    if (!halves)
      return static_cast<int8_t>(bytes[at(row, col)]);
    const int half = bytes[at(row, col) / 2] >> (col % 2 * 4) & 15;
    return half < 8 ? half : half - 16;
  }
  int expected(float quotient) const {
    if (std::isnan(quotient))
      return 0;
    const float rounded = std::nearbyint(quotient);
    return static_cast<int>(halves ? std::min(std::max(rounded, -8.0f), 7.0f)
                                   : std::min(std::max(rounded, -128.0f), 127.0f));
  }
};

Outcome run(const std::string &kernel, const std::vector<float> &divisors, float factor, int groups) {
  Outcome out{kernel.ends_with("i4"), {}, {}};
  const Image *image = quantise();
  if (!image)
    return out;
  std::vector<uint16_t> tile;
  for (float x : content())
    tile.push_back(narrow('h', x));
  const size_t count = kRows * kCols / (out.halves ? 2 : 1), scaleCount = static_cast<size_t>(20 * groups);
  Simulation sim(*image, 1);
  PrimitiveParams p;
  p.in[0] = sim.upload(tile);
  p.in[1] = sim.upload(divisors);
  p.out[0] = sim.upload(std::vector<uint8_t>(count));
  p.out[1] = sim.upload(std::vector<float>(scaleCount, -1.0f));
  const int ints[] = {2, 3, 17};
  std::copy(std::begin(ints), std::end(ints), p.ints);
  p.floats[0] = factor;
  Status status = sim.launch(kernel, p, {1, 1, 1}, 32, kRows * 256 + kRows * 128);
  EXPECT_TRUE(status.ok()) << status.str();
  out.bytes = sim.download<uint8_t>(p.out[0], count);
  out.scales = sim.download<float>(p.out[1], scaleCount);
  return out;
}

TEST(Quantise, ByOneFactor) {
  const std::vector<float> floats = content();
  for (const std::string kernel : {"factor_i8", "factor_i4"}) {
    const Outcome got = run(kernel, {0}, 0.5f, 1);
    for (int row = 0; row < kRows; ++row)
      for (int col = 0; col < kCols; ++col)
        ASSERT_EQ(got.stored(row, col), got.expected(floats[at(row, col)] * 0.5f))
            << kernel << " " << row << " " << col;
  }
}

TEST(Quantise, ByColumn) {
  const std::vector<float> floats = content();
  std::vector<float> divisors(kCols);
  for (int col = 0; col < kCols; ++col)
    divisors[static_cast<size_t>(col)] = 0.5f + 0.125f * static_cast<float>(col % 13);
  for (const std::string kernel : {"column_i8", "column_i4"}) {
    const Outcome got = run(kernel, divisors, 0, 1);
    for (int row = 0; row < kRows; ++row)
      for (int col = 0; col < kCols; ++col)
        ASSERT_EQ(got.stored(row, col),
                  got.expected(floats[at(row, col)] / divisors[static_cast<size_t>(col)]))
            << kernel << " " << row << " " << col;
  }
}

/// Groups of 16 and 48 columns end in the middle of 16 bytes of integers of 4 bits.
TEST(Quantise, ByGroupsOfARow) {
  for (const auto &[kernel, groups] :
       {std::pair("row1_i8", 1), std::pair("row6_i8", 6), std::pair("row1_i4", 1), std::pair("row2_i4", 2),
        std::pair("row3_i4", 3), std::pair("row6_i4", 6)}) {
    const Outcome got = run(kernel, {0}, 0, groups);
    const std::vector<float> floats = content();
    const int width = kCols / groups;
    for (int row = 0; row < kRows; ++row)
      for (int group = 0; group < groups; ++group) {
        float largest = 0;
        for (int col = group * width; col < (group + 1) * width; ++col)
          largest = std::fmax(largest, std::fabs(widen('h', narrow('h', floats[at(row, col)]))));
        const float scale = largest == 0 ? 1 : largest / (got.halves ? 7.0f : 127.0f);
        const bool kept = row + 2 >= 3 && row + 2 < 17; // others have no place
        ASSERT_FLOAT_EQ(got.scales[static_cast<size_t>((row + 2) * groups + group)], kept ? scale : -1)
            << kernel << " " << row << " " << group;
        for (int col = group * width; col < (group + 1) * width; ++col) {
          const float x = floats[at(row, col)];
          // A quotient by an inverse that is rounded may leave a tie to either side.
          const float low = std::fmin(x / scale * 0.999999f, x / scale * 1.000001f),
                      high = std::fmax(x / scale * 0.999999f, x / scale * 1.000001f);
          ASSERT_GE(got.stored(row, col), got.expected(low)) << kernel << " " << row << " " << col;
          ASSERT_LE(got.stored(row, col), got.expected(high)) << kernel << " " << row << " " << col;
        }
      }
    for (int i = 0; i < groups; ++i)
      for (int row : {0, 1, 18, 19})
        ASSERT_EQ(got.scales[static_cast<size_t>(row * groups + i)], -1);
  }
}

} // namespace
} // namespace attnc::test
