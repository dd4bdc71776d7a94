// FunctionProbes.cpp - approximate functions, within the errors that the PTX ISA states
// (runtime/sim/README.md), and 16-bit arithmetic, exact.
#include "tools/gpu/golden/Probes.h"

#include <cstring>

namespace attnc::golden {
namespace {

std::vector<uint32_t> sweep(float least, float greatest, bool exponents) {
  std::vector<uint32_t> values = {0,          0x80000000, 1,          0x7f800000,
                                  0xff800000, 0x7fffffff, 0x3f800000, 0xbf800000};
  for (uint32_t i = 0; values.size() < 256; ++i) {
    float x = least + (greatest - least) * static_cast<float>(hash(i) >> 8) / 16777216.0f;
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof(bits));
    if (exponents) // spread over magnitudes 2^-60 to 2^60
      bits = (bits & 0x807fffff) | (67 + hash(i + 1000) % 120) << 23;
    values.push_back(bits);
  }
  return values;
}

} // namespace

void addFunctionProbes(std::vector<Probe> &all) {
  using Kind = Agreement::Kind;
  const std::vector<uint32_t> any = sweep(-2, 2, true), positive = sweep(1, 2, true),
                              near = sweep(-150, 150, false), angles = sweep(-6.2831853f, 6.2831853f, false),
                              small = sweep(-8, 8, false);
  for (const char *z : {"", ".ftz"}) {
    auto f32 = [&](const std::string &name, const std::vector<uint32_t> &values, double ulps,
                   double absolute) {
      std::string op = name + z + ".f32";
      addElementwise(all, op, 75, op + " o0, i0;\n", values, 1, {Kind::F32, ulps, absolute});
    };
    f32("rcp.approx", any, 2, 0);
    f32("sqrt.approx", positive, 2, 0);
    f32("rsqrt.approx", positive, 3, 0);
    f32("ex2.approx", near, 3, 0);
    f32("lg2.approx", positive, 5, 0x1p-22);
    f32("sin.approx", angles, 0, 0x1p-20);
    f32("cos.approx", angles, 0, 0x1p-20);
    std::string full = std::string("div.full") + z + ".f32", approx = std::string("div.approx") + z + ".f32";
    addElementwise(all, full, 75, full + " o0, i0, i1;\n", positive, 2, {Kind::F32, 3, 0});
    addElementwise(all, approx, 75, approx + " o0, i0, i1;\n", positive, 2, {Kind::F32, 3, 0});
  }
  addElementwise(all, "tanh.approx.f32", 75, "tanh.approx.f32 o0, i0;\n", small, 1,
                 {Kind::F32, 4096 + 1, 0x1p-24}); // 2^-11
  // Codes of 16-bit floats, two a word.
  std::vector<uint32_t> halves, bfloats;
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t r = hash(i);
    halves.push_back((r & 0x83ff83ffu) | (3 + r / 1024 % 18) << 10 | (3 + r / 4096 % 18) << 26);
    bfloats.push_back((r & 0x807f807fu) | (115 + r / 1024 % 18) << 7 | (115 + r / 4096 % 18) << 23);
  }
  for (uint32_t special : {0u, 0x80008000u, 0x00010001u, 0x7c00fc00u, 0x7fff0000u, 0x7bff7bffu})
    halves[special % 251] = special;
  addElementwise(all, "ex2.approx.f16x2", 75, "ex2.approx.f16x2 o0, i0;\n", halves, 1, {Kind::F16, 2, 0});
  addElementwise(all, "tanh.approx.f16x2", 75, "tanh.approx.f16x2 o0, i0;\n", halves, 1,
                 {Kind::F16, 2, 0x1p-10});
  addElementwise(all, "ex2.approx.ftz.bf16x2", 90, "ex2.approx.ftz.bf16x2 o0, i0;\n", bfloats, 1,
                 {Kind::BF16, 2, 0});
  addElementwise(all, "tanh.approx.bf16x2", 90, "tanh.approx.bf16x2 o0, i0;\n", bfloats, 1,
                 {Kind::BF16, 2, 0x1p-8});
  struct Exact {
    const char *op;
    int since;
    bool isBf16;
    int operands;
  };
  for (const Exact &op :
       {Exact{"add.f16x2", 75, false, 2}, Exact{"sub.f16x2", 75, false, 2}, Exact{"mul.f16x2", 75, false, 2},
        Exact{"fma.rn.f16x2", 75, false, 3}, Exact{"fma.rn.relu.f16x2", 80, false, 3},
        Exact{"fma.rn.sat.f16x2", 75, false, 3}, Exact{"min.f16x2", 80, false, 2},
        Exact{"max.NaN.f16x2", 80, false, 2}, Exact{"fma.rn.bf16x2", 80, true, 3},
        Exact{"fma.rn.relu.bf16x2", 80, true, 3}, Exact{"max.bf16x2", 80, true, 2},
        Exact{"add.bf16x2", 90, true, 2}, Exact{"mul.bf16x2", 90, true, 2}}) {
    std::string body = op.op + std::string(" o0, i0, i1") + (op.operands == 3 ? ", i2;\n" : ";\n");
    addElementwise(all, op.op, op.since, body, op.isBf16 ? bfloats : halves, op.operands,
                   {op.isBf16 ? Kind::BF16 : Kind::F16, 0, 0});
  }
}

} // namespace attnc::golden
