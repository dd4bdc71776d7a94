// BitLanes.cpp - integer instructions that compilers emit less often: 24-bit products, dot products of
// 16 bits, sad, slct, masks, extensions, byte permutation modes, packed 16-bit integers.
#include "runtime/sim/lanes/LaneOps.h"

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

using u8 = uint8_t;
using s16 = int16_t;
using u16 = uint16_t;
using s32 = int32_t;
using u32 = uint32_t;
using s64 = int64_t;
using u64 = uint64_t;

s64 product24(s32 a, s32 b) { return s64((s32)(u32(a) << 8) >> 8) * ((s32)(u32(b) << 8) >> 8); }
u64 product24(u32 a, u32 b) { return u64(a & 0xffffffu) * (b & 0xffffffu); }
s32 saturate(s64 v) { return v > 0x7fffffff ? 0x7fffffff : v < -0x80000000ll ? s32(0x80000000u) : s32(v); }
template <class T, class U> U distance(T a, T b) {
  return static_cast<U>(a < b ? static_cast<U>(b) - static_cast<U>(a)
                              : static_cast<U>(a) - static_cast<U>(b));
}
/// Two products of a 16-bit and an 8-bit element: the low or the high two bytes of `b`.
template <bool SA, bool SB, bool High> u32 dot2(u32 a, u32 b, u32 c) {
  for (u32 i = 0; i < 2; ++i) {
    s32 x = SA ? static_cast<s16>(a >> (16 * i)) : static_cast<s32>(a >> (16 * i) & 0xffff);
    u32 byte = b >> (8 * i + (High ? 16 : 0));
    s32 y = SB ? static_cast<int8_t>(byte) : static_cast<s32>(byte & 0xff);
    c += static_cast<u32>(x) * static_cast<u32>(y);
  }
  return c;
}
u32 fieldMask(u32 a, u32 b, bool clamp) {
  u32 sum = (a & 31) + (b & 31);
  u32 from = clamp && a >= 32 ? 0 : kFullMask << (a & 31);
  u32 above = kFullMask << (sum & 31);
  if (sum >= 32 || (clamp && (a >= 32 || b >= 32)))
    above = 0;
  else if ((b & 31) == 0)
    above = kFullMask;
  return from & ~above;
}
u32 extend(u32 a, u32 n, bool clamp, bool isSigned) {
  if (clamp && n >= 32)
    return a;
  n &= 31;
  if (n == 0)
    return 0;
  u32 above = kFullMask << n;
  return (a & ~above) | (isSigned && (a >> (n - 1) & 1) != 0 ? above : 0);
}
/// The n-th set bit of `a` from bit `base`, upwards or downwards.
u32 findSet(u32 a, u32 base, s32 offset) {
  if (base > 31)
    return kFullMask; // undefined by the PTX ISA
  if (offset == 0)
    return a >> base & 1 ? base : kFullMask;
  u32 left = static_cast<u32>(offset < 0 ? 0 - static_cast<u32>(offset) : static_cast<u32>(offset)) - 1;
  for (s32 at = static_cast<s32>(base); at >= 0 && at<32; at += offset> 0 ? 1 : -1)
    if (a >> at & 1 && left-- == 0)
      return static_cast<u32>(at);
  return kFullMask;
}

enum class Bytes { F4e, B4e, Rc8, Ecl, Ecr, Rc16 };
/// prmt's modes as tables: which byte of {b, a} each byte of the result is, by the low two selector bits.
template <Bytes M> u32 permuteMode(u32 a, u32 b, u32 selector) {
  u64 bytes = static_cast<u64>(b) << 32 | a;
  u32 s = selector & 3, result = 0;
  for (u32 i = 0; i < 4; ++i) {
    u32 pick = M == Bytes::F4e   ? s + i
               : M == Bytes::B4e ? (s - i) & 7
               : M == Bytes::Rc8 ? s
               : M == Bytes::Ecl ? (i > s ? i : s)
               : M == Bytes::Ecr ? (i < s ? i : s)
                                 : (s & 1) * 2 + (i & 1);
    result |= (static_cast<u32>(bytes >> (8 * pick)) & 0xff) << (8 * i);
  }
  return result;
}

/// Each half of a word as T.
template <class T, class F> u32 halves(u32 a, u32 b, F f) {
  u32 low = static_cast<u16>(f(static_cast<T>(a), static_cast<T>(b)));
  u32 high = static_cast<u16>(f(static_cast<T>(a >> 16), static_cast<T>(b >> 16)));
  return high << 16 | low;
}

#define ROWS_24(T, t)                                                                                        \
  row("mul24.lo." t, [](T a, T b) -> u32 { return static_cast<u32>(product24(a, b)); }),                     \
      row("mul24.hi." t, [](T a, T b) -> u32 { return static_cast<u32>(product24(a, b) >> 16); }),           \
      row("mad24.lo." t, [](T a, T b, u32 c) -> u32 { return static_cast<u32>(product24(a, b)) + c; }),      \
      row("mad24.hi." t, [](T a, T b, u32 c) -> u32 { return static_cast<u32>(product24(a, b) >> 16) + c; })
#define ROW_SAD(T, U, t)                                                                                     \
  row("sad." t, [](T a, T b, U c) -> U { return static_cast<U>(c + distance<T, U>(a, b)); })
#define ROWS_SLCT(U, b)                                                                                      \
  row("slct." b ".s32", [](U x, U y, s32 c) -> U { return c >= 0 ? x : y; }),                                \
      row("slct." b ".f32", [](U x, U y, float c) -> U { return c >= 0 ? x : y; }),                          \
      row("slct.ftz." b ".f32", [](U x, U y, u32 c) -> U {                                                   \
        bool zero = (c & 0x7f800000u) == 0;                                                                  \
        return zero || bitCast<float>(c) >= 0 ? x : y;                                                       \
      })
