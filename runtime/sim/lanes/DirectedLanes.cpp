// DirectedLanes.cpp - arithmetic that rounds toward zero, down or up: .rz, .rm, .rp of f32 and f64.
//
// The host's own rounding mode does it, lane by lane: these are rare, and every operation gets it right.
// -frounding-math keeps the compiler from moving arithmetic across the changes of the mode.
#include "runtime/sim/lanes/FloatMath.h"

#include <fenv.h>

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

enum class Op { Add, Sub, Mul, Div, Fma, Sqrt, Rcp };

constexpr int sources(Op op) { return op == Op::Fma ? 3 : op == Op::Sqrt || op == Op::Rcp ? 1 : 2; }

double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
double root(double a) { return __builtin_sqrt(a); }
float root(float a) { return __builtin_sqrtf(a); }

template <bool Ftz> double flushed(double x) { return x; }
template <bool Ftz> float flushed(float x) { return flush<Ftz>(x); }

template <class T, Op O, int Mode, bool Ftz, bool Sat>
bool directed(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  T *out = reinterpret_cast<T *>(regs(ctx, in.r[0]));
  const T *from[3] = {};
  for (int i = 0; i < sources(O); ++i)
    from[i] = reinterpret_cast<const T *>(regs(ctx, in.r[i + 1]));
  fesetround(Mode);
  for (uint32_t lane = 0; lane < kLanes; ++lane) {
    if ((mask >> lane & 1) == 0)
      continue;
    volatile T a = flushed<Ftz>(from[0][lane]);
    volatile T b = sources(O) > 1 ? flushed<Ftz>(from[1][lane]) : T(0);
    volatile T c = sources(O) > 2 ? flushed<Ftz>(from[2][lane]) : T(0);
    volatile T d = O == Op::Add    ? a + b
                   : O == Op::Sub  ? a - b
                   : O == Op::Mul  ? a * b
                   : O == Op::Div  ? a / b
                   : O == Op::Fma  ? fused(T(a), T(b), T(c))
                   : O == Op::Sqrt ? root(T(a))
                                   : T(1) / a;
    T value = flushed<Ftz>(T(d));
    out[lane] = Sat ? saturate(value) : value;
  }
  fesetround(FE_TONEAREST);
  return true;
}

#define ROW(T, O, Mode, Ftz, Sat, name, operands)                                                            \
  { name, &directed<T, O, Mode, Ftz, Sat>, operands }
#define ROWS_F32(O, o, m, Mode, operands)                                                                    \
  ROW(float, O, Mode, false, false, o "." m ".f32", operands),                                               \
      ROW(float, O, Mode, true, false, o "." m ".ftz.f32", operands)
#define ROWS_SAT(O, o, m, Mode, operands)                                                                    \
  ROW(float, O, Mode, false, true, o "." m ".sat.f32", operands),                                            \
      ROW(float, O, Mode, true, true, o "." m ".ftz.sat.f32", operands)
#define ROW_F64(O, o, m, Mode, operands) ROW(double, O, Mode, false, false, o "." m ".f64", operands)
#define ROWS(m, Mode)                                                                                        \
  ROWS_F32(Op::Add, "add", m, Mode, "w=ww"), ROWS_SAT(Op::Add, "add", m, Mode, "w=ww"),                      \
      ROW_F64(Op::Add, "add", m, Mode, "d=dd"), ROWS_F32(Op::Sub, "sub", m, Mode, "w=ww"),                   \
      ROWS_SAT(Op::Sub, "sub", m, Mode, "w=ww"), ROW_F64(Op::Sub, "sub", m, Mode, "d=dd"),                   \
      ROWS_F32(Op::Mul, "mul", m, Mode, "w=ww"), ROWS_SAT(Op::Mul, "mul", m, Mode, "w=ww"),                  \
      ROW_F64(Op::Mul, "mul", m, Mode, "d=dd"), ROWS_F32(Op::Div, "div", m, Mode, "w=ww"),                   \
      ROW_F64(Op::Div, "div", m, Mode, "d=dd"), ROWS_F32(Op::Fma, "fma", m, Mode, "w=www"),                  \
      ROWS_SAT(Op::Fma, "fma", m, Mode, "w=www"), ROW_F64(Op::Fma, "fma", m, Mode, "d=ddd"),                 \
      ROWS_F32(Op::Sqrt, "sqrt", m, Mode, "w=w"), ROW_F64(Op::Sqrt, "sqrt", m, Mode, "d=d"),                 \
      ROWS_F32(Op::Rcp, "rcp", m, Mode, "w=w"), ROW_F64(Op::Rcp, "rcp", m, Mode, "d=d")

constexpr LaneRow table[] = {ROWS("rz", FE_TOWARDZERO), ROWS("rm", FE_DOWNWARD), ROWS("rp", FE_UPWARD)};

} // namespace

LaneRows directedRows() { return {table, sizeof(table) / sizeof(table[0])}; }

} // namespace attnc::sim::ATTNC_SIM_ISA
