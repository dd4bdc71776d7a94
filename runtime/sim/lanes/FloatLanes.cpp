// FloatLanes.cpp - f32 and f64 arithmetic.
#include "runtime/sim/lanes/FloatMath.h"

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

using u32 = uint32_t;
using u64 = uint64_t;

template <bool KeepNan> struct Least {
  float operator()(float a, float b) const { return minimum<KeepNan>(a, b); }
};
template <bool KeepNan> struct Greatest {
  float operator()(float a, float b) const { return maximum<KeepNan>(a, b); }
};

template <bool Ftz> float divide(float a, float b) { return flush<Ftz>(flush<Ftz>(a) / flush<Ftz>(b)); }

// mul and add cannot be contracted: the library is built with -ffp-contract=off.
#define ROWS_ARITH(Ftz, z)                                                                                   \
  row("add" z "f32", [](float a, float b) { return flush<Ftz>(flush<Ftz>(a) + flush<Ftz>(b)); }),            \
      row("sub" z "f32", [](float a, float b) { return flush<Ftz>(flush<Ftz>(a) - flush<Ftz>(b)); }),        \
      row("mul" z "f32", [](float a, float b) { return flush<Ftz>(flush<Ftz>(a) * flush<Ftz>(b)); }),        \
      row("fma" z "f32",                                                                                     \
          [](float a, float b, float c) {                                                                    \
            return flush<Ftz>(__builtin_fmaf(flush<Ftz>(a), flush<Ftz>(b), flush<Ftz>(c)));                  \
          }),                                                                                                \
      row("add" z "sat.f32",                                                                                 \
          [](float a, float b) { return saturate(flush<Ftz>(flush<Ftz>(a) + flush<Ftz>(b))); }),             \
      row("sub" z "sat.f32",                                                                                 \
          [](float a, float b) { return saturate(flush<Ftz>(flush<Ftz>(a) - flush<Ftz>(b))); }),             \
      row("mul" z "sat.f32",                                                                                 \
          [](float a, float b) { return saturate(flush<Ftz>(flush<Ftz>(a) * flush<Ftz>(b))); }),             \
      row("fma" z "sat.f32",                                                                                 \
          [](float a, float b, float c) {                                                                    \
            return saturate(flush<Ftz>(__builtin_fmaf(flush<Ftz>(a), flush<Ftz>(b), flush<Ftz>(c))));        \
          }),                                                                                                \
      row("min" z "f32", [](float a, float b) { return minimum<false>(flush<Ftz>(a), flush<Ftz>(b)); }),     \
      row("max" z "f32", [](float a, float b) { return maximum<false>(flush<Ftz>(a), flush<Ftz>(b)); }),     \
      row("min" z "NaN.f32", [](float a, float b) { return minimum<true>(flush<Ftz>(a), flush<Ftz>(b)); }),  \
      row("max" z "NaN.f32", [](float a, float b) { return maximum<true>(flush<Ftz>(a), flush<Ftz>(b)); }),  \
      row("min" z "f32",                                                                                     \
          [](float a, float b, float c) {                                                                    \
            return minimum<false>(minimum<false>(flush<Ftz>(a), flush<Ftz>(b)), flush<Ftz>(c));              \
          }),                                                                                                \
      row("max" z "f32",                                                                                     \
          [](float a, float b, float c) {                                                                    \
            return maximum<false>(maximum<false>(flush<Ftz>(a), flush<Ftz>(b)), flush<Ftz>(c));              \
          }),                                                                                                \
      row("abs" z "f32", [](float a) { return flush<Ftz>(__builtin_fabsf(a)); }),                            \
      row("neg" z "f32", [](float a) { return flush<Ftz>(-a); })

#define ROW_XORSIGN(Ftz, name, F)                                                                            \
  row(name ".xorsign.abs.f32", [](float a, float b) { return xorSign<F>(flush<Ftz>(a), flush<Ftz>(b)); })
#define ROWS_XORSIGN(Ftz, z)                                                                                 \
  ROW_XORSIGN(Ftz, "min" z, Least<false>), ROW_XORSIGN(Ftz, "max" z, Greatest<false>),                       \
      ROW_XORSIGN(Ftz, "min" z ".NaN", Least<true>), ROW_XORSIGN(Ftz, "max" z ".NaN", Greatest<true>)

