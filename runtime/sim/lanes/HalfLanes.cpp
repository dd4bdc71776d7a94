// HalfLanes.cpp - f16 and bf16 arithmetic, scalar and packed in pairs, correctly rounded.
#include "runtime/sim/lanes/FloatMath.h"

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

using u32 = uint32_t;

template <class H> H fromDouble(double x);
template <> F16 fromDouble<F16>(double x) { return toF16(x); }
template <> BF16 fromDouble<BF16>(double x) { return toBF16(x); }
template <class H> double wide(H h) { return static_cast<double>(f32FromHalf(h)); }

struct Add {
  double operator()(double a, double b) const { return addToOdd(a, b); }
};
struct Sub {
  double operator()(double a, double b) const { return addToOdd(a, -b); }
};
struct Mul { // exact: the significands have 11 bits at most
  double operator()(double a, double b) const { return a * b; }
};
struct Fma {
  double operator()(double a, double b, double c) const { return addToOdd(a * b, c); }
};
template <bool KeepNan> struct Min {
  double operator()(double a, double b) const { return minimum<KeepNan>(a, b); }
};
template <bool KeepNan> struct Max {
  double operator()(double a, double b) const { return maximum<KeepNan>(a, b); }
};
struct Neg {
  double operator()(double a) const { return -a; }
};
struct Abs {
  double operator()(double a) const { return __builtin_fabs(a); }
};
struct Exp2 {
  double operator()(double a) const { return static_cast<double>(exp2Lane(static_cast<float>(a))); }
};
struct Tanh {
  double operator()(double a) const { return __builtin_tanh(a); }
};
template <class F> struct XorSign {
  double operator()(double a, double b) const { return xorSign<F>(a, b); }
};
template <class F> struct Saturated {
  template <class... A> double operator()(A... a) const { return saturate(F{}(a...)); }
};
template <class F> struct Relu {
  template <class... A> double operator()(A... a) const {
    double x = F{}(a...);
    return x != x || x > 0 ? x : 0.0;
  }
};

template <class H, class F, class... A> H scalar(A... a) { return fromDouble<H>(F{}(wide(a)...)); }
template <class H, class F, class... A> u32 packed(A... a) {
  H low = scalar<H, F>(H{static_cast<uint16_t>(a)}...),
    high = scalar<H, F>(H{static_cast<uint16_t>(a >> 16)}...);
  return static_cast<u32>(high.bits) << 16 | low.bits;
}

/// .ftz of f16: subnormal operands and results become zeros of their sign.
F16 flushHalf(F16 h) { return (h.bits & 0x7c00) == 0 ? F16{static_cast<uint16_t>(h.bits & 0x8000)} : h; }
template <class F, class... A> F16 scalarFtz(A... a) { return flushHalf(scalar<F16, F>(flushHalf(a)...)); }
template <class F, class... A> u32 packedFtz(A... a) {
  F16 low = scalarFtz<F>(F16{static_cast<uint16_t>(a)}...),
      high = scalarFtz<F>(F16{static_cast<uint16_t>(a >> 16)}...);
  return static_cast<u32>(high.bits) << 16 | low.bits;
}

#define ROWS1(H, h, F, name)                                                                                 \
  row(name "." h, [](H a) { return scalar<H, F>(a); }),                                                      \
      row(name "." h "x2", [](u32 a) -> u32 { return packed<H, F>(a); })
#define ROWS2(H, h, F, name)                                                                                 \
  row(name "." h, [](H a, H b) { return scalar<H, F>(a, b); }),                                              \
      row(name "." h "x2", [](u32 a, u32 b) -> u32 { return packed<H, F>(a, b); })
#define ROWS3(H, h, F, name)                                                                                 \
  row(name "." h, [](H a, H b, H c) { return scalar<H, F>(a, b, c); }),                                      \
      row(name "." h "x2", [](u32 a, u32 b, u32 c) -> u32 { return packed<H, F>(a, b, c); })
