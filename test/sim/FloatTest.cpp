// FloatTest.cpp - floating-point arithmetic, comparison and conversion against host arithmetic on edge
// values.
#include "test/sim/SimHarness.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace attnc::simtest {
namespace {

using Host = std::function<float(float, float, float)>;

std::vector<Row> floatRows() {
  std::vector<Row> rows;
  std::vector<float> edges = edgeFloats();
  for (float a : edges)
    for (float b : edges)
      rows.push_back({bits(a), bits(b), bits(edges[rows.size() * 7 % edges.size()]), 0});
  return rows;
}

/// Equal bits, or both NaN.
void expectSame(const std::string &body, const Row &row, float want, float got, int &shown) {
  if (bits(want) == bits(got) || (std::isnan(want) && std::isnan(got)) || ++shown > 3)
    return;
  ADD_FAILURE() << body << " of " << asFloat(row[0]) << ", " << asFloat(row[1]) << ", " << asFloat(row[2])
                << ": expected " << want << ", got " << got;
}

void check(const std::string &body, const Host &expected, const std::string &arch = "sm_90") {
  std::vector<Row> rows = floatRows();
  std::vector<uint64_t> got = evaluate(body, 'w', rows, arch);
  int shown = 0;
  for (size_t i = 0; i < rows.size(); ++i)
    expectSame(body, rows[i], expected(asFloat(rows[i][0]), asFloat(rows[i][1]), asFloat(rows[i][2])),
               asFloat(got[i]), shown);
}

float flush(float x) { return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x; }

TEST(Float, Arithmetic) {
  check("add.f32 %r0, %r1, %r2;", [](float a, float b, float) { return a + b; });
  check("add.rn.f32 %r0, %r1, 0f3F800000;", [](float a, float, float) { return a + 1.0f; });
  check("sub.ftz.f32 %r0, %r1, %r2;", [](float a, float b, float) { return flush(flush(a) - flush(b)); });
  check("mul.f32 %r0, %r1, %r2;", [](float a, float b, float) { return a * b; });
  check("mul.ftz.f32 %r0, %r1, %r2;", [](float a, float b, float) { return flush(flush(a) * flush(b)); });
  check("fma.rn.f32 %r0, %r1, %r2, %r3;", [](float a, float b, float c) { return std::fma(a, b, c); });
  check("div.rn.f32 %r0, %r1, %r2;", [](float a, float b, float) { return a / b; });
  check("rcp.approx.ftz.f32 %r0, %r1;", [](float a, float, float) { return flush(1.0f / flush(a)); });
  check("sqrt.rn.f32 %r0, %r1;", [](float a, float, float) { return std::sqrt(a); });
  check("neg.f32 %r0, %r1;", [](float a, float, float) { return -a; });
  check("abs.f32 %r0, %r1;", [](float a, float, float) { return std::fabs(a); });
  check("add.sat.f32 %r0, %r1, %r2;", [](float a, float b, float) {
    float sum = a + b;
    return sum > 0 ? std::min(sum, 1.0f) : 0.0f;
  });
  check("copysign.f32 %r0, %r1, %r2;", [](float a, float b, float) { return std::copysign(b, a); });
  // Two roundings: a fused multiply-add would differ.
  check("mul.f32 %r5, %r1, %r2; add.f32 %r0, %r5, %r3;", [](float a, float b, float c) {
    volatile float product = a * b;
    return product + c;
  });
}

TEST(Float, MinMaxOrderZerosAndNan) {
  auto least = [](float a, float b) {
    return std::isnan(a) ? b : std::isnan(b) ? a : a == b ? (std::signbit(a) ? a : b) : std::min(a, b);
  };
  auto greatest = [&](float a, float b) { return -least(-a, -b); };
  check("min.f32 %r0, %r1, %r2;", [&](float a, float b, float) { return least(a, b); });
  check("max.f32 %r0, %r1, %r2;", [&](float a, float b, float) { return greatest(a, b); });
  check(
      "max.f32 %r0, %r1, %r2, %r3;", [&](float a, float b, float c) { return greatest(greatest(a, b), c); },
      "sm_100");
  check("min.NaN.f32 %r0, %r1, %r2;",
        [&](float a, float b, float) { return std::isnan(a) || std::isnan(b) ? NAN : least(a, b); });
}

/// Approximate instructions are the true function rounded to f32: within one unit in the last place here.
TEST(Float, SpecialFunctions) {
  auto near = [](const std::string &body, double (*function)(double)) {
    std::vector<Row> rows;
    for (float x : edgeFloats())
      rows.push_back({bits(x), 0, 0, 0});
    for (int i = -1000; i < 1000; ++i)
      rows.push_back({bits(static_cast<float>(i) * 0.1503f), 0, 0, 0});
    std::vector<uint64_t> got = evaluate(body, 'w', rows);
    for (size_t i = 0; i < rows.size(); ++i) {
      float x = asFloat(rows[i][0]), want = static_cast<float>(function(x)), have = asFloat(got[i]);
      if (std::isnan(want))
        EXPECT_TRUE(std::isnan(have)) << body << " of " << x << " got " << have;
      else if (std::isinf(want))
        EXPECT_EQ(want, have) << body << " of " << x;
      else
        EXPECT_LE(std::fabs(double(want) - have), std::ldexp(std::fabs(want), -23) + 1.5e-45)
            << body << " of " << x;
    }
  };
  near("ex2.approx.f32 %r0, %r1;", [](double x) { return std::exp2(x); });
  near("ex2.approx.ftz.f32 %r0, %r1;",
       [](double x) { return double(flush(float(std::exp2(double(flush(float(x))))))); });
  near("lg2.approx.f32 %r0, %r1;", [](double x) { return std::log2(x); });
  near("rsqrt.approx.f32 %r0, %r1;", [](double x) { return 1 / std::sqrt(x); });
  near("tanh.approx.f32 %r0, %r1;", [](double x) { return std::tanh(x); });
  near("sin.approx.f32 %r0, %r1;", [](double x) { return std::sin(x); });
  near("cos.approx.f32 %r0, %r1;", [](double x) { return std::cos(x); });
}

TEST(Float, Comparisons) {
  struct Case {
    const char *op;
    bool (*expected)(float, float);
  };
  const Case cases[] = {
      {"eq", [](float a, float b) { return a == b; }},
      {"ne", [](float a, float b) { return a != b && !std::isnan(a) && !std::isnan(b); }},
      {"lt", [](float a, float b) { return a < b; }},
      {"ge", [](float a, float b) { return a >= b; }},
      {"equ", [](float a, float b) { return a == b || std::isnan(a) || std::isnan(b); }},
      {"neu", [](float a, float b) { return a != b; }},
      {"ltu", [](float a, float b) { return !(a >= b); }},
      {"leu", [](float a, float b) { return !(a > b); }},
      {"gtu", [](float a, float b) { return !(a <= b); }},
      {"geu", [](float a, float b) { return !(a < b); }},
      {"num", [](float a, float b) { return !std::isnan(a) && !std::isnan(b); }},
      {"nan", [](float a, float b) { return std::isnan(a) || std::isnan(b); }},
  };
  std::vector<Row> rows = floatRows();
  for (const Case &test : cases) {
    std::vector<uint64_t> got = evaluate("setp." + std::string(test.op) + ".f32 %p0, %r1, %r2;", 'p', rows);
    for (size_t i = 0; i < rows.size(); ++i)
      EXPECT_EQ(got[i], uint64_t(test.expected(asFloat(rows[i][0]), asFloat(rows[i][1]))))
          << test.op << " " << asFloat(rows[i][0]) << " " << asFloat(rows[i][1]);
  }
}

TEST(Float, Doubles) {
  std::vector<double> edges = {0.0, -0.0, 1.0, -1.5, 1e300, 5e-324, INFINITY, NAN, 3.141592653589793, 1e-10};
  std::vector<Row> rows;
  for (double a : edges)
    for (double b : edges)
      rows.push_back({bits(a), bits(b), bits(a * 0.75), 0});
  auto check64 = [&](const std::string &body, double (*expected)(double, double, double)) {
    std::vector<uint64_t> got = evaluate(body, 'd', rows);
    for (size_t i = 0; i < rows.size(); ++i) {
      double want = expected(asDouble(rows[i][0]), asDouble(rows[i][1]), asDouble(rows[i][2])),
             have = asDouble(got[i]);
      EXPECT_TRUE(bits(want) == bits(have) || (std::isnan(want) && std::isnan(have)))
          << body << " " << want << " " << have;
    }
  };
  check64("add.f64 %rd0, %rd1, %rd2;", [](double a, double b, double) { return a + b; });
  check64("fma.rn.f64 %rd0, %rd1, %rd2, %rd3;",
          [](double a, double b, double c) { return std::fma(a, b, c); });
  check64("div.rn.f64 %rd0, %rd1, %rd2;", [](double a, double b, double) { return a / b; });
  check64("mul.f64 %rd0, %rd1, 0d4000000000000000;", [](double a, double, double) { return a * 2; });
}

// The half-precision reference is the compiler's own _Float16, and float arithmetic for bf16.
_Float16 asHalf(uint64_t value) {
  _Float16 h;
  uint16_t word = static_cast<uint16_t>(value);
  std::memcpy(&h, &word, sizeof(h));
  return h;
}
uint64_t halfBits(double value) {
  _Float16 h = static_cast<_Float16>(value);
  uint16_t word;
  std::memcpy(&word, &h, sizeof(word));
  return word;
}
bool halfNan(uint64_t h) { return (h & 0x7fff) > 0x7c00; }
bool bfNan(uint64_t h) { return (h & 0x7fff) > 0x7f80; }
float bfToFloat(uint64_t h) { return asFloat(h << 16); }
uint64_t floatToBf(float x) {
  return std::isnan(x) ? 0x7fff : (bits(x) + 0x7fff + (bits(x) >> 16 & 1)) >> 16;
}

std::vector<Row> halfRows() {
  std::vector<uint64_t> edges = {0x0000, 0x8000, 0x0001, 0x83ff, 0x0400, 0x3c00, 0xbc00, 0x3c01,
                                 0x3555, 0x4248, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0x6400,
                                 0x1234, 0x9abc, 0x3f80, 0x7f80, 0x4049, 0x5bff};
  std::vector<Row> rows;
  for (uint64_t a : edges)
    for (uint64_t b : edges)
      rows.push_back({a | b << 16, b | 0x3c00 << 16, edges[rows.size() * 5 % edges.size()] | a << 16, 0});
  return rows;
}

TEST(Half, Arithmetic) {
  std::vector<Row> rows = halfRows();
  auto check = [&](const std::string &body, char result,
                   const std::function<uint64_t(const Row &, int)> &expected, bool (*isNan)(uint64_t)) {
    std::vector<uint64_t> got = evaluate(body, result, rows);
    for (size_t i = 0; i < rows.size(); ++i)
      for (int shift = 0; shift < (result == 'w' ? 32 : 16); shift += 16) {
        uint64_t want = expected(rows[i], shift) & 0xffff, have = got[i] >> shift & 0xffff;
        EXPECT_TRUE(want == have || (isNan(want) && isNan(have)))
            << body << std::hex << " row " << rows[i][0] << " " << rows[i][1] << " " << rows[i][2] << " want "
            << want << " got " << have;
      }
  };
  auto h = [](uint64_t cell, int shift) { return static_cast<double>(asHalf(cell >> shift)); };
  auto b = [](uint64_t cell, int shift) { return bfToFloat(cell >> shift & 0xffff); };
  check(
      "add.f16 %h0, %h1, %h2;", 'h', [&](const Row &r, int s) { return halfBits(h(r[0], s) + h(r[1], s)); },
      halfNan);
  check(
      "mul.rn.f16x2 %r0, %r1, %r2;", 'w',
      [&](const Row &r, int s) { return halfBits(h(r[0], s) * h(r[1], s)); }, halfNan);
  check(
      "sub.f16x2 %r0, %r1, %r2;", 'w', [&](const Row &r, int s) { return halfBits(h(r[0], s) - h(r[1], s)); },
      halfNan);
  check(
      "fma.rn.f16x2 %r0, %r1, %r2, %r3;", 'w',
      // 64-bit significands hold every sum of an f16 product and an f16 exactly enough to round once
      [&](const Row &r, int s) {
        long double exact =
            static_cast<long double>(h(r[0], s)) * h(r[1], s) + static_cast<long double>(h(r[2], s));
        double once = static_cast<double>(exact);
        return halfBits(once);
      },
      halfNan);
  check(
      "max.f16x2 %r0, %r1, %r2;", 'w',
      [&](const Row &r, int s) {
        double x = h(r[0], s), y = h(r[1], s);
        return halfBits(std::isnan(x)   ? y
                        : std::isnan(y) ? x
                        : x == y        ? (std::signbit(x) ? y : x)
                                        : std::max(x, y));
      },
      halfNan);
  check(
      "neg.f16 %h0, %h1;", 'h', [&](const Row &r, int s) { return halfBits(-h(r[0], s)); }, halfNan);
  check(
      "mul.rn.bf16x2 %r0, %r1, %r2;", 'w',
      [&](const Row &r, int s) { return floatToBf(b(r[0], s) * b(r[1], s)); }, bfNan);
  check(
      "add.rn.bf16 %h0, %h1, %h2;", 'h',
      [&](const Row &r, int s) { return floatToBf(b(r[0], s) + b(r[1], s)); }, bfNan);
}

TEST(Convert, HalvesBothWays) {
  std::vector<Row> rows;
  for (uint64_t i = 0; i < 65536; i += 7)
    rows.push_back({i, 0, 0, 0});
  std::vector<uint64_t> wide = evaluate("cvt.f32.f16 %r0, %h1;", 'w', rows);
  std::vector<uint64_t> wideBf = evaluate("cvt.f32.bf16 %r0, %h1;", 'w', rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    float want = static_cast<float>(asHalf(rows[i][0]));
    EXPECT_TRUE(bits(want) == wide[i] || std::isnan(want)) << rows[i][0];
    EXPECT_EQ(wideBf[i], rows[i][0] << 16);
  }
  std::vector<Row> floats = floatRows();
  for (int i = 0; i < 4000; ++i) // values around every rounding boundary of both formats
    floats.push_back(
        {uint64_t(0x33000000u + uint32_t(i) * 77777u), uint64_t(0x3f800000u + uint32_t(i) * 4099u), 0, 0});
  std::vector<uint64_t> f16 = evaluate("cvt.rn.f16.f32 %h0, %r1;", 'h', floats);
  std::vector<uint64_t> packed = evaluate("cvt.rn.f16x2.f32 %r0, %r1, %r2;", 'w', floats);
  std::vector<uint64_t> bf = evaluate("cvt.rn.bf16x2.f32 %r0, %r1, %r2;", 'w', floats);
  std::vector<uint64_t> down = evaluate("cvt.rz.f16.f32 %h0, %r1;", 'h', floats);
  for (size_t i = 0; i < floats.size(); ++i) {
    float x = asFloat(floats[i][0]), y = asFloat(floats[i][1]);
    uint64_t want = std::isnan(x) ? 0x7fff : halfBits(x), low = std::isnan(y) ? 0x7fff : halfBits(y);
    EXPECT_EQ(f16[i], want) << x;
    EXPECT_EQ(packed[i], want << 16 | low) << x << " " << y; // the first source is the upper half
    EXPECT_EQ(bf[i], floatToBf(x) << 16 | floatToBf(y)) << x << " " << y;
    if (!std::isnan(x)) { // toward zero: the value itself, or the neighbour of smaller magnitude
      double toward = static_cast<double>(asHalf(down[i]));
      EXPECT_LE(std::fabs(toward), std::fabs(double(x)));
      EXPECT_TRUE(std::isinf(x) || std::fabs(static_cast<double>(asHalf(down[i] + 1))) > std::fabs(double(x)))
          << x;
    }
  }
}

TEST(Convert, Integers) {
  std::vector<Row> rows = pairs(edgeIntegers(), {0});
  auto check = [&](const std::string &body, char result, const std::function<uint64_t(uint64_t)> &expected) {
    std::vector<uint64_t> got = evaluate(body, result, rows);
    for (size_t i = 0; i < rows.size(); ++i)
      EXPECT_EQ(got[i], expected(rows[i][0])) << body << " of " << std::hex << rows[i][0];
  };
  check("cvt.u64.u32 %rd0, %r1;", 'd', [](uint64_t v) { return v & 0xffffffff; });
  check("cvt.s64.s32 %rd0, %rd1;", 'd', [](uint64_t v) { return uint64_t(int64_t(int32_t(v))); });
  check("cvt.u32.u16 %r0, %rd1;", 'w', [](uint64_t v) { return v & 0xffff; });
  check("cvt.s64.s32 %rd0, %r1;", 'd', [](uint64_t v) { return uint64_t(int64_t(int32_t(v))); });
  check("cvt.s32.s8 %r0, %r1;", 'w', [](uint64_t v) { return uint64_t(uint32_t(int32_t(int8_t(v)))); });
  check("cvt.u32.u16 %r0, %h1;", 'w', [](uint64_t v) { return v & 0xffff; });
  check("cvt.sat.u8.s32 %r0, %r1;", 'w',
        [](uint64_t v) { return uint64_t(std::clamp<int32_t>(int32_t(v), 0, 255)); });
  check("cvt.sat.s16.s64 %h0, %rd1;", 'h',
        [](uint64_t v) { return uint64_t(uint16_t(std::clamp<int64_t>(int64_t(v), -32768, 32767))); });
  check("cvt.rn.f32.s32 %r0, %r1;", 'w', [](uint64_t v) { return bits(static_cast<float>(int32_t(v))); });
  check("cvt.rn.f32.u64 %r0, %rd1;", 'w', [](uint64_t v) { return bits(static_cast<float>(v)); });
  check("cvt.rn.f64.s64 %rd0, %rd1;", 'd', [](uint64_t v) { return bits(static_cast<double>(int64_t(v))); });
  check("cvt.rz.f32.u32 %r0, %r1;", 'w', [](uint64_t v) {
    float f = static_cast<float>(uint32_t(v));
    return bits(double(f) > double(uint32_t(v)) ? std::nextafter(f, 0.0f) : f);
  });
}

TEST(Convert, FloatToInteger) {
  std::vector<Row> rows = floatRows();
  auto check = [&](const std::string &body, char result, double least, double greatest,
                   double (*round)(double)) {
    std::vector<uint64_t> got = evaluate(body, result, rows);
    for (size_t i = 0; i < rows.size(); ++i) {
      double x = asFloat(rows[i][0]), r = round(x);
      if (std::isnan(x)) {
        EXPECT_EQ(got[i], 0u) << body;
      } else {
        double clamped = std::clamp(r, least, greatest);
        uint64_t want = clamped < 0 ? uint64_t(int64_t(clamped)) : uint64_t(clamped);
        EXPECT_EQ(got[i], result == 'w' ? want & 0xffffffff : want) << body << " of " << x;
      }
    }
  };
  check("cvt.rni.s32.f32 %r0, %r1;", 'w', -2147483648.0, 2147483647.0,
        [](double x) { return std::nearbyint(x); });
  check("cvt.rzi.u32.f32 %r0, %r1;", 'w', 0, 4294967295.0, [](double x) { return std::trunc(x); });
  check("cvt.rmi.s32.f32 %r0, %r1;", 'w', -2147483648.0, 2147483647.0,
        [](double x) { return std::floor(x); });
  check("cvt.rpi.s32.f32 %r0, %r1;", 'w', -2147483648.0, 2147483647.0, [](double x) { return std::ceil(x); });
  std::vector<uint64_t> wide = evaluate("cvt.rzi.s64.f32 %rd0, %r1;", 'd', rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    float x = asFloat(rows[i][0]);
    uint64_t want = std::isnan(x)                  ? 0
                    : x >= 9223372036854775808.0f  ? INT64_MAX
                    : x <= -9223372036854775808.0f ? uint64_t(INT64_MIN)
                                                   : uint64_t(int64_t(x));
    EXPECT_EQ(wide[i], want) << x;
  }
}

} // namespace
} // namespace attnc::simtest
