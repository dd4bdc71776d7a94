// ConvertLanes.cpp - cvt in every form in use.
//
// Row names are "cvt.<round>.<flags>.<to>.<from>" with the flags in the order relu, satfinite, ftz, sat.
#include "runtime/sim/lanes/FloatMath.h"

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

using u8 = uint8_t;
using s8 = int8_t;
using u16 = uint16_t;
using s16 = int16_t;
using u32 = uint32_t;
using s32 = int32_t;
using u64 = uint64_t;
using s64 = int64_t;

template <class T> constexpr bool isSigned = static_cast<T>(-1) < static_cast<T>(0);
template <class T> constexpr T least = isSigned<T> ? static_cast<T>(u64(1) << (8 * sizeof(T) - 1)) : T(0);
template <class T>
constexpr T greatest = static_cast<T>(~u64(0) >> (64 - 8 * sizeof(T) + (isSigned<T> ? 1 : 0)));

template <class D, class S> D saturateInt(S v) {
  if constexpr (isSigned<S>) {
    if (v < 0 && (!isSigned<D> || static_cast<s64>(v) < static_cast<s64>(least<D>)))
      return least<D>;
  }
  if (v > 0 && static_cast<u64>(v) > static_cast<u64>(greatest<D>))
    return greatest<D>;
  return static_cast<D>(v);
}

double roundDouble(double x, Round mode) {
  switch (mode) {
  case Round::Zero:
    return __builtin_trunc(x);
  case Round::Down:
    return __builtin_floor(x);
  case Round::Up:
    return __builtin_ceil(x);
  case Round::Away:
    return __builtin_round(x);
  case Round::Nearest:
    break;
  }
  return __builtin_nearbyint(x); // the process's rounding mode is never changed
}
template <Round M> float roundFloat(float x) {
  return M == Round::Zero   ? __builtin_truncf(x)
         : M == Round::Down ? __builtin_floorf(x)
         : M == Round::Up   ? __builtin_ceilf(x)
                            : __builtin_nearbyintf(x);
}

/// Saturates; NaN becomes 0.
template <class D> D toInt(double x, Round mode) {
  if (x != x)
    return 0;
  double r = roundDouble(x, mode);
  double above = static_cast<double>(greatest<D> / 2 + 1) * 2;
  if (r >= above)
    return greatest<D>;
  return r <= static_cast<double>(least<D>) ? least<D> : static_cast<D>(r);
}

/// 64-bit integers to odd, so that the narrower rounding that follows is the only one.
template <class S> double intToDouble(S v) {
  if constexpr (sizeof(S) < 8) {
    return static_cast<double>(v);
  } else {
    double high = static_cast<double>(static_cast<S>(v >> 32)) * 4294967296.0;
    return addToOdd(high, static_cast<double>(static_cast<u32>(v)));
  }
}

#define INT1(D, d, S, s) row("cvt." d "." s, [](S v) -> D { return static_cast<D>(v); })
// Only where the destination does not hold every value of the source: else ptxas refuses .sat.
#define SAT1(D, d, S, s) row("cvt.sat." d "." s, [](S v) -> D { return saturateInt<D>(v); })
#define SAT_LOW1(D, d, S, s)                                                                                 \
  row("cvt.sat." d "." s ".low", [](u64 v) -> D { return saturateInt<D>(static_cast<S>(v)); })
#define SAT_NARROW(ROW)                                                                                      \
  ROW(s8, "s8", u8, "u8"), ROW(u8, "u8", s8, "s8"), ROW(u16, "u16", s8, "s8"), ROW(u32, "u32", s8, "s8"),    \
      ROW(u64, "u64", s8, "s8"), ROW(u8, "u8", u16, "u16"), ROW(s8, "s8", u16, "u16"),                       \
      ROW(s16, "s16", u16, "u16"), ROW(u8, "u8", s16, "s16"), ROW(s8, "s8", s16, "s16"),                     \
      ROW(u16, "u16", s16, "s16"), ROW(u32, "u32", s16, "s16"), ROW(u64, "u64", s16, "s16"),                 \
      ROW(u8, "u8", u32, "u32"), ROW(s8, "s8", u32, "u32"), ROW(u16, "u16", u32, "u32"),                     \
      ROW(s16, "s16", u32, "u32"), ROW(s32, "s32", u32, "u32"), ROW(u8, "u8", s32, "s32"),                   \
      ROW(s8, "s8", s32, "s32"), ROW(u16, "u16", s32, "s32"), ROW(s16, "s16", s32, "s32"),                   \
      ROW(u32, "u32", s32, "s32"), ROW(u64, "u64", s32, "s32")