#define ROWS_HALF(H, h)                                                                                      \
  ROWS2(H, h, Add, "add"), ROWS2(H, h, Sub, "sub"), ROWS2(H, h, Mul, "mul"), ROWS3(H, h, Fma, "fma"),        \
      ROWS3(H, h, Relu<Fma>, "fma.relu"), ROWS2(H, h, Min<false>, "min"), ROWS2(H, h, Max<false>, "max"),    \
      ROWS2(H, h, Min<true>, "min.NaN"), ROWS2(H, h, Max<true>, "max.NaN"), ROWS1(H, h, Neg, "neg"),         \
      ROWS1(H, h, Abs, "abs"), ROWS1(H, h, Tanh, "tanh.approx")

#define ROWS1_FTZ(F, name)                                                                                   \
  row(name ".f16", [](F16 a) { return scalarFtz<F>(a); }),                                                   \
      row(name ".f16x2", [](u32 a) -> u32 { return packedFtz<F>(a); })
#define ROWS2_FTZ(F, name)                                                                                   \
  row(name ".f16", [](F16 a, F16 b) { return scalarFtz<F>(a, b); }),                                         \
      row(name ".f16x2", [](u32 a, u32 b) -> u32 { return packedFtz<F>(a, b); })
#define ROWS3_FTZ(F, name)                                                                                   \
  row(name ".f16", [](F16 a, F16 b, F16 c) { return scalarFtz<F>(a, b, c); }),                               \
      row(name ".f16x2", [](u32 a, u32 b, u32 c) -> u32 { return packedFtz<F>(a, b, c); })
#define ROWS_XORSIGN(H, h)                                                                                   \
  ROWS2(H, h, XorSign<Min<false>>, "min.xorsign.abs"), ROWS2(H, h, XorSign<Max<false>>, "max.xorsign.abs"),  \
      ROWS2(H, h, XorSign<Min<true>>, "min.NaN.xorsign.abs"),                                                \
      ROWS2(H, h, XorSign<Max<true>>, "max.NaN.xorsign.abs")

constexpr LaneRow table[] = {
    ROWS_HALF(F16, "f16"),
    ROWS_HALF(BF16, "bf16"),
    ROWS2(F16, "f16", Saturated<Add>, "add.sat"),
    ROWS2(F16, "f16", Saturated<Sub>, "sub.sat"),
    ROWS2(F16, "f16", Saturated<Mul>, "mul.sat"),
    ROWS3(F16, "f16", Saturated<Fma>, "fma.sat"),
    ROWS2_FTZ(Add, "add.ftz"),
    ROWS2_FTZ(Sub, "sub.ftz"),
    ROWS2_FTZ(Mul, "mul.ftz"),
    ROWS3_FTZ(Fma, "fma.ftz"),
    ROWS2_FTZ(Saturated<Add>, "add.ftz.sat"),
    ROWS2_FTZ(Saturated<Sub>, "sub.ftz.sat"),
    ROWS2_FTZ(Saturated<Mul>, "mul.ftz.sat"),
    ROWS3_FTZ(Saturated<Fma>, "fma.ftz.sat"),
    ROWS3_FTZ(Relu<Fma>, "fma.ftz.relu"),
    ROWS2_FTZ(Min<false>, "min.ftz"),
    ROWS2_FTZ(Max<false>, "max.ftz"),
    ROWS2_FTZ(Min<true>, "min.ftz.NaN"),
    ROWS2_FTZ(Max<true>, "max.ftz.NaN"),
    ROWS2_FTZ(XorSign<Min<false>>, "min.ftz.xorsign.abs"),
    ROWS2_FTZ(XorSign<Max<false>>, "max.ftz.xorsign.abs"),
    ROWS2_FTZ(XorSign<Min<true>>, "min.ftz.NaN.xorsign.abs"),
    ROWS2_FTZ(XorSign<Max<true>>, "max.ftz.NaN.xorsign.abs"),
    ROWS1_FTZ(Neg, "neg.ftz"),
    ROWS1_FTZ(Abs, "abs.ftz"),
    ROWS_XORSIGN(F16, "f16"),
    ROWS_XORSIGN(BF16, "bf16"),
    ROWS1(F16, "f16", Exp2, "ex2.approx"),
    ROWS1(BF16, "bf16", Exp2, "ex2.approx.ftz"),
};

} // namespace

LaneRows halfRows() { return {table, sizeof(table) / sizeof(table[0])}; }

} // namespace attnc::sim::ATTNC_SIM_ISA
