// CompareLanes.cpp - setp for every type: ordered and unordered comparisons.
#include "runtime/sim/lanes/FloatMath.h"

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

/// A subnormal f16 counts as zero.
float wideFtz(F16 h) { return (h.bits & 0x7c00) == 0 ? 0.0f : f32FromHalf(h); }

#define ROWS_EQ(T, t)                                                                                        \
  row("setp.eq." t, [](T a, T b) -> bool { return a == b; }),                                                \
      row("setp.ne." t, [](T a, T b) -> bool { return a != b; })
#define ROWS_INT(T, t)                                                                                       \
  ROWS_EQ(T, t), row("setp.lt." t, [](T a, T b) -> bool { return a < b; }),                                  \
      row("setp.le." t, [](T a, T b) -> bool { return a <= b; }),                                            \
      row("setp.gt." t, [](T a, T b) -> bool { return a > b; }),                                             \
      row("setp.ge." t, [](T a, T b) -> bool { return a >= b; })
#define ROWS_UINT(T, t)                                                                                      \
  ROWS_INT(T, t), row("setp.lo." t, [](T a, T b) -> bool { return a < b; }),                                 \
      row("setp.ls." t, [](T a, T b) -> bool { return a <= b; }),                                            \
      row("setp.hi." t, [](T a, T b) -> bool { return a > b; }),                                             \
      row("setp.hs." t, [](T a, T b) -> bool { return a >= b; })
// C's comparisons are the ordered ones, except !=.
#define ROWS_FLOAT(T, t, W)                                                                                  \
  row("setp.eq." t, [](T a, T b) -> bool { return W(a) == W(b); }),                                          \
      row("setp.ne." t, [](T a, T b) -> bool { return W(a) < W(b) || W(a) > W(b); }),                        \
      row("setp.lt." t, [](T a, T b) -> bool { return W(a) < W(b); }),                                       \
      row("setp.le." t, [](T a, T b) -> bool { return W(a) <= W(b); }),                                      \
      row("setp.gt." t, [](T a, T b) -> bool { return W(a) > W(b); }),                                       \
      row("setp.ge." t, [](T a, T b) -> bool { return W(a) >= W(b); }),                                      \
      row("setp.equ." t, [](T a, T b) -> bool { return !(W(a) < W(b) || W(a) > W(b)); }),                    \
      row("setp.neu." t, [](T a, T b) -> bool { return W(a) != W(b); }),                                     \
      row("setp.ltu." t, [](T a, T b) -> bool { return !(W(a) >= W(b)); }),                                  \
      row("setp.leu." t, [](T a, T b) -> bool { return !(W(a) > W(b)); }),                                   \
      row("setp.gtu." t, [](T a, T b) -> bool { return !(W(a) <= W(b)); }),                                  \
      row("setp.geu." t, [](T a, T b) -> bool { return !(W(a) < W(b)); }),                                   \
      row("setp.num." t, [](T a, T b) -> bool { return W(a) == W(a) && W(b) == W(b); }),                     \
      row("setp.nan." t, [](T a, T b) -> bool { return W(a) != W(a) || W(b) != W(b); })

// Two halves: bit 0 of the result is the comparison of the low ones, bit 16 that of the high ones.
#define ROW_PAIR(cmp, H, h, W, expression)                                                                   \
  row("setp2." cmp "." h "x2", [](uint32_t a, uint32_t b) -> uint32_t {                                      \
    uint32_t result = 0;                                                                                     \
    for (int shift = 0; shift < 32; shift += 16) {                                                           \
      float x = W(H{static_cast<uint16_t>(a >> shift)}), y = W(H{static_cast<uint16_t>(b >> shift)});        \
      result |= static_cast<uint32_t>(expression) << shift;                                                  \
    }                                                                                                        \
    return result;                                                                                           \
  })
#define ROWS_PAIR(H, h, W)                                                                                   \
  ROW_PAIR("eq", H, h, W, x == y), ROW_PAIR("ne", H, h, W, x<y || x> y), ROW_PAIR("lt", H, h, W, x < y),     \
      ROW_PAIR("le", H, h, W, x <= y), ROW_PAIR("gt", H, h, W, x > y), ROW_PAIR("ge", H, h, W, x >= y),      \
      ROW_PAIR("equ", H, h, W, !(x < y || x > y)), ROW_PAIR("neu", H, h, W, x != y),                         \
      ROW_PAIR("ltu", H, h, W, !(x >= y)), ROW_PAIR("leu", H, h, W, !(x > y)),                               \
      ROW_PAIR("gtu", H, h, W, !(x <= y)), ROW_PAIR("geu", H, h, W, !(x < y)),                               \
      ROW_PAIR("num", H, h, W, x == x && y == y), ROW_PAIR("nan", H, h, W, x != x || y != y)

// One operand: the second is the first again.
#define ROWS_TEST(T, t, infinity, least)                                                                     \
  row("testp.finite." t, [](T a, T) -> bool { return a - a == 0; }),                                         \
      row("testp.infinite." t, [](T a, T) -> bool { return a == infinity || a == -infinity; }),              \
      row("testp.number." t, [](T a, T) -> bool { return a == a; }),                                         \
      row("testp.notanumber." t, [](T a, T) -> bool { return a != a; }),                                     \
      row("testp.normal." t, [](T a, T) -> bool { return a - a == 0 && (a >= least || a <= -least); }),      \
      row("testp.subnormal." t, [](T a, T) -> bool { return a != 0 && a < least && a > -least; })

constexpr LaneRow table[] = {
    ROWS_EQ(uint16_t, "b16"),
    ROWS_EQ(uint32_t, "b32"),
    ROWS_EQ(uint64_t, "b64"),
    ROWS_UINT(uint16_t, "u16"),
    ROWS_UINT(uint32_t, "u32"),
    ROWS_UINT(uint64_t, "u64"),
    ROWS_INT(int16_t, "s16"),
    ROWS_INT(int32_t, "s32"),
    ROWS_INT(int64_t, "s64"),
    ROWS_FLOAT(float, "f32", ),
    ROWS_FLOAT(float, "ftz.f32", ftz),
    ROWS_FLOAT(double, "f64", ),
    ROWS_FLOAT(F16, "ftz.f16", wideFtz),
    ROWS_PAIR(F16, "f16", f32FromHalf),
    ROWS_PAIR(BF16, "bf16", f32FromHalf),
    ROWS_PAIR(F16, "ftz.f16", wideFtz),
    ROWS_TEST(float, "f32", __builtin_inff(), 1.17549435e-38f),
    ROWS_TEST(double, "f64", __builtin_inf(), 2.2250738585072014e-308),
    ROWS_FLOAT(F16, "f16", f32FromHalf),
    ROWS_FLOAT(BF16, "bf16", f32FromHalf),
};

} // namespace

LaneRows compareRows() { return {table, sizeof(table) / sizeof(table[0])}; }

} // namespace attnc::sim::ATTNC_SIM_ISA
