// IntLanes.cpp - integer and logic instructions.
//
// Division by zero follows the hardware (all ones, remainder = dividend); PTX leaves it unspecified.
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
__extension__ typedef __int128 s128;
__extension__ typedef unsigned __int128 u128;

template <class T> T divide(T a, T b) {
  if (b == 0)
    return static_cast<T>(-1);
  if constexpr (static_cast<T>(-1) < static_cast<T>(0))
    if (b == static_cast<T>(-1)) // the quotient of the least integer does not fit
      return static_cast<T>(0 - static_cast<u64>(a));
  return static_cast<T>(a / b);
}
template <class T> T remainder(T a, T b) {
  if (b == 0)
    return a;
  if constexpr (static_cast<T>(-1) < static_cast<T>(0))
    if (b == static_cast<T>(-1))
      return 0;
  return static_cast<T>(a % b);
}
template <class T> T shiftLeft(T a, u32 n) { return n >= sizeof(T) * 8 ? T(0) : static_cast<T>(a << n); }
template <class T> T shiftRight(T a, u32 n) {
  constexpr u32 bits = sizeof(T) * 8;
  if constexpr (static_cast<T>(-1) < static_cast<T>(0))
    return static_cast<T>(a >> (n >= bits ? bits - 1 : n));
  else
    return n >= bits ? T(0) : static_cast<T>(a >> n);
}
template <class U> U extract(U a, u32 position, u32 length, bool isSigned) {
  constexpr u32 bits = sizeof(U) * 8;
  position &= 0xff;
  length &= 0xff;
  if (length == 0)
    return 0;
  u32 top = position + length - 1;
  U sign = isSigned ? (a >> (top < bits ? top : bits - 1)) & 1 : 0;
  U field = position < bits ? a >> position : 0;
  U mask = length >= bits ? ~U(0) : (U(1) << length) - 1;
  // Bits past the most significant one of `a` are the sign too.
  U valid = position >= bits ? U(0) : length >= bits - position ? ~U(0) >> position : mask;
  return (field & valid) | (sign ? ~valid : 0);
}
template <class U> U insert(U field, U into, u32 position, u32 length) {
  constexpr u32 bits = sizeof(U) * 8;
  position &= 0xff;
  length &= 0xff;
  if (length == 0 || position >= bits)
    return into;
  U mask = (length >= bits ? ~U(0) : (U(1) << length) - 1) << position;
  return (into & ~mask) | ((field << position) & mask);
}
u32 permute(u32 a, u32 b, u32 selector) {
  u64 bytes = static_cast<u64>(b) << 32 | a;
  u32 result = 0;
  for (u32 i = 0; i < 4; ++i) {
    u32 pick = selector >> (4 * i) & 15;
    u32 byte = static_cast<u32>(bytes >> (8 * (pick & 7))) & 0xff;
    if (pick & 8)
      byte = byte & 0x80 ? 0xff : 0;
    result |= byte << (8 * i);
  }
  return result;
}
u32 logic3(u32 a, u32 b, u32 c, u32 table) {
  u32 result = 0;
  for (u32 i = 0; i < 8; ++i)
    if (table >> i & 1)
      result |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
  return result;
}
u32 reverse(u32 v) {
  v = (v >> 1 & 0x55555555u) | (v & 0x55555555u) << 1;
  v = (v >> 2 & 0x33333333u) | (v & 0x33333333u) << 2;
  v = (v >> 4 & 0x0f0f0f0fu) | (v & 0x0f0f0f0fu) << 4;
  return __builtin_bswap32(v);
}
u64 reverse(u64 v) {
  return static_cast<u64>(reverse(static_cast<u32>(v))) << 32 | reverse(static_cast<u32>(v >> 32));
}
s32 saturate(s64 v) {
  return v > 0x7fffffff      ? 0x7fffffff
         : v < -0x80000000ll ? static_cast<s32>(0x80000000u)
                             : static_cast<s32>(v);
}
/// The sum of four products of bytes, signed or not.
template <bool SA, bool SB> u32 dot4(u32 a, u32 b, u32 c) {
  for (u32 i = 0; i < 32; i += 8) {
    s32 x = SA ? static_cast<int8_t>(a >> i) : static_cast<s32>(a >> i & 0xff);
    s32 y = SB ? static_cast<int8_t>(b >> i) : static_cast<s32>(b >> i & 0xff);
    c += static_cast<u32>(x * y);
  }
  return c;
}

