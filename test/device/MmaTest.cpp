// MmaTest.cpp - both products, exactly: small integers make every sum representable, so any misplaced element
// shows.
#include "test/device/KernelHarness.h"

namespace attnc::test {
namespace {

struct Shape {
  char type; ///< 'h' f16, 'b' bf16, 'f' float
  int rows, tile, depth, warps;
  std::string family = "mma";
  std::string arch = "sm_80";
};

/// The verbs of a family, as macros of mma_pair.cu.
std::string verbs(const Shape &s) {
  auto include = [](const std::string &header) { return "#include \"attnc/" + header + ".cuh\"\n"; };
  std::string text = s.arch == "sm_75" ? include("block/copy") + "#define COPY block::copy\n#define WAIT\n"
                                       : include("block/copy_async") +
                                             "#define COPY block::copy_async\n"
                                             "#define WAIT block::copy_commit(); block::copy_wait<0>()\n";
  if (s.family == "plain")
    return text + include("warp/dot") + "#define ABT warp::dot_abt\n#define AB warp::dot_ab\n";
  if (s.family == "tf32")
    return text + include("warp/mma_tf32") +
           "#define ABT warp::mma_abt_tf32\n#define AB(acc, s, v) warp::mma_ab_tf32(acc, "
           "warp::convert_tf32(s), v)\n";
  return text + include("warp/convert") + include("warp/mma") + include("warp/mma_f16_sums") +
         "#define ABT warp::" + (s.family == "f16 sums" ? "mma_abt_f16_sums" : "mma_abt") +
         "\n#define AB(acc, s, v) warp::mma_ab(acc, warp::convert<T>(s), v)\n";
}

class Mma : public testing::TestWithParam<Shape> {};

TEST_P(Mma, IsExactOnSmallIntegers) {
  const Shape s = GetParam();
  auto constant = [](const char *name, int value) {
    return "constexpr int " + std::string(name) + " = " + std::to_string(value) + ";\n";
  };
  const std::string defines = "#include \"attnc/core.cuh\"\nusing T = " +
                              std::string(s.type == 'h'   ? "attnc::f16"
                                          : s.type == 'b' ? "attnc::bf16"
                                                          : "float") +
                              ";\n" + verbs(s) + constant("kRows", s.rows) + constant("kTile", s.tile) +
                              constant("kDepth", s.depth) + constant("kWarps", s.warps);
  auto image = compileText(kernelText("mma_pair.cu", defines), {"mma_pair"}, s.arch);
  ASSERT_TRUE(image.ok()) << image.status().str();

  Noise noise(static_cast<uint64_t>(s.depth));
  auto matrix = [&](int rows) {
    std::vector<float> values(static_cast<size_t>(rows * s.depth));
    for (float &v : values)
      v = static_cast<float>(static_cast<int>(noise.bits() % 3) - 1);
    return values;
  };
  const std::vector<float> a = matrix(s.rows), b = matrix(s.tile), c = matrix(s.tile);
  Simulation sim(*image, 11);
  auto stored = [&](const std::vector<float> &values) -> const void * {
    if (s.type == 'f')
      return sim.upload(values);
    std::vector<uint16_t> bits;
    for (float v : values)
      bits.push_back(narrow(s.type, v));
    return sim.upload(bits);
  };
  PrimitiveParams p;
  p.in[0] = stored(a);
  p.in[1] = stored(b);
  p.in[2] = stored(c);
  const size_t scores = static_cast<size_t>(s.rows * s.tile), outputs = static_cast<size_t>(s.rows * s.depth);
  p.out[0] = sim.upload(std::vector<float>(scores));
  p.out[1] = sim.upload(std::vector<float>(outputs));
  Status status = sim.launch(
      "mma_pair", p, {1, 1, 1}, static_cast<uint32_t>(32 * s.warps),
      static_cast<uint32_t>((s.rows + 2 * s.tile) * (s.depth * (s.type == 'f' ? 4 : 2) + 127) / 128 * 128));
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

INSTANTIATE_TEST_SUITE_P(F16Sums, Mma,
                         testing::Values(Shape{'h', 128, 64, 64, 4, "f16 sums"},
                                         Shape{'h', 64, 48, 128, 4, "f16 sums"}));

INSTANTIATE_TEST_SUITE_P(Tf32, Mma,
                         testing::Values(Shape{'f', 64, 64, 64, 4, "tf32"},
                                         Shape{'f', 32, 16, 128, 1, "tf32"},
                                         Shape{'f', 128, 48, 32, 4, "tf32"}));

INSTANTIATE_TEST_SUITE_P(Plain, Mma,
                         testing::Values(Shape{'f', 64, 32, 64, 4, "plain", "sm_75"},
                                         Shape{'f', 32, 16, 128, 1, "plain", "sm_90"},
                                         Shape{'h', 64, 48, 64, 2, "plain", "sm_75"},
                                         Shape{'b', 16, 16, 128, 1, "plain", "sm_75"}));

} // namespace
} // namespace attnc::test
