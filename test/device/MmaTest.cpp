// MmaTest.cpp - both products, exactly: small integers make every sum representable, so any misplaced element
// shows.
#include "test/device/KernelHarness.h"

namespace attnc::test {
namespace {

struct Shape {
  char type;
  int rows, tile, depth, warps;
};

class Mma : public testing::TestWithParam<Shape> {};

TEST_P(Mma, IsExactOnSmallIntegers) {
  const Shape s = GetParam();
  auto constant = [](const char *name, int value) {
    return "constexpr int " + std::string(name) + " = " + std::to_string(value) + ";\n";
  };
  const std::string defines =
      "#include \"attnc/core.cuh\"\nusing T = attnc::" + std::string(s.type == 'h' ? "f16" : "bf16") + ";\n" +
      constant("kRows", s.rows) + constant("kTile", s.tile) + constant("kDepth", s.depth) +
      constant("kWarps", s.warps);
  auto image = compileText(kernelText("mma_pair.cu", defines), {"mma_pair"});
  ASSERT_TRUE(image.ok()) << image.status().str();

  Noise noise(static_cast<uint64_t>(s.depth));
  auto matrix = [&](int rows) {
    std::vector<float> values(static_cast<size_t>(rows * s.depth));
    for (float &v : values)
      v = static_cast<float>(static_cast<int>(noise.bits() % 3) - 1);
    return values;
  };
  auto narrowed = [&](const std::vector<float> &values) {
    std::vector<uint16_t> bits;
    for (float v : values)
      bits.push_back(narrow(s.type, v));
    return bits;
  };
  const std::vector<float> a = matrix(s.rows), b = matrix(s.tile), c = matrix(s.tile);
  Simulation sim(*image, 11);
  PrimitiveParams p;
  p.in[0] = sim.upload(narrowed(a));
  p.in[1] = sim.upload(narrowed(b));
  p.in[2] = sim.upload(narrowed(c));
  const size_t scores = static_cast<size_t>(s.rows * s.tile), outputs = static_cast<size_t>(s.rows * s.depth);
  p.out[0] = sim.upload(std::vector<float>(scores));
  p.out[1] = sim.upload(std::vector<float>(outputs));
  Status status = sim.launch("mma_pair", p, {1, 1, 1}, static_cast<uint32_t>(32 * s.warps),
                             static_cast<uint32_t>((s.rows + 2 * s.tile) * s.depth * 2));
  ASSERT_TRUE(status.ok()) << status.str();
  auto gotScores = sim.download<float>(p.out[0], scores);
  auto gotOut = sim.download<float>(p.out[1], outputs);
  auto at = [&](const std::vector<float> &m, int row, int col) {
    return m[static_cast<size_t>(row * s.depth + col)];
  };
  for (int r = 0; r < s.rows; ++r) {
    std::vector<float> sums(static_cast<size_t>(s.tile));
    for (int n = 0; n < s.tile; ++n) {
      float sum = 0;
      for (int k = 0; k < s.depth; ++k)
        sum += at(a, r, k) * at(b, n, k);
      sums[static_cast<size_t>(n)] = sum;
      ASSERT_EQ(gotScores[static_cast<size_t>(r * s.tile + n)], sum) << r << ", " << n;
    }
    for (int d = 0; d < s.depth; ++d) {
      float sum = 1;
      for (int n = 0; n < s.tile; ++n)
        sum += sums[static_cast<size_t>(n)] * at(c, n, d);
      ASSERT_EQ(gotOut[static_cast<size_t>(r * s.depth + d)], sum) << r << ", " << d;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Mma,
                         testing::Values(Shape{'b', 128, 64, 64, 4}, Shape{'h', 64, 64, 128, 4},
                                         Shape{'b', 64, 32, 256, 4}, Shape{'h', 128, 48, 128, 8},
                                         Shape{'b', 16, 16, 64, 1}, Shape{'h', 96, 32, 64, 2}));

} // namespace
} // namespace attnc::test
