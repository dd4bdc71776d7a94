// ConvertProbes.cpp - conversions between float formats and to integers, on values around every rounding
// boundary.
#include "tools/gpu/golden/Probes.h"

#include <cstring>

namespace attnc::golden {
namespace {

uint32_t bitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

/// Specials, powers of two with neighbours, ties at every width, then anything.
std::vector<uint32_t> floats(size_t count) {
  std::vector<uint32_t> values = {0,          0x80000000, 1,          0x807fffff, 0x00800000, 0x7f7fffff,
                                  0xff7fffff, 0x7f800000, 0xff800000, 0x7fffffff, 0x7fc00001, 0x7f800001};
  for (float x :
       {448.0f,        449.0f,   463.9f,        464.0f,        480.0f,  57344.0f, 61440.0f,      65504.0f,
        65519.9f,      65520.0f, 65536.0f,      0.5f,          1.5f,    2.5f,     126.5f,        127.5f,
        255.5f,        32767.5f, 2147483648.0f, 4294967296.0f, 9.3e18f, 1e-8f,    0.0009765625f, 0.001953125f,
        0.0029296875f, 6.1e-5f,  5.96e-8f,      2.98e-8f,      7.6e-6f, 1.5e-5f})
    for (uint32_t sign : {0u, 0x80000000u})
      values.push_back(bitsOf(x) | sign);
  for (uint32_t i = 0; values.size() < count; ++i) {
    uint32_t random = hash(i), exponent = 100 + random % 48;
    uint32_t low = i % 4 == 0   ? 0x1000u
                   : i % 4 == 1 ? 0x8000u
                   : i % 4 == 2 ? 0x80000u
                                : random & 0x7fffff; // ties
    values.push_back((random & 0x80f00000u & ~0x7f800000u) | exponent << 23 | (low & 0x7fffff));
  }
  values.resize(count);
  return values;
}

std::vector<uint32_t> codes(size_t count, uint32_t mask) {
  std::vector<uint32_t> values;
  for (uint32_t i = 0; i < count; ++i)
    values.push_back((i < count / 2 ? i * (mask / static_cast<uint32_t>(count / 2) + 1) : hash(i)) & mask);
  return values;
}

} // namespace

// NaN payloads of cvt are part of the record: the hardware's are fixed.
void addConvertProbes(std::vector<Probe> &all) {
  auto add = [&](const std::string &op, int since, const std::string &body,
                 const std::vector<uint32_t> &values, int inWords = 1, Agreement agreement = {}) {
    addElementwise(all, op, since, body, values, inWords, agreement);
  };
  const std::vector<uint32_t> singles = floats(256), halves = codes(256, 0xffff),
                              pairs = codes(256, 0xffffffffu);
  for (const char *round : {"rn", "rz"})
    for (const char *relu : {"", ".relu"}) {
      std::string cvt = std::string("cvt.") + round + relu;
      int since = *relu ? 80 : 75;
      add(cvt + ".f16.f32", since, cvt + ".f16.f32 h0, i0;\ncvt.u32.u16 o0, h0;\n", singles);
      add(cvt + ".bf16.f32", 80, cvt + ".bf16.f32 h0, i0;\ncvt.u32.u16 o0, h0;\n", singles);
      add(cvt + ".f16x2.f32", 80, cvt + ".f16x2.f32 o0, i0, i1;\n", singles, 2);
      add(cvt + ".bf16x2.f32", 80, cvt + ".bf16x2.f32 o0, i0, i1;\n", singles, 2);
    }
  for (const char *type : {"e4m3x2", "e5m2x2"})
    for (const char *relu : {"", ".relu"}) {
      std::string to = std::string("cvt.rn.satfinite") + relu + "." + type,
                  from = std::string("cvt.rn") + relu;
      add(to + ".f32", 89, to + ".f32 h0, i0, i1;\ncvt.u32.u16 o0, h0;\n", singles, 2);
      add(to + ".f16x2", 89, to + ".f16x2 h0, i0;\ncvt.u32.u16 o0, h0;\n", pairs);
      add(from + ".f16x2." + type, 89, "cvt.u16.u32 h0, i0;\n" + from + ".f16x2." + type + " o0, h0;\n",
          halves);
    }
  add("cvt.f32.f16", 75, "cvt.u16.u32 h0, i0;\ncvt.f32.f16 o0, h0;\n", halves, 1,
      {Agreement::Kind::F32, 0, 0});
  add("cvt.f32.bf16", 90, "cvt.u16.u32 h0, i0;\ncvt.f32.bf16 o0, h0;\n", halves, 1,
      {Agreement::Kind::F32, 0, 0});
  add("cvt.rna.tf32.f32", 80, "cvt.rna.tf32.f32 o0, i0;\n", singles, 1, {Agreement::Kind::F32, 0, 0});
  add("cvt.rn.tf32.f32", 90, "cvt.rn.tf32.f32 o0, i0;\n", singles, 1, {Agreement::Kind::F32, 0, 0});
  add("cvt.rz.tf32.f32", 90, "cvt.rz.tf32.f32 o0, i0;\n", singles, 1, {Agreement::Kind::F32, 0, 0});
  for (const char *round : {"rni", "rzi", "rmi", "rpi"})
    for (const char *type : {"s32", "u32"}) {
      std::string cvt = std::string("cvt.") + round + "." + type + ".f32";
      add(cvt, 75, cvt + " o0, i0;\n", singles);
    }
  for (const char *type : {"s8", "u8", "s16", "u16"}) {
    std::string fromFloat = std::string("cvt.rni.sat.") + type + ".f32",
                fromInt = std::string("cvt.sat.") + type + ".s32";
    add(fromFloat, 75, fromFloat + " o0, i0;\n", singles);
    add(fromInt, 75, fromInt + " o0, i0;\n", pairs);
  }
  for (const char *type : {"s32", "u32"}) {
    std::string cvt = std::string("cvt.rn.f32.") + type;
    add(cvt, 75, cvt + " o0, i0;\n", pairs);
  }
  add("cvt.pack.sat.s8.s32.b32", 75, "cvt.pack.sat.s8.s32.b32 o0, i0, i1, i0;\n", pairs, 2);
}

} // namespace attnc::golden
