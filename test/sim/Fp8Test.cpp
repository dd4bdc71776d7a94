// Fp8Test.cpp - conversions to and from e4m3, e5m2 and tf32, saturating 16-bit ones, cvt.pack.
#include "test/sim/Forms.h"

#include <algorithm>

namespace attnc::simtest {
namespace {

struct Fp8 {
  const char *name;
  const Format *format;
};
const Fp8 formats[] = {{"e4m3x2", &kE4M3}, {"e5m2x2", &kE5M2}};

/// .satfinite: infinity and what overflows is the greatest finite value.
uint64_t finite(const Format &from, const Format &to, uint64_t code, bool relu,
                Rounding mode = Rounding::Nearest) {
  if (relu && !from.isNan(code) && (code & from.sign()) != 0)
    return 0;
  uint64_t result = convert(from, to, code, mode);
  return to.isInfinite(result) ? result - 1 : result;
}

std::vector<Row> rowsFor(const Format &from, const Format &to) {
  std::vector<uint64_t> codes;
  for (uint64_t code = 0; code < (uint64_t(1) << std::min(to.bits(), 9)); ++code) {
    if (to.isNan(code) || to.isInfinite(code))
      continue;
    uint64_t exact = from.round({to.decode(code), 0});
    uint64_t half = uint64_t(1) << (from.mantissaBits - to.mantissaBits - 1);
    for (uint64_t beside : {exact, exact + half - 1, exact + half, exact + half + 1})
      codes.push_back(beside);
  }
  for (const Row &row : floatCodes(from))
    codes.push_back(row[0]);
  std::vector<Row> rows;
  for (size_t i = 0; i < codes.size(); ++i)
    rows.push_back({codes[i], codes[(i * 7 + 3) % codes.size()], 0, 0});
  return rows;
}

TEST(Fp8, FromFloats) {
  for (const Fp8 &to : formats)
    for (bool relu : {false, true}) {
      std::string op = std::string("cvt.rn.satfinite") + (relu ? ".relu." : ".") + to.name;
      expectForm(op + ".f32 %h0, %r1, %r2;", 'h', rowsFor(kF32, *to.format), [&](const Row &r) {
        return finite(kF32, *to.format, r[0], relu) << 8 | finite(kF32, *to.format, r[1], relu);
      });
      std::vector<Row> halves;
      for (const Row &row : rowsFor(kF16, *to.format))
        halves.push_back({row[0] | row[1] << 16, 0, 0, 0});
      expectForm(op + ".f16x2 %h0, %r1;", 'h', halves, [&](const Row &r) {
        return finite(kF16, *to.format, r[0] >> 16, relu) << 8 | finite(kF16, *to.format, r[0] & 65535, relu);
      });
    }
}

TEST(Fp8, ToHalves) {
  std::vector<Row> rows;
  for (uint64_t pair = 0; pair < 65536; pair += 3)
    rows.push_back({pair, 0, 0, 0});
  for (const Fp8 &from : formats)
    for (bool relu : {false, true})
      expectForm(std::string("cvt.rn") + (relu ? ".relu" : "") + ".f16x2." + from.name + " %r0, %h1;", 'w',
                 rows, [&](const Row &r) {
                   auto one = [&](uint64_t code) {
                     bool below = relu && !from.format->isNan(code) && (code & 0x80) != 0;
                     return below ? 0 : convert(*from.format, kF16, code);
                   };
                   return one(r[0] >> 8 & 255) << 16 | one(r[0] & 255);
                 });
}

TEST(Fp8, SaturatingHalves) {
  for (auto [mode, round] : {std::pair(Rounding::Nearest, "rn"), std::pair(Rounding::Zero, "rz")})
    for (bool relu : {false, true})
      for (bool satfinite : {false, true})
        for (const auto &[name, to] : {std::pair("f16", &kF16), std::pair("bf16", &kBF16)}) {
          auto one = [&, mode = mode](uint64_t code) {
            uint64_t result = finite(kF32, *to, code, relu, mode);
            bool infinite = !satfinite && !(relu && (code & kF32.sign()) != 0) &&
                            to->isInfinite(convert(kF32, *to, code, mode));
            return infinite ? convert(kF32, *to, code, mode) : result;
          };
          std::string op =
              std::string("cvt.") + round + (relu ? ".relu" : "") + (satfinite ? ".satfinite." : ".") + name;
          std::vector<Row> rows = rowsFor(kF32, *to);
          expectForm(op + ".f32 %h0, %r1;", 'h', rows, [&](const Row &r) { return one(r[0]); });
          expectForm(op + "x2.f32 %r0, %r1, %r2;", 'w', rows,
                     [&](const Row &r) { return one(r[0]) << 16 | one(r[1]); });
        }
}

TEST(Fp8, Tf32) {
  // A tf32 code is the upper 19 bits of an f32. rna rounds ties away from zero: add half a last place, cut.
  auto nearest = [](uint64_t code) { return convert(kF32, kTF32, code) << 13; };
  auto cut = [](uint64_t code) { return convert(kF32, kTF32, code, Rounding::Zero) << 13; };
  auto away = [](uint64_t code) {
    return kF32.isNan(code) || kF32.isInfinite(code) ? code : (code + 0x1000) & ~uint64_t(0x1fff);
  };
  auto relu = [](uint64_t code) { return !kF32.isNan(code) && (code & kF32.sign()) != 0 ? 0 : code; };
  std::vector<Row> rows = rowsFor(kF32, kTF32);
  auto check = [&](const std::string &mods, const std::function<uint64_t(uint64_t)> &host) {
    expectForm(
        "cvt." + mods + ".tf32.f32 %r0, %r1;", 'w', rows, [&](const Row &r) { return host(r[0]); }, &kF32);
  };
  check("rn", nearest);
  check("rz", cut);
  check("rna", away);
  check("rn.relu", [&](uint64_t code) { return nearest(relu(code)); });
  check("rz.relu", [&](uint64_t code) { return cut(relu(code)); });
  check("rna.satfinite", [&](uint64_t code) {
    uint64_t result = away(code);
    return kF32.isInfinite(result) ? result - 0x2000 : result;
  });
}

TEST(Fp8, Pack) {
  auto clamp = [](uint64_t v, int64_t least, int64_t greatest) {
    return uint64_t(std::clamp<int64_t>(int32_t(v), least, greatest));
  };
  expectForm("cvt.pack.sat.u16.s32 %r0, %r1, %r2;", 'w', integerRows(),
             [&](const Row &r) { return clamp(r[0], 0, 65535) << 16 | clamp(r[1], 0, 65535); });
  expectForm("cvt.pack.sat.s16.s32 %r0, %r1, %r2;", 'w', integerRows(), [&](const Row &r) {
    return clamp(r[0], -32768, 32767) << 16 | (clamp(r[1], -32768, 32767) & 65535);
  });
  expectForm("cvt.pack.sat.u8.s32.b32 %r0, %r1, %r2, %r3;", 'w', integerRows(),
             [&](const Row &r) { return r[2] << 16 | clamp(r[0], 0, 255) << 8 | clamp(r[1], 0, 255); });
  expectForm("cvt.pack.sat.s8.s32.b32 %r0, %r1, %r2, %r3;", 'w', integerRows(), [&](const Row &r) {
    return r[2] << 16 | (clamp(r[0], -128, 127) & 255) << 8 | (clamp(r[1], -128, 127) & 255);
  });
}

} // namespace
} // namespace attnc::simtest