#define ROWS_OF(T, t)                                                                                        \
  row("div." t, [](T a, T b) -> T { return divide(a, b); }),                                                 \
      row("rem." t, [](T a, T b) -> T { return remainder(a, b); }),                                          \
      row("min." t, [](T a, T b) -> T { return a < b ? a : b; }),                                            \
      row("max." t, [](T a, T b) -> T { return a > b ? a : b; }),                                            \
      row("shr." t, [](T a, u32 n) -> T { return shiftRight(a, n); })
// Two's complement does not care about the sign of these.
#define ROWS_BOTH(U, u, s)                                                                                   \
  row("add." u, [](U a, U b) -> U { return static_cast<U>(a + b); }),                                        \
      row("add." s, [](U a, U b) -> U { return static_cast<U>(a + b); }),                                    \
      row("sub." u, [](U a, U b) -> U { return static_cast<U>(a - b); }),                                    \
      row("sub." s, [](U a, U b) -> U { return static_cast<U>(a - b); }),                                    \
      row("mul.lo." u, [](U a, U b) -> U { return static_cast<U>(u64(a) * b); }),                            \
      row("mul.lo." s, [](U a, U b) -> U { return static_cast<U>(u64(a) * b); }),                            \
      row("mad.lo." u, [](U a, U b, U c) -> U { return static_cast<U>(u64(a) * b + c); }),                   \
      row("mad.lo." s, [](U a, U b, U c) -> U { return static_cast<U>(u64(a) * b + c); })
#define ROWS_SIGNED(S, U, s)                                                                                 \
  row("abs." s, [](S a) -> S { return static_cast<S>(a < 0 ? 0 - static_cast<U>(a) : static_cast<U>(a)); }), \
      row("neg." s, [](U a) -> U { return static_cast<U>(0 - a); })
#define ROWS_BITS(U, b)                                                                                      \
  row("and." b, [](U x, U y) -> U { return x & y; }), row("or." b, [](U x, U y) -> U { return x | y; }),     \
      row("xor." b, [](U x, U y) -> U { return x ^ y; }),                                                    \
      row("not." b, [](U x) -> U { return static_cast<U>(~x); }),                                            \
      row("cnot." b, [](U x) -> U { return x == 0; }),                                                       \
      row("shl." b, [](U x, u32 n) -> U { return shiftLeft(x, n); }),                                        \
      row("shr." b, [](U x, u32 n) -> U { return shiftRight(x, n); }),                                       \
      row("mov." b, [](U x) -> U { return x; }),                                                             \
      row("selp." b, [](U x, U y, bool p) -> U { return p ? x : y; })
#define ROWS_WIDE(T, W, t)                                                                                   \
  row("mul.wide." t, [](T a, T b) -> W { return static_cast<W>(a) * b; }),                                   \
      row("mad.wide." t, [](T a, T b, W c) -> W {                                                            \
        return static_cast<W>(static_cast<u64>(static_cast<W>(a) * b) + static_cast<u64>(c));                \
      })
#define ROWS_HIGH(T, W, t)                                                                                   \
  row("mul.hi." t, [](T a, T b) -> T { return static_cast<T>(static_cast<W>(a) * b >> (8 * sizeof(T))); }),  \
      row("mad.hi." t, [](T a, T b, T c) -> T {                                                              \
        return static_cast<T>(static_cast<u64>(static_cast<W>(a) * b >> (8 * sizeof(T))) +                   \
                              static_cast<u64>(c));                                                          \
      })
#define ROWS_DOT(SA, SB, t) row("dp4a." t, [](u32 a, u32 b, u32 c) -> u32 { return dot4<SA, SB>(a, b, c); })

