// IntegerTest.cpp - integer and bit instructions against host arithmetic on edge values.
#include "test/sim/SimHarness.h"

#include <functional>

namespace attnc::simtest {
namespace {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UWide;
using Host = std::function<uint64_t(const Row &)>;

struct Case {
  std::string body;
  char result;
  Host expected;
};

void check(const std::vector<Case> &cases) {
  std::vector<Row> rows = pairs(edgeIntegers(), edgeIntegers());
  for (const Case &test : cases) {
    std::vector<uint64_t> got = evaluate(test.body, test.result, rows);
    uint64_t mask = test.result == 'd'   ? ~0ull
                    : test.result == 'w' ? 0xffffffffull
                    : test.result == 'h' ? 0xffff
                                         : 1;
    int shown = 0;
    for (size_t i = 0; i < rows.size() && shown < 3; ++i) {
      uint64_t want = test.expected(rows[i]) & mask;
      if (got[i] != want)
        ADD_FAILURE() << test.body << " of " << std::hex << rows[i][0] << ", " << rows[i][1] << ", "
                      << rows[i][2] << ": expected " << want << ", got " << got[i] << " (" << ++shown << ")";
    }
  }
}

uint32_t lo(uint64_t v) { return static_cast<uint32_t>(v); }
int32_t slo(uint64_t v) { return static_cast<int32_t>(v); }
int64_t sx(uint64_t v) { return static_cast<int64_t>(v); }
uint16_t ho(uint64_t v) { return static_cast<uint16_t>(v); }
int16_t sho(uint64_t v) { return static_cast<int16_t>(v); }

TEST(Integer, AddSubMul) {
  check({
      {"add.s32 %r0, %r1, %r2;", 'w', [](const Row &r) { return lo(r[0]) + lo(r[1]); }},
      {"add.u64 %rd0, %rd1, %rd2;", 'd', [](const Row &r) { return r[0] + r[1]; }},
      {"add.s16 %h0, %h1, %h2;", 'h', [](const Row &r) { return r[0] + r[1]; }},
      {"sub.u32 %r0, %r1, %r2;", 'w', [](const Row &r) { return lo(r[0]) - lo(r[1]); }},
      {"sub.s64 %rd0, %rd1, 5;", 'd', [](const Row &r) { return r[0] - 5; }},
      {"mul.lo.s32 %r0, %r1, %r2;", 'w', [](const Row &r) { return lo(r[0]) * lo(r[1]); }},
      {"mul.lo.u64 %rd0, %rd1, %rd2;", 'd', [](const Row &r) { return r[0] * r[1]; }},
      {"mul.hi.u32 %r0, %r1, %r2;", 'w', [](const Row &r) { return uint64_t(lo(r[0])) * lo(r[1]) >> 32; }},
      {"mul.hi.s32 %r0, %r1, %r2;", 'w',
       [](const Row &r) { return uint64_t(int64_t(slo(r[0])) * slo(r[1]) >> 32); }},
      {"mul.hi.u64 %rd0, %rd1, %rd2;", 'd', [](const Row &r) { return uint64_t(UWide(r[0]) * r[1] >> 64); }},
      {"mul.hi.s64 %rd0, %rd1, %rd2;", 'd',
       [](const Row &r) { return uint64_t(Wide(sx(r[0])) * sx(r[1]) >> 64); }},
      {"mul.wide.s32 %rd0, %r1, %r2;", 'd',
       [](const Row &r) { return uint64_t(int64_t(slo(r[0])) * slo(r[1])); }},
      {"mul.wide.u32 %rd0, %r1, %r2;", 'd', [](const Row &r) { return uint64_t(lo(r[0])) * lo(r[1]); }},
      {"mul.wide.u16 %r0, %h1, %h2;", 'w', [](const Row &r) { return uint64_t(ho(r[0])) * ho(r[1]); }},
      {"mul.wide.s16 %r0, %h1, %h2;", 'w',
       [](const Row &r) { return uint64_t(int64_t(sho(r[0])) * sho(r[1])); }},
      {"mad.lo.s32 %r0, %r1, %r2, %r3;", 'w', [](const Row &r) { return lo(r[0]) * lo(r[1]) + lo(r[2]); }},
      {"mad.wide.s32 %rd0, %r1, %r2, %rd3;", 'd',
       [](const Row &r) { return uint64_t(int64_t(slo(r[0])) * slo(r[1])) + r[2]; }},
      {"mad.hi.u32 %r0, %r1, %r2, %r3;", 'w',
       [](const Row &r) { return (uint64_t(lo(r[0])) * lo(r[1]) >> 32) + lo(r[2]); }},
      {"add.sat.s32 %r0, %r1, %r2;", 'w',
       [](const Row &r) {
         int64_t sum = int64_t(slo(r[0])) + slo(r[1]);
         return uint64_t(std::min<int64_t>(std::max<int64_t>(sum, INT32_MIN), INT32_MAX));
       }},
  });
}

TEST(Integer, DivisionAndSigns) {
  check({
      {"div.u32 %r0, %r1, %r2;", 'w', [](const Row &r) { return lo(r[1]) ? lo(r[0]) / lo(r[1]) : ~0u; }},
      {"rem.u32 %r0, %r1, %r2;", 'w', [](const Row &r) { return lo(r[1]) ? lo(r[0]) % lo(r[1]) : lo(r[0]); }},
      {"div.s32 %r0, %r1, %r2;", 'w',
       [](const Row &r) { return slo(r[1]) ? uint64_t(int64_t(slo(r[0])) / slo(r[1])) : ~0ull; }},
      {"rem.s32 %r0, %r1, %r2;", 'w',
       [](const Row &r) { return slo(r[1]) ? uint64_t(int64_t(slo(r[0])) % slo(r[1])) : r[0]; }},
      {"div.s64 %rd0, %rd1, %rd2;", 'd',
       [](const Row &r) { return sx(r[1]) ? uint64_t(Wide(sx(r[0])) / sx(r[1])) : ~0ull; }},
      {"rem.u64 %rd0, %rd1, %rd2;", 'd', [](const Row &r) { return r[1] ? r[0] % r[1] : r[0]; }},
      {"min.s32 %r0, %r1, %r2;", 'w', [](const Row &r) { return uint64_t(std::min(slo(r[0]), slo(r[1]))); }},
      {"max.u32 %r0, %r1, %r2;", 'w', [](const Row &r) { return std::max(lo(r[0]), lo(r[1])); }},
      {"min.s64 %rd0, %rd1, %rd2;", 'd', [](const Row &r) { return uint64_t(std::min(sx(r[0]), sx(r[1]))); }},
      {"max.s16 %h0, %h1, %h2;", 'h', [](const Row &r) { return uint64_t(std::max(sho(r[0]), sho(r[1]))); }},
      {"abs.s32 %r0, %r1;", 'w', [](const Row &r) { return slo(r[0]) < 0 ? 0u - lo(r[0]) : lo(r[0]); }},
      {"abs.s64 %rd0, %rd1;", 'd', [](const Row &r) { return sx(r[0]) < 0 ? 0ull - r[0] : r[0]; }},
      {"neg.s32 %r0, %r1;", 'w', [](const Row &r) { return 0u - lo(r[0]); }},
  });
}

TEST(Integer, BitsAndShifts) {
  auto permute = [](uint32_t a, uint32_t b, uint32_t s) {
    uint64_t bytes = uint64_t(b) << 32 | a;
    uint32_t result = 0;
    for (int i = 0; i < 4; ++i) {
      uint32_t pick = s >> (4 * i) & 15, byte = bytes >> (8 * (pick & 7)) & 255;
      result |= (pick & 8 ? (byte & 128 ? 255u : 0u) : byte) << (8 * i);
    }
    return result;
  };
  check({
      {"and.b32 %r0, %r1, %r2;", 'w', [](const Row &r) { return r[0] & r[1]; }},
      {"or.b64 %rd0, %rd1, %rd2;", 'd', [](const Row &r) { return r[0] | r[1]; }},
      {"xor.b16 %h0, %h1, %h2;", 'h', [](const Row &r) { return r[0] ^ r[1]; }},
      {"not.b64 %rd0, %rd1;", 'd', [](const Row &r) { return ~r[0]; }},
      {"cnot.b32 %r0, %r1;", 'w', [](const Row &r) { return lo(r[0]) == 0; }},
      {"shl.b32 %r0, %r1, %r2;", 'w', [](const Row &r) { return lo(r[1]) > 31 ? 0 : lo(r[0]) << lo(r[1]); }},
      {"shl.b64 %rd0, %rd1, %r2;", 'd', [](const Row &r) { return lo(r[1]) > 63 ? 0 : r[0] << lo(r[1]); }},
      {"shr.u32 %r0, %r1, %r2;", 'w', [](const Row &r) { return lo(r[1]) > 31 ? 0 : lo(r[0]) >> lo(r[1]); }},
      {"shr.s32 %r0, %r1, %r2;", 'w',
       [](const Row &r) { return uint64_t(slo(r[0]) >> std::min(lo(r[1]), 31u)); }},
      {"shr.s64 %rd0, %rd1, %r2;", 'd',
       [](const Row &r) { return uint64_t(sx(r[0]) >> std::min(lo(r[1]), 63u)); }},
      {"shr.u16 %h0, %h1, %r2;", 'h', [](const Row &r) { return lo(r[1]) > 15 ? 0 : ho(r[0]) >> lo(r[1]); }},
      {"popc.b32 %r0, %r1;", 'w', [](const Row &r) { return uint64_t(__builtin_popcount(lo(r[0]))); }},
      {"popc.b64 %r0, %rd1;", 'w', [](const Row &r) { return uint64_t(__builtin_popcountll(r[0])); }},
      {"clz.b32 %r0, %r1;", 'w',
       [](const Row &r) { return lo(r[0]) ? uint64_t(__builtin_clz(lo(r[0]))) : 32; }},
      {"clz.b64 %r0, %rd1;", 'w', [](const Row &r) { return r[0] ? uint64_t(__builtin_clzll(r[0])) : 64; }},
      {"bfind.u32 %r0, %r1;", 'w',
       [](const Row &r) { return lo(r[0]) ? 31u - __builtin_clz(lo(r[0])) : ~0u; }},
      {"brev.b32 %r0, %r1;", 'w',
       [](const Row &r) {
         uint32_t v = 0;
         for (int i = 0; i < 32; ++i)
           v |= (lo(r[0]) >> i & 1) << (31 - i);
         return v;
       }},
      {"lop3.b32 %r0, %r1, %r2, %r3, 0x96;", 'w', [](const Row &r) { return lo(r[0] ^ r[1] ^ r[2]); }},
      {"lop3.b32 %r0, %r1, %r2, %r3, 0xe8;", 'w',
       [](const Row &r) { return lo((r[0] & r[1]) | (r[1] & r[2]) | (r[0] & r[2])); }},
      {"prmt.b32 %r0, %r1, %r2, %r3;", 'w',
       [&](const Row &r) { return permute(lo(r[0]), lo(r[1]), lo(r[2])); }},
      {"prmt.b32 %r0, %r1, %r2, 0x5410;", 'w', [](const Row &r) { return (r[0] & 0xffff) | lo(r[1]) << 16; }},
      {"shf.l.wrap.b32 %r0, %r1, %r2, %r3;", 'w',
       [](const Row &r) { return uint64_t(lo((uint64_t(lo(r[1])) << 32 | lo(r[0])) << (r[2] & 31) >> 32)); }},
      {"shf.r.clamp.b32 %r0, %r1, %r2, %r3;", 'w',
       [](const Row &r) {
         return lo(r[2]) > 31 ? lo(r[1]) : lo((uint64_t(lo(r[1])) << 32 | lo(r[0])) >> lo(r[2]));
       }},
      {"selp.b32 %r0, %r1, %r2, %p3;", 'w', [](const Row &r) { return r[2] & 1 ? r[0] : r[1]; }},
      {"selp.b64 %rd0, %rd1, 7, !%p2;", 'd', [](const Row &r) { return r[1] & 1 ? 7 : r[0]; }},
  });
}

TEST(Integer, Bitfields) {
  auto field = [](uint64_t a, uint32_t pos, uint32_t len, int width, bool isSigned) {
    pos &= 255;
    len &= 255;
    uint64_t result = 0; // the PTX ISA's definition, bit by bit
    uint32_t top = std::min<uint32_t>(pos + len - 1, width - 1);
    uint64_t sign = len == 0 || !isSigned ? 0 : a >> top & 1;
    for (int i = 0; i < width; ++i)
      result |= (uint32_t(i) < len && pos + i <= uint32_t(width - 1) ? a >> (pos + i) & 1 : sign) << i;
    return result;
  };
  auto insert = [](uint64_t a, uint64_t b, uint32_t pos, uint32_t len, int width) {
    pos &= 255;
    len &= 255;
    for (uint32_t i = 0; i < len && pos + i < uint32_t(width); ++i)
      b = (b & ~(1ull << (pos + i))) | (a >> i & 1) << (pos + i);
    return b;
  };
  check({
      {"bfe.u32 %r0, %r1, %r2, %r3;", 'w',
       [&](const Row &r) { return field(lo(r[0]), lo(r[1]), lo(r[2]), 32, false); }},
      {"bfe.s32 %r0, %r1, %r2, %r3;", 'w',
       [&](const Row &r) { return field(lo(r[0]), lo(r[1]), lo(r[2]), 32, true); }},
      {"bfe.s64 %rd0, %rd1, %r2, %r3;", 'd',
       [&](const Row &r) { return field(r[0], lo(r[1]), lo(r[2]), 64, true); }},
      {"bfi.b32 %r0, %r1, %r2, %r3, 5;", 'w',
       [&](const Row &r) { return insert(r[0], lo(r[1]), lo(r[2]), 5, 32); }},
      {"bfi.b64 %rd0, %rd1, %rd2, 32, 32;", 'd',
       [&](const Row &r) { return insert(r[0], r[1], 32, 32, 64); }},
      {"bfi.b64 %rd0, %rd1, %rd2, %r3, %r4;", 'd',
       [&](const Row &r) { return insert(r[0], r[1], lo(r[2]), lo(r[3]), 64); }},
  });
}

TEST(Integer, Comparisons) {
  check({
      {"setp.lt.s32 %p0, %r1, %r2;", 'p', [](const Row &r) { return slo(r[0]) < slo(r[1]); }},
      {"setp.lo.u32 %p0, %r1, %r2;", 'p', [](const Row &r) { return lo(r[0]) < lo(r[1]); }},
      {"setp.hs.u64 %p0, %rd1, %rd2;", 'p', [](const Row &r) { return r[0] >= r[1]; }},
      {"setp.ge.s64 %p0, %rd1, %rd2;", 'p', [](const Row &r) { return sx(r[0]) >= sx(r[1]); }},
      {"setp.ne.b16 %p0, %h1, %h2;", 'p', [](const Row &r) { return ho(r[0]) != ho(r[1]); }},
      {"setp.gt.s16 %p0, %h1, 2;", 'p', [](const Row &r) { return sho(r[0]) > 2; }},
      {"setp.lt.and.u32 %p0, %r1, %r2, %p3;", 'p',
       [](const Row &r) { return lo(r[0]) < lo(r[1]) && (r[2] & 1); }},
      {"setp.eq.or.s32 %p5|%p0, %r1, %r2, !%p3;", 'p', // q = !cmp or c
       [](const Row &r) { return !(lo(r[0]) == lo(r[1])) || !(r[2] & 1); }},
      {"setp.eq.xor.s32 %p0, %r1, %r2, %p3;", 'p',
       [](const Row &r) { return (lo(r[0]) == lo(r[1])) != (r[2] & 1); }},
      {"and.pred %p0, %p1, %p2;", 'p', [](const Row &r) { return r[0] & r[1]; }},
      {"or.pred %p0, %p1, !%p2;", 'p', [](const Row &r) { return r[0] | ~r[1]; }},
      {"xor.pred %p0, %p1, %p2;", 'p', [](const Row &r) { return r[0] ^ r[1]; }},
      {"not.pred %p0, %p1;", 'p', [](const Row &r) { return ~r[0]; }},
      {"mov.pred %p0, %p1;", 'p', [](const Row &r) { return r[0]; }},
      {"@%p1 mov.u32 %r0, 7; @!%p1 mov.u32 %r0, 9;", 'w', [](const Row &r) { return r[0] & 1 ? 7 : 9; }},
  });
}

TEST(Integer, MovesAndScopes) {
  check({
      {"mov.b64 {%r5, %r6}, %rd1; mov.b64 %rd0, {%r6, %r5};", 'd',
       [](const Row &r) { return r[0] << 32 | r[0] >> 32; }},
      {"mov.b32 {%h5, _}, %r1; mov.b32 %r0, {%h2, %h5};", 'w',
       [](const Row &r) { return ho(r[1]) | r[0] << 16; }},
      {"mov.b64 {%h5, %h6, %h7, %h8}, %rd1; mov.b64 %rd0, {%h8, %h7, %h6, %h5};", 'd',
       [](const Row &r) {
         return r[0] << 48 | (r[0] & 0xffff0000) << 16 | (r[0] >> 16 & 0xffff0000) | r[0] >> 48;
       }},
      {"{ .reg .b32 %r1; mov.u32 %r1, 77; { .reg .b32 t; add.u32 t, %r1, 1; mov.u32 %r0, t; } } add.u32 %r0, "
       "%r0, %r1;",
       'w', [](const Row &r) { return 78 + lo(r[0]); }},
      // A scope's label hides one outside; both are used.
      {"mov.u32 %r0, 0; { LOOP: add.u32 %r0, %r0, 1; setp.lt.u32 %p9, %r0, 5; @%p9 bra LOOP; }"
       "{ LOOP: add.u32 %r0, %r0, 10; setp.lt.u32 %p9, %r0, 40; @%p9 bra LOOP; }",
       'w', [](const Row &) { return 45; }},
  });
}

} // namespace
} // namespace attnc::simtest