#define ROWS_DOT2(SA, SB, t)                                                                                 \
  row("dp2a.lo." t, [](u32 a, u32 b, u32 c) -> u32 { return dot2<SA, SB, false>(a, b, c); }),                \
      row("dp2a.hi." t, [](u32 a, u32 b, u32 c) -> u32 { return dot2<SA, SB, true>(a, b, c); })
#define ROW_PRMT(M, m) row("prmt.b32." m, [](u32 a, u32 b, u32 s) -> u32 { return permuteMode<M>(a, b, s); })
#define ROWS_PACKED(T, t)                                                                                    \
  row("add." t, [](u32 a, u32 b) -> u32 { return halves<T>(a, b, [](T x, T y) { return x + y; }); }),        \
      row("min." t,                                                                                          \
          [](u32 a, u32 b) -> u32 { return halves<T>(a, b, [](T x, T y) { return x < y ? x : y; }); }),      \
      row("max." t,                                                                                          \
          [](u32 a, u32 b) -> u32 { return halves<T>(a, b, [](T x, T y) { return x > y ? x : y; }); })

constexpr LaneRow table[] = {
    ROWS_24(u32, "u32"),
    ROWS_24(s32, "s32"),
    row("mad24.hi.sat.s32",
        [](s32 a, s32 b, s32 c) -> s32 { return saturate(s64(s32(product24(a, b) >> 16)) + c); }),
    row("mad.hi.sat.s32", [](s32 a, s32 b, s32 c) -> s32 { return saturate((s64(a) * b >> 32) + c); }),
    ROW_SAD(u16, u16, "u16"),
    ROW_SAD(s16, u16, "s16"),
    ROW_SAD(u32, u32, "u32"),
    ROW_SAD(s32, u32, "s32"),
    ROW_SAD(u64, u64, "u64"),
    ROW_SAD(s64, u64, "s64"),
    ROWS_SLCT(u16, "b16"),
    ROWS_SLCT(u32, "b32"),
    ROWS_SLCT(u64, "b64"),
    ROWS_DOT2(false, false, "u32.u32"),
    ROWS_DOT2(true, true, "s32.s32"),
    ROWS_DOT2(true, false, "s32.u32"),
    ROWS_DOT2(false, true, "u32.s32"),
    row("bfind.u64", [](u64 a) -> u32 { return a ? 63 - static_cast<u32>(__builtin_clzll(a)) : kFullMask; }),
    row("bfind.s64",
        [](s64 a) -> u32 {
          u64 v = static_cast<u64>(a < 0 ? ~a : a);
          return v ? 63 - static_cast<u32>(__builtin_clzll(v)) : kFullMask;
        }),
    row("bfind.shiftamt.s32",
        [](s32 a) -> u32 {
          u32 v = static_cast<u32>(a < 0 ? ~a : a);
          return v ? static_cast<u32>(__builtin_clz(v)) : kFullMask;
        }),
    row("bfind.shiftamt.u64",
        [](u64 a) -> u32 { return a ? static_cast<u32>(__builtin_clzll(a)) : kFullMask; }),
    row("bfind.shiftamt.s64",
        [](s64 a) -> u32 {
          u64 v = static_cast<u64>(a < 0 ? ~a : a);
          return v ? static_cast<u32>(__builtin_clzll(v)) : kFullMask;
        }),
    row("bmsk.clamp.b32", [](u32 a, u32 b) -> u32 { return fieldMask(a, b, true); }),
    row("bmsk.wrap.b32", [](u32 a, u32 b) -> u32 { return fieldMask(a, b, false); }),
    row("szext.clamp.u32", [](u32 a, u32 b) -> u32 { return extend(a, b, true, false); }),
    row("szext.clamp.s32", [](u32 a, u32 b) -> u32 { return extend(a, b, true, true); }),
    row("szext.wrap.u32", [](u32 a, u32 b) -> u32 { return extend(a, b, false, false); }),
    row("szext.wrap.s32", [](u32 a, u32 b) -> u32 { return extend(a, b, false, true); }),
    row("fns.b32", [](u32 a, u32 base, s32 offset) -> u32 { return findSet(a, base, offset); }),
    ROW_PRMT(Bytes::F4e, "f4e"),
    ROW_PRMT(Bytes::B4e, "b4e"),
    ROW_PRMT(Bytes::Rc8, "rc8"),
    ROW_PRMT(Bytes::Ecl, "ecl"),
    ROW_PRMT(Bytes::Ecr, "ecr"),
    ROW_PRMT(Bytes::Rc16, "rc16"),
    ROWS_PACKED(u16, "u16x2"),
    ROWS_PACKED(s16, "s16x2"),
    row("min.relu.s32", [](s32 a, s32 b) -> s32 { return a < b ? (a > 0 ? a : 0) : (b > 0 ? b : 0); }),
    row("max.relu.s32", [](s32 a, s32 b) -> s32 { return a > b ? (a > 0 ? a : 0) : (b > 0 ? b : 0); }),
    row("min.relu.s16x2",
        [](u32 a, u32 b) -> u32 {
          return halves<s16>(a, b, [](s16 x, s16 y) { return x < 0 || y < 0 ? 0 : x < y ? x : y; });
        }),
    row("max.relu.s16x2",
        [](u32 a, u32 b) -> u32 {
          return halves<s16>(a, b, [](s16 x, s16 y) { return x < 0 && y < 0 ? 0 : x > y ? x : y; });
        }),
};

} // namespace

LaneRows bitRows() { return {table, sizeof(table) / sizeof(table[0])}; }

} // namespace attnc::sim::ATTNC_SIM_ISA
