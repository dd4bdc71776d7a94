// HalfFormsTest.cpp - arithmetic of f16 and bf16, single and in pairs, with ftz, sat and relu: rounded once.
#include "test/sim/Forms.h"

namespace attnc::simtest {
namespace {

using Host = std::function<uint64_t(uint64_t, uint64_t, uint64_t)>;

/// The scalar form and the one of pairs.
void both(const std::string &op, const std::string &type, int sources, const Format &format,
          const Host &host) {
  std::vector<Row> rows = floatCodes(format);
  size_t operands = size_t(sources) + 1;
  expectForm(
      form(op + "." + type, std::vector<int>(operands, 16)), 'h', rows,
      [&](const Row &r) { return host(r[0], r[1], r[2]); }, &format);
  expectForm(
      form(op + "." + type + "x2", std::vector<int>(operands, 32)), 'w', packedRows(rows),
      [&](const Row &r) {
        return host(r[0] & 65535, r[1] & 65535, r[2] & 65535) | host(r[0] >> 16, r[1] >> 16, r[2] >> 16)
                                                                    << 16;
      },
      &format, true);
}

enum class Clamp { None, Sat, Relu };

void arithmetic(const char *type, const Format &format, Op op, const char *name, int sources, bool ftz,
                Clamp clamp) {
  const char *flag = clamp == Clamp::Sat ? ".sat" : clamp == Clamp::Relu ? ".relu" : "";
  both(std::string(name) + (op == Op::Fma ? ".rn" : "") + (ftz ? ".ftz" : "") + flag, type, sources, format,
       [&](uint64_t a, uint64_t b, uint64_t c) {
         auto in = [&](uint64_t code) { return ftz ? format.flush(code) : code; };
         uint64_t code = in(apply(op, format, Rounding::Nearest, in(a), in(b), in(c)));
         if (clamp == Clamp::Sat)
           return saturated(format, code);
         bool below = (code & format.sign()) != 0 && !format.isNan(code);
         return clamp == Clamp::Relu && below ? 0 : code;
       });
}

TEST(HalfForms, Arithmetic) {
  struct Name {
    Op op;
    const char *name;
    int sources;
  };
  for (const Name &op :
       {Name{Op::Add, "add", 2}, Name{Op::Sub, "sub", 2}, Name{Op::Mul, "mul", 2}, Name{Op::Fma, "fma", 3}}) {
    arithmetic("bf16", kBF16, op.op, op.name, op.sources, false, Clamp::None);
    for (bool ftz : {false, true})
      for (Clamp clamp : {Clamp::None, Clamp::Sat})
        arithmetic("f16", kF16, op.op, op.name, op.sources, ftz, clamp);
  }
  arithmetic("f16", kF16, Op::Fma, "fma", 3, false, Clamp::Relu);
  arithmetic("f16", kF16, Op::Fma, "fma", 3, true, Clamp::Relu);
  arithmetic("bf16", kBF16, Op::Fma, "fma", 3, false, Clamp::Relu);
}

TEST(HalfForms, Signs) {
  for (bool ftz : {false, true}) {
    auto in = [&](uint64_t code) { return ftz ? kF16.flush(code) : code; };
    std::string z = ftz ? ".ftz" : "";
    both("neg" + z, "f16", 1, kF16, [&](uint64_t a, uint64_t, uint64_t) { return in(a) ^ 0x8000; });
    both("abs" + z, "f16", 1, kF16, [&](uint64_t a, uint64_t, uint64_t) { return in(a)&0x7fff; });
  }
  both("neg", "bf16", 1, kBF16, [](uint64_t a, uint64_t, uint64_t) { return a ^ 0x8000; });
  both("abs", "bf16", 1, kBF16, [](uint64_t a, uint64_t, uint64_t) { return a & 0x7fff; });
}

} // namespace
} // namespace attnc::simtest
