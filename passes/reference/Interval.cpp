// Interval.cpp - interval arithmetic as arith ops.
//
// Must not fold or simplify beyond skipping exact values: LLVM does that, and the oracle stays plain.
#include "passes/reference/Interval.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/reference/RoundingModel.h"

#include <limits>

using namespace mlir;
using arith::CmpFPredicate;

namespace attnc::reference {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

Value IntervalBuilder::constant(double value) {
  return arith::ConstantOp::create(b, b.getF64FloatAttr(value));
}

Value IntervalBuilder::abs(Value x) { return math::AbsFOp::create(b, x); }

Interval IntervalBuilder::rounded(const Interval &x, function_ref<Value(Value)> slack) {
  // An infinite endpoint stays as it is: inf - inf would be NaN.
  auto widened = [&](Value end, bool up) {
    Value infinite = compare(CmpFPredicate::OEQ, abs(end), constant(kInfinity));
    Value moved = up ? add(end, slack(end)) : sub(end, slack(end));
    Value outside = up ? compare(CmpFPredicate::OGT, moved, constant(rounding::kMaxF32))
                       : compare(CmpFPredicate::OLT, moved, constant(-rounding::kMaxF32));
    moved = choose(outside, constant(up ? kInfinity : -kInfinity), moved);
    return choose(infinite, end, moved);
  };
  return {x.value, widened(x.lo, false), widened(x.hi, true)};
}

Interval IntervalBuilder::rounded(const Interval &x, double units, double absolute) {
  return rounded(x, [&](Value end) {
    Value relative = mul(abs(end), constant(units * rounding::kUnitF32));
    return add(relative, constant(absolute + rounding::kTinyF32));
  });
}

Interval IntervalBuilder::add(const Interval &x, const Interval &y) {
  return rounded({add(x.value, y.value), add(x.lo, y.lo), add(x.hi, y.hi)}, rounding::kBasicUnits);
}

Interval IntervalBuilder::sub(const Interval &x, const Interval &y) {
  return rounded({sub(x.value, y.value), sub(x.lo, y.hi), sub(x.hi, y.lo)}, rounding::kBasicUnits);
}

/// The least and the greatest of a bilinear function at the four corners; NaN corners (0 * inf) drop out.
static Interval corners(IntervalBuilder &b, const Interval &x, const Interval &y,
                        function_ref<Value(Value, Value)> function) {
  Value value = function(x.value, y.value);
  if (x.isExact() && y.isExact())
    return Interval::exact(value);
  Value first = function(x.lo, y.lo), second = function(x.lo, y.hi);
  Value third = function(x.hi, y.lo), fourth = function(x.hi, y.hi);
  return {value, b.min(b.min(first, second), b.min(third, fourth)),
          b.max(b.max(first, second), b.max(third, fourth))};
}

Interval IntervalBuilder::mul(const Interval &x, const Interval &y) {
  Interval product = corners(*this, x, y, [&](Value l, Value r) { return mul(l, r); });
  return rounded(product, rounding::kBasicUnits);
}

Interval IntervalBuilder::div(const Interval &x, const Interval &y) {
  Interval quotient = corners(*this, x, y, [&](Value l, Value r) { return div(l, r); });
  if (!y.isExact()) {
    // A divisor that may be zero leaves nothing to say.
    Value zero = constant(0);
    Value spans = arith::AndIOp::create(b, compare(CmpFPredicate::OLE, y.lo, zero),
                                        compare(CmpFPredicate::OGE, y.hi, zero));
    quotient.lo = choose(spans, constant(-kInfinity), quotient.lo);
    quotient.hi = choose(spans, constant(kInfinity), quotient.hi);
  }
  return rounded(quotient, rounding::kDivideUnits);
}

Interval IntervalBuilder::neg(const Interval &x) {
  auto negate = [&](Value v) -> Value { return arith::NegFOp::create(b, v); };
  if (x.isExact())
    return Interval::exact(negate(x.value));
  return {negate(x.value), negate(x.hi), negate(x.lo)};
}

Interval IntervalBuilder::abs(const Interval &x) {
  if (x.isExact())
    return Interval::exact(abs(x.value));
  Interval negated = neg(x);
  return {abs(x.value), max(constant(0), max(x.lo, negated.lo)), max(x.hi, negated.hi)};
}

Interval IntervalBuilder::min(const Interval &x, const Interval &y) {
  if (x.isExact() && y.isExact())
    return Interval::exact(min(x.value, y.value));
  return {min(x.value, y.value), min(x.lo, y.lo), min(x.hi, y.hi)};
}

Interval IntervalBuilder::max(const Interval &x, const Interval &y) {
  if (x.isExact() && y.isExact())
    return Interval::exact(max(x.value, y.value));
  return {max(x.value, y.value), max(x.lo, y.lo), max(x.hi, y.hi)};
}

Interval IntervalBuilder::increasing(const Interval &x, function_ref<Value(Value)> function) {
  if (x.isExact())
    return Interval::exact(function(x.value));
  return {function(x.value), function(x.lo), function(x.hi)};
}

Interval IntervalBuilder::compare(CmpFPredicate predicate, const Interval &x, const Interval &y) {
  Value value = compare(predicate, x.value, y.value);
  if (x.isExact() && y.isExact())
    return Interval::exact(value);
  auto negated = [&](Value v) -> Value {
    return arith::XOrIOp::create(b, v, arith::ConstantOp::create(b, b.getBoolAttr(true)));
  };
  auto both = [&](Value l, Value r) -> Value { return arith::AndIOp::create(b, l, r); };
  // Certain if it holds for the least favourable ends, possible if for the most favourable.
  auto order = [&](CmpFPredicate p, const Interval &small, const Interval &large) -> Interval {
    return {value, compare(p, small.hi, large.lo), compare(p, small.lo, large.hi)};
  };
  Value overlap = both(compare(CmpFPredicate::OLE, x.lo, y.hi), compare(CmpFPredicate::OLE, y.lo, x.hi));
  Value equal = both(compare(CmpFPredicate::OEQ, x.lo, y.hi), compare(CmpFPredicate::OEQ, x.hi, y.lo));
  switch (predicate) {
  case CmpFPredicate::OLT:
  case CmpFPredicate::ULT:
    return order(CmpFPredicate::OLT, x, y);
  case CmpFPredicate::OLE:
  case CmpFPredicate::ULE:
    return order(CmpFPredicate::OLE, x, y);
  case CmpFPredicate::OGT:
  case CmpFPredicate::UGT:
    return order(CmpFPredicate::OLT, y, x);
  case CmpFPredicate::OGE:
  case CmpFPredicate::UGE:
    return order(CmpFPredicate::OLE, y, x);
  case CmpFPredicate::OEQ:
  case CmpFPredicate::UEQ:
    return {value, equal, overlap};
  case CmpFPredicate::ONE:
  case CmpFPredicate::UNE:
    return {value, negated(overlap), negated(equal)};
  default: // ord, uno and the constants do not depend on rounding
    return Interval::exact(value);
  }
}

Interval IntervalBuilder::choose(const Interval &condition, const Interval &yes, const Interval &no) {
  Value value = choose(condition.value, yes.value, no.value);
  if (condition.isExact()) {
    if (yes.isExact() && no.isExact())
      return Interval::exact(value);
    return {value, choose(condition.value, yes.lo, no.lo), choose(condition.value, yes.hi, no.hi)};
  }
  bool isBool = yes.value.getType().isInteger(1);
  auto lower = [&](Value l, Value r) {
    return isBool ? arith::AndIOp::create(b, l, r).getResult() : min(l, r);
  };
  auto upper = [&](Value l, Value r) {
    return isBool ? arith::OrIOp::create(b, l, r).getResult() : max(l, r);
  };
  auto either = [&](Value certain, Value mixed, Value never) {
    return choose(condition.lo, certain, choose(condition.hi, mixed, never));
  };
  return {value, either(yes.lo, lower(yes.lo, no.lo), no.lo), either(yes.hi, upper(yes.hi, no.hi), no.hi)};
}

template <class Op>
static Interval endpointwise(ImplicitLocOpBuilder &b, const Interval &x, const Interval &y) {
  Value value = Op::create(b, x.value, y.value);
  if (x.isExact() && y.isExact())
    return Interval::exact(value);
  return {value, Op::create(b, x.lo, y.lo), Op::create(b, x.hi, y.hi)};
}

Interval IntervalBuilder::logicalAnd(const Interval &x, const Interval &y) {
  return endpointwise<arith::AndIOp>(b, x, y);
}

Interval IntervalBuilder::logicalOr(const Interval &x, const Interval &y) {
  return endpointwise<arith::OrIOp>(b, x, y);
}

Interval IntervalBuilder::logicalXor(const Interval &x, const Interval &y) {
  Value value = arith::XOrIOp::create(b, x.value, y.value);
  if (x.isExact() && y.isExact())
    return Interval::exact(value);
  auto doubtful = [&](const Interval &v) -> Value { return arith::XOrIOp::create(b, v.lo, v.hi); };
  Value doubt = arith::OrIOp::create(b, doubtful(x), doubtful(y));
  Value no = arith::ConstantOp::create(b, b.getBoolAttr(false));
  return {value, choose(doubt, no, value), arith::OrIOp::create(b, doubt, value)};
}

} // namespace attnc::reference
