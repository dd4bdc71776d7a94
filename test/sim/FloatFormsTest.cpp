// FloatFormsTest.cpp - add, sub, mul, fma, div, sqrt, rcp of f32 and f64 in every rounding, with ftz and sat;
// minima.
#include "test/sim/Forms.h"

namespace attnc::simtest {
namespace {

struct OpName {
  Op op;
  const char *name;
  int sources;
  bool saturates;
};
constexpr OpName ops[] = {{Op::Add, "add", 2, true}, {Op::Sub, "sub", 2, true},  {Op::Mul, "mul", 2, true},
                          {Op::Fma, "fma", 3, true}, {Op::Div, "div", 2, false}, {Op::Sqrt, "sqrt", 1, false},
                          {Op::Rcp, "rcp", 1, false}};
constexpr std::pair<Rounding, const char *> modes[] = {
    {Rounding::Nearest, "rn"}, {Rounding::Zero, "rz"}, {Rounding::Down, "rm"}, {Rounding::Up, "rp"}};

TEST(FloatForms, EveryRounding) {
  const std::vector<Row> singles = floatCodes(kF32), doubles = floatCodes(kF64);
  for (const OpName &op : ops)
    for (auto [mode, modeName] : modes) {
      auto text = [&](const char *flags, int bits) {
        return form(std::string(op.name) + "." + modeName + flags + ".f" + std::to_string(bits),
                    std::vector<int>(size_t(op.sources) + 1, bits));
      };
      expectForm(
          text("", 64), 'd', doubles,
          [&](const Row &r) { return apply(op.op, kF64, mode, r[0], r[1], r[2]); }, &kF64);
      for (bool ftz : {false, true})
        for (bool sat : {false, true}) {
          if (sat && !op.saturates)
            continue;
          auto host = [&](const Row &r) {
            auto in = [&](uint64_t code) { return ftz ? kF32.flush(code) : code; };
            uint64_t code = in(apply(op.op, kF32, mode, in(r[0]), in(r[1]), in(r[2])));
            return sat ? saturated(kF32, code) : code;
          };
          expectForm(text((std::string(ftz ? ".ftz" : "") + (sat ? ".sat" : "")).c_str(), 32), 'w', singles,
                     host, &kF32);
        }
    }
}

/// Two f32 in a 64-bit register.
TEST(FloatForms, Pairs) {
  std::vector<Row> rows = floatCodes(kF32), pairs;
  for (size_t i = 0; i < rows.size(); ++i)
    for (const Row &high : {rows[(i * 13 + 5) % rows.size()]})
      pairs.push_back(
          {rows[i][0] | high[0] << 32, rows[i][1] | high[1] << 32, rows[i][2] | high[2] << 32, 0});
  for (const OpName &op : ops) {
    if (!op.saturates)
      continue;
    for (bool ftz : {false, true}) {
      std::string body = form(std::string(op.name) + ".rn" + (ftz ? ".ftz" : "") + ".f32x2",
                              std::vector<int>(size_t(op.sources) + 1, 64));
      std::vector<uint64_t> got = evaluate(body, 'd', pairs, "sm_100");
      for (size_t i = 0; i < pairs.size(); ++i)
        for (int shift : {0, 32}) {
          auto in = [&](uint64_t cell) {
            uint64_t code = cell >> shift & 0xffffffff;
            return ftz ? kF32.flush(code) : code;
          };
          uint64_t want =
              in(apply(op.op, kF32, Rounding::Nearest, in(pairs[i][0]), in(pairs[i][1]), in(pairs[i][2]))
                 << shift);
          uint64_t have = got[i] >> shift & 0xffffffff;
          EXPECT_TRUE(want == have || (kF32.isNan(want) && kF32.isNan(have)))
              << body << std::hex << " row " << i;
        }
    }
  }
}

/// -0 below 0; NaN only if both are, or with .NaN if one is; .xorsign.abs: magnitudes, the product's sign.
uint64_t least(const Format &format, uint64_t a, uint64_t b, bool greatest, bool keepNan) {
  bool nanA = format.isNan(a), nanB = format.isNan(b);
  if ((nanA && nanB) || (keepNan && (nanA || nanB)))
    return format.nan();
  if (nanA || nanB)
    return nanA ? b : a;
  auto key = [&](uint64_t code) { // codes of both signs in order
    int64_t magnitude = int64_t(code & (format.sign() - 1));
    return code & format.sign() ? -magnitude - 1 : magnitude;
  };
  return (key(a) < key(b)) != greatest ? a : b;
}

void minima(const std::string &type, const Format &format, const std::vector<const char *> &flushes,
            bool hasXorSign) {
  int bits = format.bits();
  std::vector<Row> rows = floatCodes(format);
  for (bool greatest : {false, true})
    for (const char *flush : flushes)
      for (bool keepNan : {false, true})
        for (bool xorSign : {false, true}) {
          if (xorSign && !hasXorSign)
            continue;
          auto host = [&](uint64_t a, uint64_t b) {
            auto in = [&](uint64_t code) { return *flush ? format.flush(code) : code; };
            a = in(a), b = in(b);
            if (!xorSign)
              return least(format, a, b, greatest, keepNan);
            uint64_t low = format.sign() - 1, result = least(format, a & low, b & low, greatest, keepNan);
            return format.isNan(result) ? result : result | ((a ^ b) & format.sign());
          };
          std::string name = std::string(greatest ? "max" : "min") + flush + (keepNan ? ".NaN" : "") +
                             (xorSign ? ".xorsign.abs" : "") + "." + type;
          if (type == "f64" && keepNan)
            continue;
          expectForm(
              form(name, {bits, bits, bits}), resultOf(bits), rows,
              [&](const Row &r) { return host(r[0], r[1]); }, &format);
          if (bits == 16)
            expectForm(
                form(name + "x2", {32, 32, 32}), 'w', packedRows(rows),
                [&](const Row &r) {
                  return host(r[0] & 65535, r[1] & 65535) | host(r[0] >> 16, r[1] >> 16) << 16;
                },
                &format, true);
        }
}

TEST(FloatForms, Minima) {
  minima("f32", kF32, {"", ".ftz"}, true);
  minima("f64", kF64, {""}, false);
  minima("f16", kF16, {"", ".ftz"}, true);
  minima("bf16", kBF16, {""}, true);
  for (bool ftz : {false, true})
    for (bool greatest : {false, true})
      expectForm(
          std::string(greatest ? "max" : "min") + (ftz ? ".ftz" : "") + ".f32 %r0, %r1, %r2, %r3;", 'w',
          floatCodes(kF32),
          [&](const Row &r) {
            auto in = [&](uint64_t code) { return ftz ? kF32.flush(code) : code; };
            return least(kF32, least(kF32, in(r[0]), in(r[1]), greatest, false), in(r[2]), greatest, false);
          },
          &kF32, false, "sm_100");
}

TEST(FloatForms, Signs) {
  std::vector<Row> singles = floatCodes(kF32), doubles = floatCodes(kF64);
  for (bool ftz : {false, true}) {
    auto in = [&](uint64_t code) { return ftz ? kF32.flush(code) : code; };
    std::string z = ftz ? ".ftz.f32" : ".f32";
    expectForm(
        form("abs" + z, {32, 32}), 'w', singles, [&](const Row &r) { return in(r[0]) & 0x7fffffff; }, &kF32);
    expectForm(
        form("neg" + z, {32, 32}), 'w', singles, [&](const Row &r) { return in(r[0]) ^ 0x80000000; }, &kF32);
  }
  expectForm(
      form("abs.f64", {64, 64}), 'd', doubles, [](const Row &r) { return r[0] & INT64_MAX; }, &kF64);
  expectForm(
      form("neg.f64", {64, 64}), 'd', doubles, [](const Row &r) { return r[0] ^ kF64.sign(); }, &kF64);
  expectForm(form("copysign.f64", {64, 64, 64}), 'd', doubles,
             [](const Row &r) { return (r[1] & INT64_MAX) | (r[0] & kF64.sign()); });
  expectForm(form("copysign.f32", {32, 32, 32}), 'w', singles,
             [](const Row &r) { return (r[1] & 0x7fffffff) | (r[0] & kF32.sign()); });
}

} // namespace
} // namespace attnc::simtest