#define SAT_WIDE(S, s)                                                                                       \
  SAT1(u8, "u8", S, s), SAT1(s8, "s8", S, s), SAT1(u16, "u16", S, s), SAT1(s16, "s16", S, s),                \
      SAT1(u32, "u32", S, s), SAT1(s32, "s32", S, s)
#define INTS(S, s)                                                                                           \
  INT1(u8, "u8", S, s), INT1(s8, "s8", S, s), INT1(u16, "u16", S, s), INT1(s16, "s16", S, s),                \
      INT1(u32, "u32", S, s), INT1(s32, "s32", S, s), INT1(u64, "u64", S, s), INT1(s64, "s64", S, s)

/// The low bits of a 64-bit register: a source register of cvt may be wider than its type (PTX ISA, "Operand
/// Size Exceeding Instruction-Type Size").
#define LOW1(D, d, S, s)                                                                                     \
  row("cvt." d "." s ".low", [](u64 v) -> D { return static_cast<D>(static_cast<S>(v)); })
#define LOW(S, s)                                                                                            \
  LOW1(u8, "u8", S, s), LOW1(s8, "s8", S, s), LOW1(u16, "u16", S, s), LOW1(s16, "s16", S, s),                \
      LOW1(u32, "u32", S, s), LOW1(s32, "s32", S, s), LOW1(u64, "u64", S, s), LOW1(s64, "s64", S, s),        \
      row("cvt.rn.f32." s ".low", [](u64 v) { return static_cast<float>(static_cast<S>(v)); })

/// Rounds in the direction asked for; up to 32 bits are exact.
template <class S> double intToF64(S v, Round mode) {
  double nearest = static_cast<double>(v);
  if constexpr (sizeof(S) == 8) {
    __extension__ typedef __int128 s128;
    s128 error = static_cast<s128>(nearest) - static_cast<s128>(v);
    bool negative = v < 0;
    bool lower = error > 0 && (mode == Round::Down || (mode == Round::Zero && !negative));
    bool higher = error < 0 && (mode == Round::Up || (mode == Round::Zero && negative));
    u64 bits = bitCast<u64>(nearest);
    if (lower)
      bits = negative ? bits + 1 : bits - 1;
    if (higher)
      bits = negative ? bits - 1 : bits + 1;
    nearest = bitCast<double>(bits);
  }
  return nearest;
}

#define FROM_INT1(S, s, M, m)                                                                                \
  row("cvt." m ".f32." s, [](S v) { return toF32(intToDouble(v), M); }),                                     \
      row("cvt." m ".f64." s, [](S v) { return intToF64(v, M); }),                                           \
      row("cvt." m ".f16." s, [](S v) { return toF16(intToDouble(v), M); })
#define FROM_INT(S, s)                                                                                       \
  FROM_INT1(S, s, Round::Zero, "rz"), FROM_INT1(S, s, Round::Down, "rm"), FROM_INT1(S, s, Round::Up, "rp"),  \
      row("cvt.rn.f32." s, [](S v) { return static_cast<float>(v); }),                                       \
      row("cvt.rn.f16." s, [](S v) { return toF16(intToDouble(v)); }),                                       \
      row("cvt.rn.f64." s, [](S v) { return static_cast<double>(v); })

// bf16 has no conversions from and to 8-bit integers.
#define BF16_1(T, t, M, r, ri)                                                                               \
  row("cvt." r ".bf16." t, [](T v) { return toBF16(intToDouble(v), M); }),                                   \
      row("cvt." ri "." t ".bf16", [](BF16 x) { return toInt<T>(static_cast<double>(f32FromHalf(x)), M); })
#define BF16_INT(T, t)                                                                                       \
  BF16_1(T, t, Round::Nearest, "rn", "rni"), BF16_1(T, t, Round::Zero, "rz", "rzi"),                         \
      BF16_1(T, t, Round::Down, "rm", "rmi"), BF16_1(T, t, Round::Up, "rp", "rpi")

#define TO_INT2(D, d, M, m)                                                                                  \
  row("cvt." m "." d ".f32", [](float x) { return toInt<D>(static_cast<double>(x), M); }),                   \
      row("cvt." m ".ftz." d ".f32", [](float x) { return toInt<D>(static_cast<double>(ftz(x)), M); }),      \
      row("cvt." m "." d ".f64", [](double x) { return toInt<D>(x, M); }),                                   \
      row("cvt." m "." d ".f16", [](F16 x) { return toInt<D>(static_cast<double>(f32FromHalf(x)), M); })
#define TO_INT(D, d)                                                                                         \
  TO_INT2(D, d, Round::Nearest, "rni"), TO_INT2(D, d, Round::Zero, "rzi"),                                   \
      TO_INT2(D, d, Round::Down, "rmi"), TO_INT2(D, d, Round::Up, "rpi")

