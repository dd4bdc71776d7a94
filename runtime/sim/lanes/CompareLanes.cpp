// CompareLanes.cpp - setp for every type: ordered and unordered comparisons.
#include "runtime/sim/lanes/FloatMath.h"

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

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
    ROWS_FLOAT(F16, "f16", f32FromHalf),
    ROWS_FLOAT(BF16, "bf16", f32FromHalf),
};

} // namespace

LaneRows compareRows() { return {table, sizeof(table) / sizeof(table[0])}; }

} // namespace attnc::sim::ATTNC_SIM_ISA
