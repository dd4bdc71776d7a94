// ApproxTest.cpp - approximate functions are within the errors that the PTX ISA states (runtime/sim/README.md
// has the table), and treat special values as it says.
#include "test/sim/Forms.h"

#include <cmath>

namespace attnc::simtest {
namespace {

struct Bound {
  double relative = 0, absolute = 0, ulps = 0;
};

double wide(const Format &format, uint64_t code) {
  return format.isNan(code)        ? std::nan("")
         : format.isInfinite(code) ? ((code & format.sign()) != 0 ? -INFINITY : INFINITY)
                                   : format.decode(code);
}

std::vector<uint64_t> sweep(const Format &format, double least, double greatest) {
  std::vector<uint64_t> codes;
  for (int i = 0; i <= 4000; ++i)
    codes.push_back(format.round({least + (greatest - least) * i / 4000, 0}));
  for (double x = 1e-30; x < greatest; x *= 1.7)
    for (double s : {x, -x})
      if (s >= least)
        codes.push_back(format.round({s, 0}));
  return codes;
}

/// `body` puts f(%x1) into %x0; within the bound where the true result is a normal number.
void within(const std::string &body, const Format &format, const std::vector<uint64_t> &codes,
            const Bound &bound, double (*f)(double), const std::string &arch = "sm_90") {
  int bits = format.bits();
  std::vector<Row> rows;
  for (uint64_t code : codes)
    rows.push_back({code, 0, 0, 0});
  std::vector<uint64_t> got = evaluate(body, resultOf(bits), rows, arch);
  int shown = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    double x = wide(format, rows[i][0]), want = f(x), have = wide(format, got[i]);
    double least = format.decode(uint64_t(1) << format.mantissaBits);
    if (std::isnan(want) || std::isinf(want) || std::fabs(want) > format.decode(format.top) ||
        std::fabs(want) < least)
      continue;
    double ulp = std::ldexp(1.0, std::ilogb(want) - format.mantissaBits);
    double allowed = std::max({bound.absolute, bound.relative * std::fabs(want), bound.ulps * ulp});
    if (std::fabs(have - want) > allowed && ++shown <= 3)
      ADD_FAILURE() << body << " of " << x << ": expected " << want << " within " << allowed << ", got "
                    << have;
  }
}

double reciprocal(double x) { return 1 / x; }
double reciprocalRoot(double x) { return 1 / std::sqrt(x); }

TEST(Approx, Singles) {
  std::vector<uint64_t> positive = sweep(kF32, 1e-30, 1e30), all = sweep(kF32, -1e30, 1e30);
  std::vector<uint64_t> nearOne = sweep(kF32, 0.5, 2.0), angles = sweep(kF32, -6.2831855, 6.2831855),
                        wideAngles = sweep(kF32, -314.15927, 314.15927), exponents = sweep(kF32, -126, 127.9);
  for (const char *z : {"", ".ftz"}) {
    std::string t = std::string(z) + ".f32 %r0, %r1;";
    within("rcp.approx" + t, kF32, all, {0, 0, 1}, reciprocal);
    within("sqrt.approx" + t, kF32, positive, {0x1p-23, 0, 0}, std::sqrt);
    within("rsqrt.approx" + t, kF32, positive, {0x1.13p-23, 0, 0}, reciprocalRoot); // 2^-22.9
    within("ex2.approx" + t, kF32, exponents, {0, 0, 2}, std::exp2);
    within("lg2.approx" + t, kF32, nearOne, {0, 0x1p-22, 0}, std::log2);
    within("lg2.approx" + t, kF32, positive, {0x1p-22, 0x1p-22, 0}, std::log2);
    within("sin.approx" + t, kF32, angles, {0, 0x1.6ap-21, 0}, std::sin); // 2^-20.5
    within("cos.approx" + t, kF32, angles, {0, 0x1.6ap-21, 0}, std::cos);
    within("sin.approx" + t, kF32, wideAngles, {0, 0x1.3ap-15, 0}, std::sin); // 2^-14.7
    within("cos.approx" + t, kF32, wideAngles, {0, 0x1.3ap-15, 0}, std::cos);
  }
  within("tanh.approx.f32 %r0, %r1;", kF32, sweep(kF32, -20, 20), {0x1p-11, 0, 0}, std::tanh);
}

TEST(Approx, Division) {
  for (const char *name : {"div.approx", "div.full"})
    for (const char *z : {"", ".ftz"}) {
      std::vector<Row> rows;
      for (uint64_t a : sweep(kF32, -1e18, 1e18))
        rows.push_back({a, kF32.round({1.0 + double(rows.size() % 977) * 0.37, 0}), 0, 0});
      std::vector<uint64_t> got = evaluate(std::string(name) + z + ".f32 %r0, %r1, %r2;", 'w', rows);
      for (size_t i = 0; i < rows.size(); ++i) {
        double want = double(asFloat(rows[i][0])) / asFloat(rows[i][1]);
        if (std::fabs(want) > 1.2e-38) {
          EXPECT_LE(std::fabs(asFloat(got[i]) - want), 2 * std::ldexp(1.0, std::ilogb(want) - 23))
              << name << z;
        }
      }
    }
}

TEST(Approx, HalvesAndDoubles) {
  std::vector<uint64_t> small = sweep(kF16, -13.9, 15.9), smallBf = sweep(kBF16, -126, 127);
  within("ex2.approx.f16 %h0, %h1;", kF16, small, {0x1.12p-10, 0, 0}, std::exp2); // 2^-9.9
  within("ex2.approx.ftz.bf16 %h0, %h1;", kBF16, smallBf, {0x1p-7, 0, 0}, std::exp2);
  within("tanh.approx.f16 %h0, %h1;", kF16, sweep(kF16, -10, 10), {0, 0x1.02p-11, 0}, std::tanh); // 2^-10.987
  within("tanh.approx.bf16 %h0, %h1;", kBF16, sweep(kBF16, -10, 10), {0, 0x1p-8, 0}, std::tanh);
  // Pairs are two of the single ones.
  for (const auto &[pair, single] : {std::pair("ex2.approx.f16x2", "ex2.approx.f16"),
                                     std::pair("ex2.approx.ftz.bf16x2", "ex2.approx.ftz.bf16"),
                                     std::pair("tanh.approx.f16x2", "tanh.approx.f16"),
                                     std::pair("tanh.approx.bf16x2", "tanh.approx.bf16")}) {
    std::vector<Row> rows = packedRows(
                         floatCodes(std::string(pair).find("bf") == std::string::npos ? kF16 : kBF16)),
                     low, high;
    for (const Row &row : rows) {
      low.push_back({row[0] & 65535, 0, 0, 0});
      high.push_back({row[0] >> 16, 0, 0, 0});
    }
    std::vector<uint64_t> both = evaluate(std::string(pair) + " %r0, %r1;", 'w', rows),
                          lows = evaluate(std::string(single) + " %h0, %h1;", 'h', low),
                          highs = evaluate(std::string(single) + " %h0, %h1;", 'h', high);
    for (size_t i = 0; i < rows.size(); ++i)
      EXPECT_EQ(both[i], lows[i] | highs[i] << 16) << pair;
  }
  std::vector<uint64_t> doubles;
  for (double x = 1e-300; x < 1e300; x *= 3.7)
    doubles.push_back(bits(x));
  within("rcp.approx.ftz.f64 %rd0, %rd1;", kF64, doubles, {0x1p-19, 0, 0}, reciprocal);
  within("rsqrt.approx.f64 %rd0, %rd1;", kF64, doubles, {0x1p-19, 0, 0}, reciprocalRoot);
  within("rsqrt.approx.ftz.f64 %rd0, %rd1;", kF64, doubles, {0x1p-19, 0, 0}, reciprocalRoot);
}

TEST(Approx, SpecialValues) {
  struct Case {
    const char *body;
    float in, out;
  };
  for (const Case &test : {Case{"rcp.approx.f32", 0.0f, INFINITY},
                           Case{"rcp.approx.f32", -0.0f, -INFINITY},
                           Case{"rcp.approx.f32", -INFINITY, -0.0f},
                           Case{"rcp.approx.ftz.f32", 1e-40f, INFINITY},
                           Case{"sqrt.approx.f32", -0.0f, -0.0f},
                           Case{"sqrt.approx.f32", -1.0f, NAN},
                           Case{"rsqrt.approx.f32", 0.0f, INFINITY},
                           Case{"rsqrt.approx.f32", -0.0f, -INFINITY},
                           Case{"rsqrt.approx.f32", INFINITY, 0.0f},
                           Case{"rsqrt.approx.f32", -1.0f, NAN},
                           Case{"ex2.approx.f32", -INFINITY, 0.0f},
                           Case{"ex2.approx.f32", -0.0f, 1.0f},
                           Case{"ex2.approx.f32", 1e-40f, 1.0f},
                           Case{"ex2.approx.f32", 128.0f, INFINITY},
                           Case{"ex2.approx.f32", INFINITY, INFINITY},
                           Case{"ex2.approx.ftz.f32", -126.5f, 0.0f},
                           Case{"lg2.approx.f32", 0.0f, -INFINITY},
                           Case{"lg2.approx.f32", -0.0f, -INFINITY},
                           Case{"lg2.approx.f32", -1.0f, NAN},
                           Case{"lg2.approx.f32", INFINITY, INFINITY},
                           Case{"lg2.approx.ftz.f32", 1e-40f, -INFINITY},
                           Case{"sin.approx.f32", INFINITY, NAN},
                           Case{"sin.approx.f32", -0.0f, -0.0f},
                           Case{"cos.approx.f32", -0.0f, 1.0f},
                           Case{"cos.approx.f32", -INFINITY, NAN},
                           Case{"tanh.approx.f32", INFINITY, 1.0f},
                           Case{"tanh.approx.f32", -INFINITY, -1.0f},
                           Case{"tanh.approx.f32", NAN, NAN}}) {
    std::vector<uint64_t> got =
        evaluate(std::string(test.body) + " %r0, %r1;", 'w', {{bits(test.in), 0, 0, 0}});
    EXPECT_TRUE(got[0] == bits(test.out) || (std::isnan(test.out) && std::isnan(asFloat(got[0]))))
        << test.body << " of " << test.in << " got " << asFloat(got[0]);
  }
}

} // namespace
} // namespace attnc::simtest