#define ROUND_FLOAT(M, m)                                                                                    \
  row("cvt." m ".f32.f32", [](float x) { return roundFloat<M>(x); }),                                        \
      row("cvt." m ".ftz.f32.f32", [](float x) { return roundFloat<M>(ftz(x)); }),                           \
      row("cvt." m ".f64.f64", [](double x) { return roundDouble(x, M); }),                                  \
      row("cvt." m ".f16.f16", [](F16 x) { return f16FromFloat(roundFloat<M>(f32FromHalf(x))); }),           \
      row("cvt." m ".bf16.bf16", [](BF16 x) { return bf16FromFloat(roundFloat<M>(f32FromHalf(x))); })
#define NARROW(M, m)                                                                                         \
  row("cvt." m ".f32.f64", [](double x) { return toF32(x, M); }),                                            \
      row("cvt." m ".ftz.f32.f64", [](double x) { return ftz(toF32(x, M)); }),                               \
      row("cvt." m ".f16.f64", [](double x) { return toF16(x, M); }),                                        \
      row("cvt." m ".bf16.f64", [](double x) { return toBF16(x, M); }),                                      \
      row("cvt." m ".bf16.f16", [](F16 x) { return toBF16(static_cast<double>(f32FromHalf(x)), M); }),       \
      row("cvt." m ".f16.bf16", [](BF16 x) { return toF16(static_cast<double>(f32FromHalf(x)), M); }),       \
      row("cvt." m ".ftz.f16.f32", [](float x) { return toF16(static_cast<double>(ftz(x)), M); }),           \
      row("cvt." m ".sat.f16.f32", [](float x) { return toF16(static_cast<double>(saturate(x)), M); }),      \
      row("cvt." m ".ftz.sat.f16.f32",                                                                       \
          [](float x) { return toF16(static_cast<double>(saturate(ftz(x))), M); }),                          \
      row("cvt." m ".sat.f32.f64", [](double x) { return toF32(saturate(x), M); }),                          \
      row("cvt." m ".sat.f16.f64", [](double x) { return toF16(saturate(x), M); })

template <bool Relu> float relu(float x) { return Relu ? (x != x || x > 0 ? x : 0.0f) : x; }
template <Round M> F16 narrowF16(float x) {
  return M == Round::Nearest ? f16FromFloat(x) : toF16(static_cast<double>(x), M);
}
template <Round M> BF16 narrowBF16(float x) {
  return M == Round::Nearest ? bf16FromFloat(x) : toBF16(static_cast<double>(x), M);
}
/// The first source goes to the upper half.
template <class H> u32 pack(H high, H low) { return static_cast<u32>(high.bits) << 16 | low.bits; }

#define HALVES(M, m, Relu, r)                                                                                \
  row("cvt." m r ".f16.f32", [](float x) { return narrowF16<M>(relu<Relu>(x)); }),                           \
      row("cvt." m r ".bf16.f32", [](float x) { return narrowBF16<M>(relu<Relu>(x)); }),                     \
      row("cvt." m r ".f16x2.f32",                                                                           \
          [](float x, float y) { return pack(narrowF16<M>(relu<Relu>(x)), narrowF16<M>(relu<Relu>(y))); }),  \
      row("cvt." m r ".bf16x2.f32",                                                                          \
          [](float x, float y) { return pack(narrowBF16<M>(relu<Relu>(x)), narrowBF16<M>(relu<Relu>(y))); })

u32 toTf32(float x, Round mode) {
  u32 bits = bitCast<u32>(x);
  if ((bits & 0x7fffffffu) >= 0x7f800000u)
    return x != x ? 0x7fffffffu : bits;
  u32 half = mode == Round::Away ? 0x1000u : mode == Round::Nearest ? 0xfffu + (bits >> 13 & 1) : 0;
  return (bits + half) & ~0x1fffu;
}

/// .satfinite: infinity is the greatest finite tf32.
u32 finiteTf32(u32 bits) {
  return (bits & 0x7fffffffu) == 0x7f800000u ? (bits & 0x80000000u) | 0x7f7fe000u : bits;
}

