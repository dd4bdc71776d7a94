// ConvertFormsTest.cpp - cvt between every pair of integer types, integers and floats, floats of every width.
#include "test/sim/Forms.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnc::simtest {
namespace {

__extension__ typedef __int128 Wide;

struct Type {
  const char *name;
  int bits;
  bool isSigned;
  Wide least() const { return isSigned ? -(Wide(1) << (bits - 1)) : Wide(0); }
  Wide greatest() const { return (Wide(1) << (isSigned ? bits - 1 : bits)) - 1; }
  Wide value(uint64_t cell) const {
    uint64_t low = bits == 64 ? cell : cell & ((uint64_t(1) << bits) - 1);
    bool negative = isSigned && (low >> (bits - 1) & 1) != 0;
    return negative ? Wide(low) - (Wide(1) << bits) : Wide(low);
  }
  int regBits() const { return bits == 8 ? 32 : bits; }
};
constexpr Type integers[] = {{"u8", 8, false},   {"s8", 8, true},   {"u16", 16, false}, {"s16", 16, true},
                             {"u32", 32, false}, {"s32", 32, true}, {"u64", 64, false}, {"s64", 64, true}};
struct Float {
  const char *name;
  const Format *format;
};
const Float floats[] = {{"f16", &kF16}, {"bf16", &kBF16}, {"f32", &kF32}, {"f64", &kF64}};
constexpr std::pair<Rounding, const char *> modes[] = {
    {Rounding::Nearest, "rn"}, {Rounding::Zero, "rz"}, {Rounding::Down, "rm"}, {Rounding::Up, "rp"}};

/// A register holds the value of the type extended to its width.
uint64_t extended(const Type &type, Wide value) {
  uint64_t cell = static_cast<uint64_t>(value);
  return type.regBits() == 64 ? cell : cell & ((uint64_t(1) << type.regBits()) - 1);
}

TEST(ConvertForms, IntegersToIntegers) {
  for (const Type &from : integers)
    for (const Type &to : integers)
      for (bool sat : {false, true}) {
        if (sat && to.least() <= from.least() && to.greatest() >= from.greatest())
          continue; // ptxas refuses a .sat that does nothing
        std::string op = std::string("cvt") + (sat ? ".sat" : "") + "." + to.name + "." + from.name;
        auto host = [&](const Row &r) {
          Wide v = from.value(r[0]);
          v = sat ? std::clamp(v, to.least(), to.greatest()) : to.value(static_cast<uint64_t>(v));
          return extended(to, v);
        };
        expectForm(form(op, {to.regBits(), from.regBits()}), resultOf(to.regBits()),
                   pairs(edgeIntegers(), {0}), host);
        if (from.bits < 64) // the source register may be wider than its type
          expectForm(op + " " + reg(to.regBits(), 0) + ", %rd1;", resultOf(to.regBits()),
                     pairs(edgeIntegers(), {0}), host);
      }
}

TEST(ConvertForms, IntegersToFloats) {
  std::vector<uint64_t> values = edgeIntegers();
  for (int shift = 8; shift < 64; shift += 3) // around the last place of every format
    for (uint64_t low : {0ull, 1ull, 2ull, 3ull})
      values.push_back((0x155ull << shift) + (low << (shift - 8)) + low);
  std::vector<Row> rows = pairs(values, {0});
  for (const Type &from : integers)
    for (const Float &to : floats)
      for (auto [mode, name] : modes) {
        if (from.bits == 8 && to.format == &kBF16)
          continue; // PTX has none
        expectForm(form(std::string("cvt.") + name + "." + to.name + "." + from.name,
                        {to.format->bits(), from.regBits()}),
                   resultOf(to.format->bits()), rows, [&, mode = mode](const Row &r) {
                     Wide v = from.value(r[0]);
                     return v == 0 ? 0 : to.format->round({Quad(v), 0}, mode);
                   });
      }
  for (const Type &from : integers)
    if (from.bits < 64)
      expectForm(std::string("cvt.rn.f32.") + from.name + " %r0, %rd1;", 'w', rows, [&](const Row &r) {
        Wide v = from.value(r[0]);
        return v == 0 ? 0 : kF32.round({Quad(v), 0});
      });
}

double toWhole(double x, Rounding mode) {
  return mode == Rounding::Nearest ? std::nearbyint(x)
         : mode == Rounding::Zero  ? std::trunc(x)
         : mode == Rounding::Down  ? std::floor(x)
                                   : std::ceil(x);
}
std::vector<Row> wholeRows(const Format &format) {
  std::vector<Row> rows = floatCodes(format);
  for (double x :
       {0.5, 1.5, 2.5, 3.75, 126.5, 127.5, 128.5, 255.5, 256.0, 32767.5, 65535.5, 65536.0, 2147483647.0,
        2147483648.0, 4294967295.5, 4294967296.0, 9.2233720368547758e18, 1.8446744073709552e19, 1e25})
    for (double minus : {1.0, -1.0})
      rows.push_back({format.round({x * minus, 0}), 0, 0, 0});
  return rows;
}

TEST(ConvertForms, FloatsToIntegersAndWholeFloats) {
  for (const Float &from : floats)
    for (auto [mode, name] : modes) {
      std::vector<Row> rows = wholeRows(*from.format);
      std::string round = std::string(name) + "i";
      auto value = [&](uint64_t code, bool ftz) {
        return from.format->isInfinite(code) ? ((code & from.format->sign()) != 0 ? -INFINITY : INFINITY)
                                             : from.format->decode(ftz ? from.format->flush(code) : code);
      };
      for (const Type &to : integers)
        for (bool ftz : {false, true}) {
          if ((ftz && from.format != &kF32) || (to.bits == 8 && from.format == &kBF16))
            continue;
          expectForm(form("cvt." + round + (ftz ? ".ftz." : ".") + to.name + "." + from.name,
                          {to.regBits(), from.format->bits()}),
                     resultOf(to.regBits()), rows, [&, mode = mode](const Row &r) {
                       if (from.format->isNan(r[0]))
                         return uint64_t(0);
                       double x = toWhole(value(r[0], ftz), mode);
                       Wide v = x >= 3e19 ? Wide(1) << 100 : x <= -3e19 ? -(Wide(1) << 100) : Wide(x);
                       return extended(to, std::clamp(v, to.least(), to.greatest()));
                     });
        }
      for (bool ftz : {false, true}) {
        if (ftz && from.format != &kF32)
          continue;
        expectForm(
            form("cvt." + round + (ftz ? ".ftz." : ".") + from.name + "." + from.name,
                 {from.format->bits(), from.format->bits()}),
            resultOf(from.format->bits()), rows,
            [&, mode = mode](const Row &r) {
              if (from.format->isNan(r[0]) || from.format->isInfinite(r[0]))
                return r[0];
              double x = toWhole(value(r[0], ftz), mode);
              return x == 0 ? r[0] & from.format->sign() : from.format->round({x, 0});
            },
            from.format);
      }
    }
}

TEST(ConvertForms, FloatsToFloats) {
  auto check = [](const std::string &mods, const Float &to, const Float &from, const Expected &expected) {
    std::vector<Row> rows = floatCodes(*from.format);
    for (const Row &narrow : floatCodes(*to.format)) // values of the narrower format, and beside them
      if (!to.format->isNan(narrow[0]) && !to.format->isInfinite(narrow[0]))
        for (int64_t step : {-1, 0, 1}) {
          uint64_t code = from.format->round({to.format->decode(narrow[0]), 0});
          uint64_t half = to.format->mantissaBits < from.format->mantissaBits
                              ? uint64_t(1) << (from.format->mantissaBits - to.format->mantissaBits - 1)
                              : 0;
          rows.push_back({code + uint64_t(step), 0, 0, 0});
          rows.push_back({code + half + uint64_t(step), 0, 0, 0});
        }
    int bits = to.format->bits();
    expectForm(form("cvt" + mods + "." + to.name + "." + from.name, {bits, from.format->bits()}),
               resultOf(bits), rows, expected, to.format);
  };
  for (const Float &from : floats)
    for (const Float &to : floats) {
      bool narrows =
          to.format->bits() < from.format->bits() || (to.format->bits() == 16 && from.format->bits() == 16);
      if (to.format == from.format)
        continue;
      if (!narrows) {
        check("", to, from, [&](const Row &r) { return convert(*from.format, *to.format, r[0]); });
        continue;
      }
      for (auto [mode, name] : modes) {
        if (to.format == &kBF16 && from.format == &kF32 && mode != Rounding::Nearest &&
            mode != Rounding::Zero)
          continue; // PTX has none
        check(std::string(".") + name, to, from,
              [&, mode = mode](const Row &r) { return convert(*from.format, *to.format, r[0], mode); });
        bool toHalf = to.format == &kF16 && from.format != &kBF16;
        if (toHalf || from.format == &kF64)
          if (to.format != &kBF16)
            check(std::string(".") + name + ".sat", to, from, [&, mode = mode](const Row &r) {
              return saturated(*to.format, convert(*from.format, *to.format, r[0], mode));
            });
      }
    }
  const Float &f16 = floats[0], &bf16 = floats[1], &f32 = floats[2], &f64 = floats[3];
  for (auto [mode, name] : modes) {
    check(std::string(".") + name + ".ftz", f16, f32,
          [mode = mode](const Row &r) { return convert(kF32, kF16, kF32.flush(r[0]), mode); });
    check(std::string(".") + name + ".ftz.sat", f16, f32, [mode = mode](const Row &r) {
      return saturated(kF16, convert(kF32, kF16, kF32.flush(r[0]), mode));
    });
    check(std::string(".") + name + ".ftz", f32, f64,
          [mode = mode](const Row &r) { return kF32.flush(convert(kF64, kF32, r[0], mode)); });
  }
  check(".ftz", f64, f32, [](const Row &r) { return convert(kF32, kF64, kF32.flush(r[0])); });
  check(".sat", f64, f32, [](const Row &r) { return saturated(kF64, convert(kF32, kF64, r[0])); });
  check(".sat", f64, f64, [](const Row &r) { return saturated(kF64, r[0]); });
  check(".sat", f16, f16, [](const Row &r) { return saturated(kF16, r[0]); });
  check(".sat", f32, f32, [](const Row &r) { return saturated(kF32, r[0]); });
  check(".ftz.sat", f32, f32, [](const Row &r) { return saturated(kF32, kF32.flush(r[0])); });
  check(".ftz", f32, f32, [](const Row &r) { return kF32.flush(r[0]); });
  check(".sat", f32, f16, [](const Row &r) { return saturated(kF32, convert(kF16, kF32, r[0])); });
  check(".ftz.sat", f32, f16, [](const Row &r) { return saturated(kF32, convert(kF16, kF32, r[0])); });
  check(".ftz", f32, f16, [](const Row &r) { return convert(kF16, kF32, r[0]); });
  check(".ftz", f32, bf16, [](const Row &r) { return kF32.flush(convert(kBF16, kF32, r[0])); });
}

} // namespace
} // namespace attnc::simtest