#define ROWS_MATH(Ftz, z)                                                                                    \
  row("div" z "f32", [](float a, float b) { return divide<Ftz>(a, b); }),                                    \
      row("div.full" z "f32", [](float a, float b) { return divide<Ftz>(a, b); }),                           \
      row("div.approx" z "f32", [](float a, float b) { return divide<Ftz>(a, b); }),                         \
      row("rcp" z "f32", [](float a) { return divide<Ftz>(1.0f, a); }),                                      \
      row("rcp.approx" z "f32", [](float a) { return divide<Ftz>(1.0f, a); }),                               \
      row("sqrt" z "f32", [](float a) { return flush<Ftz>(__builtin_sqrtf(flush<Ftz>(a))); }),               \
      row("sqrt.approx" z "f32", [](float a) { return flush<Ftz>(__builtin_sqrtf(flush<Ftz>(a))); }),        \
      row("rsqrt.approx" z "f32", [](float a) { return flush<Ftz>(rsqrtLane(flush<Ftz>(a))); }),             \
      row("ex2.approx" z "f32", [](float a) { return flush<Ftz>(exp2Lane(flush<Ftz>(a))); }),                \
      row("lg2.approx" z "f32", [](float a) { return flush<Ftz>(log2Lane(flush<Ftz>(a))); }),                \
      row("sin.approx" z "f32", [](float a) { return flush<Ftz>(sinLane(flush<Ftz>(a))); }),                 \
      row("cos.approx" z "f32", [](float a) { return flush<Ftz>(cosLane(flush<Ftz>(a))); })

/// A pair of floats in a 64-bit register (sm_100 and later). NaN is the hardware's: which operand's payload
/// comes through would depend on how the compiler ordered them.
u32 settle(float x) { return isNan(x) ? 0x7fffffffu : bitCast<u32>(x); }
template <class F> u64 each(u64 a, u64 b, u64 c, F f) {
  float low = f(bitCast<float>(u32(a)), bitCast<float>(u32(b)), bitCast<float>(u32(c)));
  float high = f(bitCast<float>(u32(a >> 32)), bitCast<float>(u32(b >> 32)), bitCast<float>(u32(c >> 32)));
  return u64(settle(high)) << 32 | settle(low);
}
#define ROWS_PAIR(Ftz, z)                                                                                    \
  row("add" z "f32x2",                                                                                       \
      [](u64 a, u64 b) {                                                                                     \
        return each(a, b, 0,                                                                                 \
                    [](float x, float y, float) { return flush<Ftz>(flush<Ftz>(x) + flush<Ftz>(y)); });      \
      }),                                                                                                    \
      row("sub" z "f32x2",                                                                                   \
          [](u64 a, u64 b) {                                                                                 \
            return each(a, b, 0,                                                                             \
                        [](float x, float y, float) { return flush<Ftz>(flush<Ftz>(x) - flush<Ftz>(y)); });  \
          }),                                                                                                \
      row("mul" z "f32x2",                                                                                   \
          [](u64 a, u64 b) {                                                                                 \
            return each(a, b, 0,                                                                             \
                        [](float x, float y, float) { return flush<Ftz>(flush<Ftz>(x) * flush<Ftz>(y)); });  \
          }),                                                                                                \
      row("fma" z "f32x2", [](u64 a, u64 b, u64 c) {                                                         \
        return each(a, b, c, [](float x, float y, float w) {                                                 \
          return flush<Ftz>(__builtin_fmaf(flush<Ftz>(x), flush<Ftz>(y), flush<Ftz>(w)));                    \
        });                                                                                                  \
      })

constexpr LaneRow table[] = {
    ROWS_ARITH(false, "."),
    ROWS_ARITH(true, ".ftz."),
    ROWS_XORSIGN(false, ""),
    ROWS_XORSIGN(true, ".ftz"),
    ROWS_MATH(false, "."),
    ROWS_MATH(true, ".ftz."),
    ROWS_PAIR(false, "."),
    ROWS_PAIR(true, ".ftz."),
    row("tanh.approx.f32", [](float a) { return tanhLane(a); }),
    row("copysign.f32", [](float a, float b) { return __builtin_copysignf(b, a); }),
    row("copysign.f64", [](double a, double b) { return __builtin_copysign(b, a); }),
    row("add.f64", [](double a, double b) { return a + b; }),
    row("sub.f64", [](double a, double b) { return a - b; }),
    row("mul.f64", [](double a, double b) { return a * b; }),
    row("fma.f64", [](double a, double b, double c) { return __builtin_fma(a, b, c); }),
    row("div.f64", [](double a, double b) { return a / b; }),
    row("rcp.f64", [](double a) { return 1.0 / a; }),
    row("rcp.approx.ftz.f64", [](double a) { return 1.0 / a; }),
    row("rsqrt.approx.f64", [](double a) { return 1.0 / __builtin_sqrt(a); }),
    row("rsqrt.approx.ftz.f64", [](double a) { return 1.0 / __builtin_sqrt(a); }),
    row("sqrt.f64", [](double a) { return __builtin_sqrt(a); }),
    row("min.f64", [](double a, double b) { return minimum<false>(a, b); }),
    row("max.f64", [](double a, double b) { return maximum<false>(a, b); }),
    row("abs.f64", [](double a) { return __builtin_fabs(a); }),
    row("neg.f64", [](double a) { return -a; }),
};

} // namespace

LaneRows floatRows() { return {table, sizeof(table) / sizeof(table[0])}; }

} // namespace attnc::sim::ATTNC_SIM_ISA
