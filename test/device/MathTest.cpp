// MathTest.cpp - the score functions on the simulator against fp64, over the whole range and at special
// values.
#include "test/device/KernelHarness.h"

#include <cmath>
#include <limits>

namespace attnc::test {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kCap = 30.0f;

struct Function {
  const char *name;
  double (*exact)(double);
  double ulps;     ///< allowed error in units in the last place of the result
  double absolute; ///< and in addition
};

const Function kFunctions[] = {
    {"exp", [](double x) { return std::exp(x); }, 3, 1e-44},
    {"log", [](double x) { return std::log(x); }, 3, 0},
    {"sqrt", [](double x) { return std::sqrt(x); }, 1, 0},
    {"tanh", [](double x) { return std::tanh(x); }, 4, 0},
    {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }, 5, 1e-38},
    {"silu", [](double x) { return x == -kInf ? 0.0 : x / (1 + std::exp(-x)); }, 5, 2e-36},
    {"relu", [](double x) { return x < 0 ? 0.0 : x; }, 0, 0},
    // Rounding x / sqrt(2) once changes the tail of erfc by about x^2 units in the last place: 128 at |x|
    // < 11.3.
    {"gelu", [](double x) { return x == -kInf ? 0.0 : 0.5 * x * std::erfc(x * -0.70710678118654752440); },
     128, 1e-35},
    {"erf", [](double x) { return std::erf(x); }, 4, 0},
    {"softcap", [](double x) { return kCap * std::tanh(x / kCap); }, 0, 1e-6 * kCap},
};

TEST(ScoreFunctions, AreAccurate) {
  auto image = compileText(kernelText("primitives.cu"), {"convert_scalars"});
  ASSERT_TRUE(image.ok()) << image.status().str();
  std::vector<float> inputs = {
      0.0f,   -0.0f, 1.0f,   -1.0f,   kInf,   -kInf,   std::numeric_limits<float>::quiet_NaN(),
      88.7f,  89.0f, -87.0f, -104.0f, 1e-30f, -1e-30f, 3e38f,
      -3e38f, 9.01f, -9.01f};
  Noise noise(4);
  while (inputs.size() < 640)
    inputs.push_back(noise.uniform() * std::exp2(static_cast<float>(noise.bits() % 24) - 16.0f));
  const size_t n = inputs.size();
  Simulation sim(*image);
  PrimitiveParams p;
  p.in[0] = sim.upload(inputs);
  p.out[0] = sim.upload(std::vector<float>(std::size(kFunctions) * n));
  p.ints[0] = static_cast<int>(n);
  p.floats[0] = kCap;
  Status status = sim.launch("functions", p, {1, 1, 1}, 32, 0);
  ASSERT_TRUE(status.ok()) << status.str();
  auto out = sim.download<float>(p.out[0], std::size(kFunctions) * n);
  for (size_t f = 0; f < std::size(kFunctions); ++f) {
    const Function &function = kFunctions[f];
    for (size_t i = 0; i < n; ++i) {
      const float got = out[f * n + i];
      const double want = function.exact(inputs[i]);
      if (std::isnan(want)) {
        EXPECT_TRUE(std::isnan(got)) << function.name << "(" << inputs[i] << ") = " << got;
        continue;
      }
      if (std::isinf(static_cast<float>(want))) {
        EXPECT_EQ(got, static_cast<float>(want)) << function.name << "(" << inputs[i] << ")";
        continue;
      }
      const double ulp =
          std::nextafter(std::abs(static_cast<float>(want)), kInf) - std::abs(static_cast<float>(want));
      EXPECT_NEAR(got, want, function.ulps * ulp + function.absolute)
          << function.name << "(" << inputs[i] << ")";
    }
  }
}

} // namespace
} // namespace attnc::test
