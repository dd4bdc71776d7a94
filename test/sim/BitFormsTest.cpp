// BitFormsTest.cpp - products of 24 bits, dot products, bit searches, masks, byte permutations, packed
// integers and carry chains.
#include "test/sim/Forms.h"

#include <algorithm>

namespace attnc::simtest {
namespace {

__extension__ typedef unsigned __int128 UWide;
__extension__ typedef __int128 Wide;

uint32_t lo(uint64_t v) { return static_cast<uint32_t>(v); }
int32_t slo(uint64_t v) { return static_cast<int32_t>(v); }
int64_t clamp32(int64_t v) { return std::clamp<int64_t>(v, INT32_MIN, INT32_MAX); }

struct Case {
  std::string body;
  char result;
  Expected expected;
};
void check(const std::vector<Case> &cases) {
  for (const Case &test : cases)
    expectForm(test.body, test.result, integerRows(), test.expected);
}

TEST(BitForms, Products) {
  auto s24 = [](uint64_t v) { return int64_t(slo(v << 8) >> 8); };
  auto u24 = [](uint64_t v) { return v & 0xffffff; };
  check({
      {"mul24.lo.u32 %r0, %r1, %r2;", 'w', [&](const Row &r) { return u24(r[0]) * u24(r[1]); }},
      {"mul24.hi.u32 %r0, %r1, %r2;", 'w', [&](const Row &r) { return u24(r[0]) * u24(r[1]) >> 16; }},
      {"mul24.lo.s32 %r0, %r1, %r2;", 'w', [&](const Row &r) { return uint64_t(s24(r[0]) * s24(r[1])); }},
      {"mul24.hi.s32 %r0, %r1, %r2;", 'w',
       [&](const Row &r) { return uint64_t(s24(r[0]) * s24(r[1]) >> 16); }},
      {"mad24.lo.u32 %r0, %r1, %r2, %r3;", 'w', [&](const Row &r) { return u24(r[0]) * u24(r[1]) + r[2]; }},
      {"mad24.hi.u32 %r0, %r1, %r2, %r3;", 'w',
       [&](const Row &r) { return (u24(r[0]) * u24(r[1]) >> 16) + r[2]; }},
      {"mad24.lo.s32 %r0, %r1, %r2, %r3;", 'w',
       [&](const Row &r) { return uint64_t(s24(r[0]) * s24(r[1])) + r[2]; }},
      {"mad24.hi.s32 %r0, %r1, %r2, %r3;", 'w',
       [&](const Row &r) { return uint64_t(s24(r[0]) * s24(r[1]) >> 16) + r[2]; }},
      {"mad24.hi.sat.s32 %r0, %r1, %r2, %r3;", 'w',
       [&](const Row &r) {
         return uint64_t(clamp32(slo(uint64_t(s24(r[0]) * s24(r[1]) >> 16)) + int64_t(slo(r[2]))));
       }},
      {"mad.hi.sat.s32 %r0, %r1, %r2, %r3;", 'w',
       [](const Row &r) { return uint64_t(clamp32((int64_t(slo(r[0])) * slo(r[1]) >> 32) + slo(r[2]))); }},
      {"sub.sat.s32 %r0, %r1, %r2;", 'w',
       [](const Row &r) { return uint64_t(clamp32(int64_t(slo(r[0])) - slo(r[1]))); }},
  });
  for (bool sa : {false, true})
    for (bool sb : {false, true}) {
      std::string types = std::string(sa ? ".s32" : ".u32") + (sb ? ".s32" : ".u32");
      auto byte = [](uint64_t v, int i, bool s) {
        return s ? int64_t(int8_t(v >> (8 * i))) : int64_t(v >> (8 * i) & 255);
      };
      auto half = [](uint64_t v, int i, bool s) {
        return s ? int64_t(int16_t(v >> (16 * i))) : int64_t(v >> (16 * i) & 65535);
      };
      check({{"dp4a" + types + " %r0, %r1, %r2, %r3;", 'w',
              [=](const Row &r) {
                int64_t sum = slo(r[2]);
                for (int i = 0; i < 4; ++i)
                  sum += byte(r[0], i, sa) * byte(r[1], i, sb);
                return uint64_t(sum);
              }},
             {"dp2a.lo" + types + " %r0, %r1, %r2, %r3;", 'w',
              [=](const Row &r) {
                return uint64_t(slo(r[2]) + half(r[0], 0, sa) * byte(r[1], 0, sb) +
                                half(r[0], 1, sa) * byte(r[1], 1, sb));
              }},
             {"dp2a.hi" + types + " %r0, %r1, %r2, %r3;", 'w', [=](const Row &r) {
                return uint64_t(slo(r[2]) + half(r[0], 0, sa) * byte(r[1], 2, sb) +
                                half(r[0], 1, sa) * byte(r[1], 3, sb));
              }}});
    }
}

TEST(BitForms, Searches) {
  // The most significant bit that differs from the sign, counted from the bottom, or as a shift from the top.
  auto find = [](uint64_t v, int bits, bool isSigned, bool shift) {
    if (isSigned && (v >> (bits - 1) & 1))
      v = ~v;
    for (int i = bits - 1; i >= 0; --i)
      if (v >> i & 1)
        return uint64_t(shift ? bits - 1 - i : i);
    return ~uint64_t(0);
  };
  for (int bits : {32, 64})
    for (bool isSigned : {false, true})
      for (bool shift : {false, true}) {
        std::string name = std::string("bfind") + (shift ? ".shiftamt" : "") + (isSigned ? ".s" : ".u");
        check({{name + std::to_string(bits) + " %r0, " + reg(bits, 1) + ";", 'w',
                [=](const Row &r) { return find(r[0], bits, isSigned, shift); }}});
      }
  auto nth = [](uint32_t mask, uint32_t base, int32_t offset) -> uint64_t { // the PTX ISA's definition
    if (base > 31)
      return 0xffffffff;
    if (offset == 0)
      return mask >> base & 1 ? base : 0xffffffff;
    int64_t count = std::abs(int64_t(offset)) - 1;
    for (int pos = int(base); pos >= 0 && pos<32; pos += offset> 0 ? 1 : -1)
      if ((mask >> pos & 1) && count-- == 0)
        return uint64_t(pos);
    return 0xffffffff;
  };
  check(
      {{"fns.b32 %r0, %r1, %r2, %r3;", 'w', [&](const Row &r) { return nth(lo(r[0]), lo(r[1]), slo(r[2])); }},
       {"and.b32 %r5, %r2, 31; and.b32 %r6, %r3, 7; sub.s32 %r6, %r6, 4; fns.b32 %r0, %r1, %r5, %r6;", 'w',
        [&](const Row &r) { return nth(lo(r[0]), lo(r[1]) & 31, int(r[2] & 7) - 4); }},
       {"brev.b64 %rd0, %rd1;", 'd',
        [](const Row &r) {
          uint64_t v = 0;
          for (int i = 0; i < 64; ++i)
            v |= (r[0] >> i & 1) << (63 - i);
          return v;
        }},
       {"bfe.u64 %rd0, %rd1, %r2, 8;", 'd',
        [](const Row &r) { return (lo(r[1]) & 255) > 63 ? 0 : r[0] >> (lo(r[1]) & 255) & 255; }},
       {"shf.l.clamp.b32 %r0, %r1, %r2, %r3;", 'w',
        [](const Row &r) {
          return lo(r[2]) > 31 ? lo(r[0]) : lo((uint64_t(lo(r[1])) << 32 | lo(r[0])) << lo(r[2]) >> 32);
        }},
       {"shf.r.wrap.b32 %r0, %r1, %r2, %r3;", 'w',
        [](const Row &r) { return lo((uint64_t(lo(r[1])) << 32 | lo(r[0])) >> (r[2] & 31)); }}});
}

TEST(BitForms, MasksAndExtensions) {
  for (bool clamp : {true, false}) {
    std::string mode = clamp ? ".clamp" : ".wrap";
    check({{"bmsk" + mode + ".b32 %r0, %r1, %r2;", 'w', [=](const Row &r) {
              uint64_t at = clamp ? lo(r[0]) : r[0] & 31, width = clamp ? lo(r[1]) : r[1] & 31, mask = 0;
              for (uint64_t i = at; i < 32 && i < at + width; ++i)
                mask |= 1ull << i;
              return mask;
            }}});
    for (bool isSigned : {false, true})
      check({{"szext" + mode + (isSigned ? ".s32" : ".u32") + " %r0, %r1, %r2;", 'w', [=](const Row &r) {
                uint32_t n = clamp ? std::min(lo(r[1]), 32u) : r[1] & 31;
                uint64_t low = lo(r[0]) & ((1ull << n) - 1);
                bool sign = isSigned && n != 0 && (low >> (n - 1) & 1);
                return sign ? low | ~((1ull << n) - 1) : low;
              }}});
  }
}

TEST(BitForms, PermutationModes) {
  // The PTX ISA's table: bytes of {b, a} for selectors 0 to 3, most significant first.
  struct Mode {
    const char *name;
    uint32_t picks[4];
  };
  for (const Mode &mode :
       {Mode{"f4e", {0x3210, 0x4321, 0x5432, 0x6543}}, Mode{"b4e", {0x5670, 0x6701, 0x7012, 0x0123}},
        Mode{"rc8", {0x0000, 0x1111, 0x2222, 0x3333}}, Mode{"ecl", {0x3210, 0x3211, 0x3222, 0x3333}},
        Mode{"ecr", {0x0000, 0x1110, 0x2210, 0x3210}}, Mode{"rc16", {0x1010, 0x3232, 0x1010, 0x3232}}})
    check({{std::string("prmt.b32.") + mode.name + " %r0, %r1, %r2, %r3;", 'w', [&](const Row &r) {
              uint64_t bytes = uint64_t(lo(r[1])) << 32 | lo(r[0]), result = 0;
              for (int i = 0; i < 4; ++i)
                result |= (bytes >> (8 * (mode.picks[r[2] & 3] >> (4 * i) & 15)) & 255) << (8 * i);
              return result;
            }}});
}

TEST(BitForms, PackedIntegers) {
  auto each = [](const Row &r, bool isSigned, int64_t (*f)(int64_t, int64_t)) {
    uint64_t result = 0;
    for (int s : {0, 16}) {
      uint16_t a = uint16_t(r[0] >> s), b = uint16_t(r[1] >> s);
      result |= uint64_t(uint16_t(isSigned ? f(int16_t(a), int16_t(b)) : f(a, b))) << s;
    }
    return result;
  };
  auto add = [](int64_t a, int64_t b) { return a + b; };
  auto least = [](int64_t a, int64_t b) { return std::min(a, b); };
  auto greatest = [](int64_t a, int64_t b) { return std::max(a, b); };
  auto leastRelu = [](int64_t a, int64_t b) { return std::max<int64_t>(std::min(a, b), 0); };
  auto greatestRelu = [](int64_t a, int64_t b) { return std::max<int64_t>({a, b, 0}); };
  for (bool s : {false, true}) {
    std::string t = s ? ".s16x2 %r0, %r1, %r2;" : ".u16x2 %r0, %r1, %r2;";
    check({{"add" + t, 'w', [=](const Row &r) { return each(r, s, add); }},
           {"min" + t, 'w', [=](const Row &r) { return each(r, s, least); }},
           {"max" + t, 'w', [=](const Row &r) { return each(r, s, greatest); }}});
  }
  check({{"min.relu.s16x2 %r0, %r1, %r2;", 'w', [=](const Row &r) { return each(r, true, leastRelu); }},
         {"max.relu.s16x2 %r0, %r1, %r2;", 'w', [=](const Row &r) { return each(r, true, greatestRelu); }},
         {"min.relu.s32 %r0, %r1, %r2;", 'w',
          [=](const Row &r) { return uint64_t(leastRelu(slo(r[0]), slo(r[1]))); }},
         {"max.relu.s32 %r0, %r1, %r2;", 'w',
          [=](const Row &r) { return uint64_t(greatestRelu(slo(r[0]), slo(r[1]))); }}});
}

TEST(BitForms, CarryChains) {
  auto wide = [](const Row &r, int i) { return UWide(r[size_t(i) + 1]) << 64 | r[size_t(i)]; };
  check({
      // 128-bit sums and differences from 64-bit halves, and 64-bit ones from 32-bit halves.
      {"add.cc.u64 %rd5, %rd1, %rd2; addc.u64 %rd0, %rd2, %rd3;", 'd',
       [&](const Row &r) { return uint64_t((wide(r, 0) + (UWide(r[2]) << 64 | r[1])) >> 64); }},
      {"sub.cc.u64 %rd5, %rd1, %rd2; subc.u64 %rd0, %rd2, %rd3;", 'd',
       [&](const Row &r) { return uint64_t((wide(r, 0) - (UWide(r[2]) << 64 | r[1])) >> 64); }},
      {"add.cc.s32 %r5, %r1, %r2; addc.cc.s32 %r6, 0, 0; addc.s32 %r6, %r6, 0; mov.b32 %r0, %r6;", 'w',
       [](const Row &r) { return (uint64_t(lo(r[0])) + lo(r[1])) >> 32; }},
      {"sub.cc.u32 %r5, %r1, %r2; subc.cc.u32 %r6, 7, 0; subc.u32 %r0, %r6, 0;", 'w',
       [](const Row &r) { return lo(r[0]) < lo(r[1]) ? 6 : 7; }},
      {"mad.lo.cc.u32 %r5, %r1, %r2, %r3; madc.hi.u32 %r0, %r1, %r2, 5;", 'w',
       [](const Row &r) { return (uint64_t(lo(r[0])) * lo(r[1]) + lo(r[2])) / 4294967296ull + 5; }},
      {"mad.lo.cc.u64 %rd5, %rd1, %rd2, %rd3; madc.hi.cc.u64 %rd0, %rd1, %rd2, 5;", 'd',
       [](const Row &r) { return uint64_t((UWide(r[0]) * r[1] + r[2]) >> 64) + 5; }},
      {"mad.hi.cc.s32 %r0, %r1, %r2, %r3; addc.u32 %r5, 0, 0;", 'w',
       [](const Row &r) { return uint64_t(int64_t(slo(r[0])) * slo(r[1]) >> 32) + r[2]; }},
      {"mad.hi.cc.s64 %rd0, %rd1, %rd2, %rd3;", 'd',
       [](const Row &r) { return uint64_t(Wide(int64_t(r[0])) * int64_t(r[1]) >> 64) + r[2]; }},
      {"mad.hi.cc.u32 %r5, %r1, %r2, %r3; madc.lo.s32 %r0, 0, 0, 0;", 'w',
       [](const Row &r) { return ((uint64_t(lo(r[0])) * lo(r[1]) >> 32) + lo(r[2])) >> 32; }},
  });
}

} // namespace
} // namespace attnc::simtest
