// ExactMath.cpp - see ExactMath.h.
#include "test/sim/ExactMath.h"

#include <cmath>

namespace attnc::simtest {

double Format::decode(uint64_t code) const {
  uint64_t magnitude = code & (sign() - 1);
  int bias = (1 << (exponentBits - 1)) - 1;
  int exponent = static_cast<int>(magnitude >> mantissaBits);
  uint64_t fraction = magnitude & ((uint64_t(1) << mantissaBits) - 1);
  if (exponent > 0)
    fraction |= uint64_t(1) << mantissaBits;
  double value =
      std::ldexp(static_cast<double>(fraction), (exponent == 0 ? 1 : exponent) - bias - mantissaBits);
  return (code & sign()) != 0 ? -value : value;
}

uint64_t Format::round(Exact x, Rounding mode) const {
  bool negative = x.value < 0 || (x.value == 0 && x.rest < 0);
  Quad magnitude = negative ? -x.value : x.value;
  int rest = negative ? -x.rest : x.rest;
  uint64_t minus = negative ? sign() : 0;
  // The greatest code whose value is at most x. f64's infinity has no double that says how far it is.
  auto valueOf = [&](uint64_t code) {
    return code == top + 1 && exponentBits == 11 ? Quad(0x1p1023) * 2 : Quad(decode(code));
  };
  uint64_t low = 0, high = top + 1;
  while (low + 1 < high) {
    uint64_t middle = low + (high - low) / 2;
    bool atMost = valueOf(middle) < magnitude || (valueOf(middle) == magnitude && rest >= 0);
    (atMost ? low : high) = middle;
  }
  if (magnitude > valueOf(high) || (magnitude == valueOf(high) && rest >= 0))
    low = high;
  bool exact = low == 0 && magnitude == 0 ? rest == 0 : valueOf(low) == magnitude && rest == 0;
  bool up = false;
  if (low <= top && !exact) {
    Quad below = magnitude - valueOf(low), above = valueOf(low + 1) - magnitude;
    up = mode == Rounding::Nearest
             ? below > above || (below == above && (rest > 0 || (rest == 0 && (low & 1))))
         : mode == Rounding::Up   ? !negative
         : mode == Rounding::Down ? negative
                                  : false;
  }
  uint64_t code = low + up;
  if (code > top) {
    bool stays = mode == Rounding::Zero || (mode == Rounding::Down && !negative) ||
                 (mode == Rounding::Up && negative) || !hasInfinity;
    code = stays ? top : top + 1;
  }
  return minus | code;
}

static Exact sum(Quad a, Quad b) {
  Quad s = a + b, back = s - a;
  Quad lost = (a - (s - back)) + (b - back);
  return {s, lost > 0 ? 1 : lost < 0 ? -1 : 0};
}

uint64_t apply(Op op, const Format &format, Rounding mode, uint64_t a, uint64_t b, uint64_t c) {
  auto wide = [&](uint64_t code) {
    return format.isNan(code)        ? std::nan("")
           : format.isInfinite(code) ? ((code & format.sign()) != 0 ? -INFINITY : INFINITY)
                                     : format.decode(code);
  };
  double x = op == Op::Rcp ? 1.0 : wide(a), y = op == Op::Rcp ? wide(a) : wide(b), z = wide(c);
  bool finite =
      std::isfinite(x) && (op == Op::Sqrt || std::isfinite(y)) && (op != Op::Fma || std::isfinite(z));
  Exact result;
  double special = 0; // the result where the exact one is zero or an operand is not finite
  switch (op) {
  case Op::Add:
  case Op::Sub:
    y = op == Op::Sub ? -y : y;
    special = x + y;
    result = sum(x, y);
    break;
  case Op::Mul:
    special = x * y;
    result = {Quad(x) * y, 0};
    break;
  case Op::Fma:
    special = std::fma(x, y, z);
    result = sum(Quad(x) * y, z);
    break;
  case Op::Div:
  case Op::Rcp: {
    special = x / y;
    if (finite && y != 0) {
      Quad q = Quad(x) / y;
      Quad lost = Quad(static_cast<double>(q)) == q ? Quad(x) - q * y : Quad(0);
      result = {q, lost == 0 ? 0 : (lost > 0) == (y > 0) ? 1 : -1};
    }
    finite = finite && y != 0;
    break;
  }
  case Op::Sqrt: {
    special = std::sqrt(x);
    if (x > 0 && finite) {
      long double root = std::sqrt(static_cast<long double>(x));
      Quad q = root, high = static_cast<double>(root), low = q - high; // the square in exact parts
      Quad lost = ((Quad(x) - high * high) - 2 * high * low) - low * low;
      result = {q, lost > 0 ? 1 : lost < 0 ? -1 : 0};
    }
    finite = finite && x > 0;
    break;
  }
  }
  if (std::isnan(special))
    return format.nan();
  if (!finite)
    return std::isinf(special) ? (std::signbit(special) ? format.sign() : 0) | format.infinity()
                               : (std::signbit(special) ? format.sign() : 0);
  if (result.value == 0) {
    // An exact zero that is a difference is negative only when rounding down; else the host's sign is right.
    bool difference = (op == Op::Add || op == Op::Sub) ? x != 0 || std::signbit(x) != std::signbit(y)
                      : op == Op::Fma                  ? std::signbit(x * y) != std::signbit(z)
                                                       : false;
    bool negative = difference ? mode == Rounding::Down : std::signbit(special);
    return negative ? format.sign() : 0;
  }
  return format.round(result, mode);
}

uint64_t convert(const Format &from, const Format &to, uint64_t code, Rounding mode) {
  uint64_t minus = (code & from.sign()) != 0 ? to.sign() : 0;
  if (from.isNan(code))
    return to.nan();
  if (from.isInfinite(code))
    return minus | (to.hasInfinity ? to.infinity() : to.top);
  double value = from.decode(code);
  return value == 0 ? minus : to.round({value, 0}, mode);
}

uint64_t saturated(const Format &format, uint64_t code) {
  uint64_t one = format.round({1, 0});
  if (format.isNan(code) || (code & format.sign()) != 0)
    return 0;
  return code > one ? one : code;
}

} // namespace attnc::simtest
