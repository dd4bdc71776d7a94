// CompareFormsTest.cpp - every comparison of every type: setp, set with every result type, testp.
#include "test/sim/Forms.h"

#include <cmath>

namespace attnc::simtest {
namespace {

/// One comparison of doubles; "" of an unordered result where the name does not say.
bool compare(const std::string &name, double a, double b) {
  bool unordered = std::isnan(a) || std::isnan(b);
  if (name == "num")
    return !unordered;
  if (name == "nan")
    return unordered;
  std::string base = name.substr(0, 2);
  bool holds = base == "eq"   ? a == b
               : base == "ne" ? a != b
               : base == "lt" ? a < b
               : base == "le" ? a <= b
               : base == "gt" ? a > b
                              : a >= b;
  return unordered ? name.size() == 3 : holds;
}
const std::vector<std::string> floatNames = {"eq",  "ne",  "lt",  "le",  "gt",  "ge",  "equ",
                                             "neu", "ltu", "leu", "gtu", "geu", "num", "nan"};

double wide(const Format &format, uint64_t code, bool ftz) {
  if (format.isNan(code))
    return NAN;
  if (format.isInfinite(code))
    return (code & format.sign()) != 0 ? -INFINITY : INFINITY;
  return format.decode(ftz ? format.flush(code) : code);
}

template <class T> void integers(const std::vector<std::string> &names, const std::string &type) {
  constexpr int bits = sizeof(T) * 8;
  for (const std::string &name : names) {
    auto holds = [&](const Row &r) {
      T a = static_cast<T>(r[0]), b = static_cast<T>(r[1]);
      return name == "eq"                   ? a == b
             : name == "ne"                 ? a != b
             : name == "lt" || name == "lo" ? a < b
             : name == "le" || name == "ls" ? a <= b
             : name == "gt" || name == "hi" ? a > b
                                            : a >= b;
    };
    expectForm(form("setp." + name + "." + type, {1, bits, bits}), 'p', integerRows(), holds);
    expectForm(form("set." + name + ".u32." + type, {32, bits, bits}), 'w', integerRows(),
               [&](const Row &r) { return holds(r) ? ~0ull : 0; });
  }
}

TEST(CompareForms, Integers) {
  const std::vector<std::string> equal = {"eq", "ne"}, ordered = {"eq", "ne", "lt", "le", "gt", "ge"};
  std::vector<std::string> both = ordered;
  both.insert(both.end(), {"lo", "ls", "hi", "hs"});
  integers<uint16_t>(equal, "b16");
  integers<uint32_t>(equal, "b32");
  integers<uint64_t>(equal, "b64");
  integers<uint16_t>(both, "u16");
  integers<uint32_t>(both, "u32");
  integers<uint64_t>(both, "u64");
  integers<int16_t>(ordered, "s16");
  integers<int32_t>(ordered, "s32");
  integers<int64_t>(ordered, "s64");
}

struct FloatType {
  const char *name;
  const Format *format;
  bool ftz;
};
const FloatType floatTypes[] = {{"f32", &kF32, false}, {"ftz.f32", &kF32, true}, {"f64", &kF64, false},
                                {"f16", &kF16, false}, {"ftz.f16", &kF16, true}, {"bf16", &kBF16, false}};

TEST(CompareForms, Floats) {
  for (const FloatType &type : floatTypes)
    for (const std::string &name : floatNames) {
      int bits = type.format->bits();
      std::vector<Row> rows = floatCodes(*type.format);
      auto holds = [&](const Row &r) {
        return compare(name, wide(*type.format, r[0], type.ftz), wide(*type.format, r[1], type.ftz));
      };
      expectForm(form("setp." + name + "." + type.name, {1, bits, bits}), 'p', rows, holds);
      std::string t = type.name, z = type.ftz ? ".ftz" : "";
      t = t.substr(t.find('f') == 0 && type.ftz ? 4 : 0);
      expectForm(form("set." + name + z + ".s32." + t, {32, bits, bits}), 'w', rows,
                 [&](const Row &r) { return holds(r) ? ~0ull : 0; });
      if (bits != 16) // PTX has no f32 from a half
        expectForm("set." + name + ".xor" + z + ".f32." + t + " %r0, " + reg(bits, 1) + ", " + reg(bits, 2) +
                       ", %p3;",
                   'w', rows, [&](const Row &r) { return holds(r) != ((r[2] & 1) != 0) ? 0x3f800000 : 0; });
    }
}

TEST(CompareForms, Pairs) {
  struct Pair {
    const char *name;
    const Format *format;
    bool ftz;
    uint64_t one;
  };
  for (const Pair &type : {Pair{"f16x2", &kF16, false, 0x3c00}, Pair{"f16x2", &kF16, true, 0x3c00},
                           Pair{"bf16x2", &kBF16, false, 0x3f80}})
    for (const std::string &name : floatNames) {
      std::vector<Row> rows = packedRows(floatCodes(*type.format));
      auto holds = [&](const Row &r, int shift) -> uint64_t {
        return compare(name, wide(*type.format, r[0] >> shift & 65535, type.ftz),
                       wide(*type.format, r[1] >> shift & 65535, type.ftz));
      };
      std::string z = type.ftz ? ".ftz" : "", t = type.name;
      expectForm("set." + name + z + "." + t + "." + t + " %r0, %r1, %r2;", 'w', rows,
                 [&](const Row &r) { return holds(r, 0) * type.one | holds(r, 16) * type.one << 16; });
      expectForm("set." + name + ".and" + z + ".u32." + t + " %r0, %r1, %r2, %p3;", 'w', rows,
                 [&](const Row &r) {
                   return (r[2] & 1) != 0 ? holds(r, 0) * 0xffff | holds(r, 16) * 0xffff0000 : 0;
                 });
      expectForm("setp." + name + ".or" + z + "." + t + " %p5|%p6, %r1, %r2, !%p3; and.pred %p0, %p5, %p6;",
                 'p', rows, [&](const Row &r) { return (holds(r, 0) && holds(r, 16)) || (r[2] & 1) == 0; });
      expectForm("setp." + name + z + "." + t + " %p5|%p6, %r1, %r2; xor.pred %p0, %p5, %p6;", 'p', rows,
                 [&](const Row &r) { return holds(r, 0) != holds(r, 16); });
    }
}

TEST(CompareForms, Classes) {
  for (const Format *format : {&kF32, &kF64}) {
    int bits = format->bits();
    auto check = [&](const std::string &name, const std::function<bool(uint64_t)> &holds) {
      expectForm(form("testp." + name + ".f" + std::to_string(bits), {1, bits}), 'p', floatCodes(*format),
                 [&](const Row &r) { return holds(r[0]); });
    };
    auto magnitude = [&](uint64_t code) { return code & (format->sign() - 1); };
    check("finite", [&](uint64_t code) { return magnitude(code) <= format->top; });
    check("infinite", [&](uint64_t code) { return format->isInfinite(code); });
    check("number", [&](uint64_t code) { return !format->isNan(code); });
    check("notanumber", [&](uint64_t code) { return format->isNan(code); });
    check("subnormal", [&](uint64_t code) { return format->isSubnormal(code); });
    check("normal", [&](uint64_t code) {
      return magnitude(code) <= format->top && magnitude(code) != 0 && !format->isSubnormal(code);
    });
  }
}

} // namespace
} // namespace attnc::simtest
