// TensorProbes.cpp - mma.sync in every shape and type: small integers, whose sums are exact, then fractions,
// whose sums round; a third of integers near the limits of s32.
#include "tools/gpu/golden/Probes.h"

namespace attnc::golden {
namespace {

/// An operand type: how a register of it is filled.
struct Element {
  const char *name;
  int bits;
  uint32_t (*whole)(uint32_t random);    ///< a small integer, or any integer
  uint32_t (*fraction)(uint32_t random); ///< in (-1, 1); nullptr: there is none
};

// Codes of -4 to 4, sign and magnitude: exact in every format here.
uint32_t pick(const uint32_t (&codes)[5], uint32_t random, uint32_t sign) {
  return codes[random % 5] | (random & 0x100 ? sign : 0);
}
uint32_t wholeF16(uint32_t r) { return pick({0, 0x3c00, 0x4000, 0x4200, 0x4400}, r, 0x8000); }
uint32_t wholeBF16(uint32_t r) { return pick({0, 0x3f80, 0x4000, 0x4040, 0x4080}, r, 0x8000); }
uint32_t wholeF32(uint32_t r) {
  return pick({0, 0x3f800000, 0x40000000, 0x40400000, 0x40800000}, r, 0x80000000u);
}
uint32_t wholeE4M3(uint32_t r) { return pick({0, 0x38, 0x40, 0x44, 0x48}, r, 0x80); }
uint32_t wholeE5M2(uint32_t r) { return pick({0, 0x3c, 0x40, 0x42, 0x44}, r, 0x80); }
uint32_t wholeByte(uint32_t r) { return r & 0xff; }
uint32_t wholeS32(uint32_t r) {
  return r % 5 == 0 ? 0x7fffff00u + (r >> 8 & 0xff) : r % 5 == 1 ? 0x80000010u : r % 2048;
}
// Exponents that make magnitudes of 2^-8 to 1.
uint32_t fractionF16(uint32_t r) { return (r & 0x83ff) | (7 + r / 65536 % 8) << 10; }
uint32_t fractionBF16(uint32_t r) { return (r & 0x807f) | (119 + r / 65536 % 8) << 7; }
uint32_t fractionF32(uint32_t r) { return (r & 0x807fe000u) | (119 + r % 8) << 23; }
uint32_t fractionE4M3(uint32_t r) { return (r & 0x87) | (1 + r / 65536 % 6) << 3; }
uint32_t fractionE5M2(uint32_t r) { return (r & 0x83) | (7 + r / 65536 % 8) << 2; }

const Element f16{"f16", 16, wholeF16, fractionF16}, bf16{"bf16", 16, wholeBF16, fractionBF16},
    tf32{"tf32", 32, wholeF32, fractionF32}, f32{"f32", 32, wholeF32, fractionF32},
    e4m3{"e4m3", 8, wholeE4M3, fractionE4M3}, e5m2{"e5m2", 8, wholeE5M2, fractionE5M2},
    s8{"s8", 8, wholeByte, nullptr}, u8{"u8", 8, wholeByte, nullptr}, s32{"s32", 32, wholeS32, nullptr};

std::string vector(char name, int first, int count) {
  std::string text = "{";
  for (int i = 0; i < count; ++i)
    text += (i ? ", " : "") + std::string(1, name) + std::to_string(first + i);
  return text + "}";
}

void add(std::vector<Probe> &all, int since, int m, int k, const Element &a, const Element &b,
         const Element &c, const std::string &flags, double tolerance) {
  int aRegs = m * k * a.bits / 1024, bRegs = 8 * k * b.bits / 1024, cRegs = m * 8 * c.bits / 1024;
  Probe probe;
  probe.op = "mma.sync.aligned.m" + std::to_string(m) + "n8k" + std::to_string(k) + ".row.col" + flags + "." +
             c.name + "." + a.name + "." + b.name + "." + c.name;
  probe.since = since;
  probe.inWords = aRegs + bRegs + cRegs;
  probe.outWords = cRegs;
  probe.body = probe.op + " " + vector('o', 0, cRegs) + ", " + vector('i', 0, aRegs) + ", " +
               vector('i', aRegs, bRegs) + ", " + vector('i', aRegs + bRegs, cRegs) + ";\n";
  for (bool rounds : {false, true}) {
    if (rounds && a.fraction == nullptr)
      continue;
    probe.inputs.clear();
    for (int lane = 0; lane < 32; ++lane)
      for (int r = 0; r < probe.inWords; ++r) {
        const Element &type = r < aRegs ? a : r < aRegs + bRegs ? b : c;
        uint32_t word = 0;
        for (int shift = 0; shift < 32; shift += type.bits) {
          uint32_t random =
              hash(static_cast<uint32_t>((lane * 16 + r) * 4 + shift / type.bits + k * 7919 + rounds));
          word |= (rounds ? type.fraction : type.whole)(random) << shift;
        }
        probe.inputs.push_back(word);
      }
    Probe added = probe;
    if (rounds) {
      added.op += " rounding";
      added.agreement = {c.bits == 16 ? Agreement::Kind::F16 : Agreement::Kind::F32, 0, tolerance};
    }
    all.push_back(std::move(added));
  }
}

} // namespace

// Tolerances: |sum| < k + 1. 16-bit and tf32 products are added with about 24 bits, those of fp8 with about
// 13; an f16 sum rounds to 11 bits.
void addTensorProbes(std::vector<Probe> &all) {
  for (int k : {8, 16}) {
    int since = k == 8 ? 75 : 80;
    add(all, since, 16, k, f16, f16, f32, "", 0x1p-17);
    add(all, since, 16, k, f16, f16, f16, "", 0x1p-6);
    add(all, 80, 16, k, bf16, bf16, f32, "", 0x1p-17);
  }
  add(all, 80, 16, 4, tf32, tf32, f32, "", 0x1p-18);
  add(all, 80, 16, 8, tf32, tf32, f32, "", 0x1p-18);
  for (const Element *a : {&s8, &u8})
    for (const Element *b : {&s8, &u8})
      for (const char *flags : {"", ".satfinite"}) {
        add(all, 75, 8, 16, *a, *b, s32, flags, 0);
        add(all, 80, 16, 16, *a, *b, s32, flags, 0);
        add(all, 80, 16, 32, *a, *b, s32, flags, 0);
      }
  for (const Element *a : {&e4m3, &e5m2})
    for (const Element *b : {&e4m3, &e5m2})
      for (int k : {16, 32}) {
        add(all, 89, 16, k, *a, *b, f32, "", 0x1p-7);
        add(all, 89, 16, k, *a, *b, f16, "", 0x1p-5);
      }
}

} // namespace attnc::golden