constexpr LaneRow table[] = {
    INTS(u8, "u8"),
    INTS(s8, "s8"),
    INTS(u16, "u16"),
    INTS(s16, "s16"),
    INTS(u32, "u32"),
    INTS(s32, "s32"),
    INTS(u64, "u64"),
    INTS(s64, "s64"),
    SAT_NARROW(SAT1),
    SAT_NARROW(SAT_LOW1),
    SAT_WIDE(u64, "u64"),
    SAT1(s64, "s64", u64, "u64"),
    SAT_WIDE(s64, "s64"),
    SAT1(u64, "u64", s64, "s64"),
    BF16_INT(u16, "u16"),
    BF16_INT(s16, "s16"),
    BF16_INT(u32, "u32"),
    BF16_INT(s32, "s32"),
    BF16_INT(u64, "u64"),
    BF16_INT(s64, "s64"),
    LOW(u8, "u8"),
    LOW(s8, "s8"),
    LOW(u16, "u16"),
    LOW(s16, "s16"),
    LOW(u32, "u32"),
    LOW(s32, "s32"),
    FROM_INT(u8, "u8"),
    FROM_INT(s8, "s8"),
    FROM_INT(u16, "u16"),
    FROM_INT(s16, "s16"),
    FROM_INT(u32, "u32"),
    FROM_INT(s32, "s32"),
    FROM_INT(u64, "u64"),
    FROM_INT(s64, "s64"),
    TO_INT(u8, "u8"),
    TO_INT(s8, "s8"),
    TO_INT(u16, "u16"),
    TO_INT(s16, "s16"),
    TO_INT(u32, "u32"),
    TO_INT(s32, "s32"),
    TO_INT(u64, "u64"),
    TO_INT(s64, "s64"),
    ROUND_FLOAT(Round::Nearest, "rni"),
    ROUND_FLOAT(Round::Zero, "rzi"),
    ROUND_FLOAT(Round::Down, "rmi"),
    ROUND_FLOAT(Round::Up, "rpi"),
    NARROW(Round::Nearest, "rn"),
    NARROW(Round::Zero, "rz"),
    NARROW(Round::Down, "rm"),
    NARROW(Round::Up, "rp"),
    HALVES(Round::Nearest, "rn", false, ""),
    HALVES(Round::Nearest, "rn", true, ".relu"),
    HALVES(Round::Zero, "rz", false, ""),
    HALVES(Round::Zero, "rz", true, ".relu"),
    row("cvt.f64.f32", [](float x) { return static_cast<double>(x); }),
    row("cvt.ftz.f64.f32", [](float x) { return static_cast<double>(ftz(x)); }),
    row("cvt.f32.f16", [](F16 x) { return f32FromHalf(x); }),
    row("cvt.ftz.f32.f16", [](F16 x) { return f32FromHalf(x); }),
    row("cvt.f64.f16", [](F16 x) { return static_cast<double>(f32FromHalf(x)); }),
    row("cvt.f32.bf16", [](BF16 x) { return f32FromHalf(x); }),
    row("cvt.ftz.f32.bf16", [](BF16 x) { return ftz(f32FromHalf(x)); }),
    row("cvt.f64.bf16", [](BF16 x) { return static_cast<double>(f32FromHalf(x)); }),
    row("cvt.rm.f16.f32", [](float x) { return narrowF16<Round::Down>(x); }),
    row("cvt.rp.f16.f32", [](float x) { return narrowF16<Round::Up>(x); }),
    row("cvt.sat.f16.f16", [](F16 x) { return f16FromFloat(saturate(f32FromHalf(x))); }),
    row("cvt.sat.f32.f16", [](F16 x) { return saturate(f32FromHalf(x)); }),
    row("cvt.ftz.sat.f32.f16", [](F16 x) { return saturate(f32FromHalf(x)); }),
    row("cvt.sat.f64.f32", [](float x) { return static_cast<double>(saturate(x)); }),
    row("cvt.sat.f64.f64", [](double x) { return saturate(x); }),
    row("cvt.sat.f32.f32", [](float x) { return saturate(x); }),
    row("cvt.ftz.sat.f32.f32", [](float x) { return saturate(ftz(x)); }),
    row("cvt.ftz.f32.f32", [](float x) { return ftz(x); }),
    row("cvt.rna.tf32.f32", [](float x) { return toTf32(x, Round::Away); }),
    row("cvt.rn.tf32.f32", [](float x) { return toTf32(x, Round::Nearest); }),
    row("cvt.rz.tf32.f32", [](float x) { return toTf32(x, Round::Zero); }),
    row("cvt.rn.relu.tf32.f32", [](float x) { return toTf32(relu<true>(x), Round::Nearest); }),
    row("cvt.rz.relu.tf32.f32", [](float x) { return toTf32(relu<true>(x), Round::Zero); }),
    row("cvt.rna.satfinite.tf32.f32", [](float x) { return finiteTf32(toTf32(x, Round::Away)); }),
};

} // namespace

LaneRows convertRows() { return {table, sizeof(table) / sizeof(table[0])}; }

} // namespace attnc::sim::ATTNC_SIM_ISA
