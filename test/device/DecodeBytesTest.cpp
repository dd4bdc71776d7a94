// DecodeBytesTest.cpp - every 8-bit number decoded on the simulator, against what its format says.
#include "test/device/KernelHarness.h"

#include <cmath>
#include <limits>

namespace attnc::test {
namespace {

/// OCP 8-bit floats: `exponentBits` of exponent; only e5m2 has infinities.
float floatOf(uint8_t code, int exponentBits) {
  const int mantissaBits = 7 - exponentBits, bias = (1 << (exponentBits - 1)) - 1;
  const int exponent = code >> mantissaBits & ((1 << exponentBits) - 1),
            mantissa = code & ((1 << mantissaBits) - 1);
  const float sign = code & 0x80 ? -1.0f : 1.0f;
  if (exponentBits == 4 && (code & 0x7f) == 0x7f)
    return std::numeric_limits<float>::quiet_NaN();
  if (exponentBits == 5 && exponent == 31)
    return mantissa ? std::numeric_limits<float>::quiet_NaN() : sign * std::numeric_limits<float>::infinity();
  const int significand = exponent ? mantissa + (1 << mantissaBits) : mantissa;
  return sign * std::ldexp(static_cast<float>(significand), std::max(exponent, 1) - bias - mantissaBits);
}

float valueOf(const std::string &stored, uint8_t code) {
  return stored == "i8" ? static_cast<float>(static_cast<int8_t>(code))
                        : floatOf(code, stored == "e4m3" ? 4 : 5);
}

void expectSame(float got, float expected, const std::string &what) {
  if (std::isnan(expected))
    EXPECT_TRUE(std::isnan(got)) << what << ": " << got;
  else
    EXPECT_EQ(got, expected) << what;
}

TEST(DecodeBytes, EveryNumberIsExact) {
  for (const std::string stored : {"e4m3", "e5m2", "i8"})
    for (const char type : {'h', 'b'}) {
      const std::string kernel = (type == 'h' ? "half_" : "brain_") + stored;
      Result<Image> image = compileText(kernelText("decode_bytes.cu"), {kernel});
      ASSERT_TRUE(image.ok()) << image.status().str();
      Simulation sim(*image);
      PrimitiveParams p;
      p.out[0] = sim.upload(std::vector<uint16_t>(256 * 8));
      p.out[1] = sim.upload(std::vector<float>(256));
      Status status = sim.launch(kernel, p, {1, 1, 1}, 256, 0);
      ASSERT_TRUE(status.ok()) << status.str();
      const auto pairs = sim.download<uint16_t>(p.out[0], 256 * 8);
      const auto floats = sim.download<float>(p.out[1], 256);
      for (int i = 0; i < 256; ++i) {
        const int codes[] = {i, 255 - i, 7 * i & 255, 13 * i & 255}, places[] = {0, 1, 2, 3, 0, 2, 1, 3};
        for (int half = 0; half < 8; ++half) {
          const auto code = static_cast<uint8_t>(codes[places[half]]);
          expectSame(widen(type, pairs[static_cast<size_t>(8 * i + half)]), valueOf(stored, code),
                     kernel + " of " + std::to_string(code));
        }
        expectSame(floats[static_cast<size_t>(i)], valueOf(stored, static_cast<uint8_t>(i)),
                   stored + " as a float");
      }
    }
}

} // namespace
} // namespace attnc::test