constexpr LaneRow table[] = {
    ROWS_OF(s16, "s16"),
    ROWS_OF(u16, "u16"),
    ROWS_OF(s32, "s32"),
    ROWS_OF(u32, "u32"),
    ROWS_OF(s64, "s64"),
    ROWS_OF(u64, "u64"),
    ROWS_BOTH(u16, "u16", "s16"),
    ROWS_BOTH(u32, "u32", "s32"),
    ROWS_BOTH(u64, "u64", "s64"),
    ROWS_SIGNED(s16, u16, "s16"),
    ROWS_SIGNED(s32, u32, "s32"),
    ROWS_SIGNED(s64, u64, "s64"),
    ROWS_BITS(u16, "b16"),
    ROWS_BITS(u32, "b32"),
    ROWS_BITS(u64, "b64"),
    ROWS_WIDE(u16, u32, "u16"),
    ROWS_WIDE(s16, s32, "s16"),
    ROWS_WIDE(u32, u64, "u32"),
    ROWS_WIDE(s32, s64, "s32"),
    ROWS_HIGH(u16, u32, "u16"),
    ROWS_HIGH(s16, s32, "s16"),
    ROWS_HIGH(u32, u64, "u32"),
    ROWS_HIGH(s32, s64, "s32"),
    ROWS_HIGH(u64, u128, "u64"),
    ROWS_HIGH(s64, s128, "s64"),
    ROWS_DOT(false, false, "u32.u32"),
    ROWS_DOT(true, true, "s32.s32"),
    ROWS_DOT(true, false, "s32.u32"),
    ROWS_DOT(false, true, "u32.s32"),
    row("add.sat.s32", [](s32 a, s32 b) -> s32 { return saturate(s64(a) + b); }),
    row("sub.sat.s32", [](s32 a, s32 b) -> s32 { return saturate(s64(a) - b); }),
    row("bfe.u32", [](u32 a, u32 p, u32 n) -> u32 { return extract(a, p, n, false); }),
    row("bfe.s32", [](u32 a, u32 p, u32 n) -> u32 { return extract(a, p, n, true); }),
    row("bfe.u64", [](u64 a, u32 p, u32 n) -> u64 { return extract(a, p, n, false); }),
    row("bfe.s64", [](u64 a, u32 p, u32 n) -> u64 { return extract(a, p, n, true); }),
    row("bfi.b32", [](u32 f, u32 a, u32 p, u32 n) -> u32 { return insert(f, a, p, n); }),
    row("bfi.b64", [](u64 f, u64 a, u32 p, u32 n) -> u64 { return insert(f, a, p, n); }),
    row("prmt.b32", [](u32 a, u32 b, u32 s) -> u32 { return permute(a, b, s); }),
    row("lop3.b32", [](u32 a, u32 b, u32 c, u32 t) -> u32 { return logic3(a, b, c, t); }),
    row("popc.b32", [](u32 a) -> u32 { return static_cast<u32>(__builtin_popcount(a)); }),
    row("popc.b64", [](u64 a) -> u32 { return static_cast<u32>(__builtin_popcountll(a)); }),
    row("clz.b32", [](u32 a) -> u32 { return a ? static_cast<u32>(__builtin_clz(a)) : 32; }),
    row("clz.b64", [](u64 a) -> u32 { return a ? static_cast<u32>(__builtin_clzll(a)) : 64; }),
    row("bfind.u32", [](u32 a) -> u32 { return a ? 31 - static_cast<u32>(__builtin_clz(a)) : kFullMask; }),
    row("bfind.s32",
        [](s32 a) -> u32 {
          u32 v = static_cast<u32>(a < 0 ? ~a : a);
          return v ? 31 - static_cast<u32>(__builtin_clz(v)) : kFullMask;
        }),
    row("bfind.shiftamt.u32",
        [](u32 a) -> u32 { return a ? static_cast<u32>(__builtin_clz(a)) : kFullMask; }),
    row("brev.b32", [](u32 a) -> u32 { return reverse(a); }),
    row("brev.b64", [](u64 a) -> u64 { return reverse(a); }),
    row("shf.l.wrap.b32",
        [](u32 a, u32 b, u32 n) -> u32 { return static_cast<u32>((u64(b) << 32 | a) << (n & 31) >> 32); }),
    row("shf.l.clamp.b32",
        [](u32 a, u32 b, u32 n) -> u32 {
          return n >= 32 ? a : static_cast<u32>((u64(b) << 32 | a) << n >> 32);
        }),
    row("shf.r.wrap.b32",
        [](u32 a, u32 b, u32 n) -> u32 { return static_cast<u32>((u64(b) << 32 | a) >> (n & 31)); }),
    row("shf.r.clamp.b32",
        [](u32 a, u32 b, u32 n) -> u32 { return n >= 32 ? b : static_cast<u32>((u64(b) << 32 | a) >> n); }),
};

} // namespace

LaneRows intRows() { return {table, sizeof(table) / sizeof(table[0])}; }

} // namespace attnc::sim::ATTNC_SIM_ISA
