// ExprRange.cpp - interval arithmetic over expressions.
//
// Must stay sound. Correlations between operands are lost: `q < q` is Unknown.
#include "specs/ExprRange.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnc {
namespace {

/// Values of one node; bools are 0 and 1. Integers are exact in a double up to 2^53.
struct Range {
  double low, high;
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Range kAnything{-kInfinity, kInfinity};
constexpr Range kAnyBool{0, 1};

Range widened(double low, double high) {
  constexpr double kExact = 9007199254740992.0;
  return {low >= -kExact ? low : -kInfinity, high <= kExact ? high : kInfinity};
}

bool finite(Range r) { return std::isfinite(r.low) && std::isfinite(r.high); }

class Evaluator {
public:
  explicit Evaluator(const Spec &spec) : spec(spec) {}

  Range operator()(const Expr &expr) const {
    switch (expr.kind) {
    case ExprKind::IntLiteral:
    case ExprKind::BoolLiteral:
      return {double(expr.intValue), double(expr.intValue)};
    case ExprKind::FloatLiteral:
      return {expr.floatValue, expr.floatValue};
    case ExprKind::Variable:
      return variable(expr);
    case ExprKind::ToFloat:
      return toFloat(eval(expr, 0));
    case ExprKind::Select:
      return select(expr);
    case ExprKind::Not: {
      Range a = eval(expr, 0);
      return {1 - a.high, 1 - a.low};
    }
    case ExprKind::And: {
      Range a = eval(expr, 0), b = eval(expr, 1);
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    }
    case ExprKind::Or: {
      Range a = eval(expr, 0), b = eval(expr, 1);
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    }
    case ExprKind::Eq:
    case ExprKind::Ne:
    case ExprKind::Lt:
    case ExprKind::Le:
    case ExprKind::Gt:
    case ExprKind::Ge:
      return comparison(expr);
    default:
      return expr.type == ExprType::Int    ? arithmetic(expr)
             : expr.type == ExprType::Bool ? kAnyBool
                                           : kAnything;
    }
  }

private:
  const Spec &spec;

  Range eval(const Expr &expr, size_t operand) const { return (*this)(*expr.operands[operand]); }

  Range variable(const Expr &expr) const {
    constexpr double kMax = std::numeric_limits<int32_t>::max();
    if (expr.type == ExprType::Float)
      return kAnything;
    if (expr.name == "q") // negative under bottom_right when there are more queries than keys
      return {-kMax, kMax};
    if (expr.name == "h")
      return {0, double(spec.queryHeads.value - 1)};
    if (expr.name == "kvh")
      return {0, double(spec.kvHeads.value - 1)};
    return {0, kMax};
  }

  /// Rounding to f32 is monotone: comparing rounded bounds stays sound only if bounds are rounded too.
  static Range toFloat(Range a) { return {double(float(a.low)), double(float(a.high))}; }

  Range select(const Expr &expr) const {
    Range condition = eval(expr, 0), then = eval(expr, 1), otherwise = eval(expr, 2);
    if (condition.low == 1)
      return then;
    if (condition.high == 0)
      return otherwise;
    return {std::min(then.low, otherwise.low), std::max(then.high, otherwise.high)};
  }

  Range comparison(const Expr &expr) const {
    Range a = eval(expr, 0), b = eval(expr, 1);
    bool floats = expr.operands[0]->type == ExprType::Float;
    if (floats) { // literals are rounded to f32 in the kernel
      a = toFloat(a);
      b = toFloat(b);
      // A NaN makes every comparison but != false: nothing is certain about computed floats.
      if (!finite(a) || !finite(b))
        return kAnyBool;
    }
    auto decide = [](bool always, bool never) {
      return always ? Range{1, 1} : never ? Range{0, 0} : kAnyBool;
    };
    bool same = a.low == a.high && b.low == b.high && a.low == b.low;
    bool apart = a.high < b.low || b.high < a.low;
    switch (expr.kind) {
    case ExprKind::Eq:
      return decide(same, apart);
    case ExprKind::Ne:
      return decide(apart, same);
    case ExprKind::Lt:
      return decide(a.high < b.low, a.low >= b.high);
    case ExprKind::Le:
      return decide(a.high <= b.low, a.low > b.high);
    case ExprKind::Gt:
      return decide(a.low > b.high, a.high <= b.low);
    default:
      return decide(a.low >= b.high, a.high < b.low);
    }
  }

  Range arithmetic(const Expr &expr) const {
    if (expr.kind == ExprKind::Search) // within the row; an end given beyond it is what comes back below it
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    if (expr.kind == ExprKind::Read || expr.kind == ExprKind::Param)
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    Range a = eval(expr, 0);
    Range b = expr.operands.size() > 1 ? eval(expr, 1) : a;
    switch (expr.kind) {
    case ExprKind::Neg:
      return {-a.high, -a.low};
    case ExprKind::Abs:
      if (a.low >= 0)
        return a;
      return a.high <= 0 ? Range{-a.high, -a.low} : Range{0, std::max(-a.low, a.high)};
    case ExprKind::Add:
      return widened(a.low + b.low, a.high + b.high);
    case ExprKind::Sub:
      return widened(a.low - b.high, a.high - b.low);
    case ExprKind::Mul:
      return product(a, b);
    case ExprKind::Min:
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    case ExprKind::Max:
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    case ExprKind::Clamp: {
      Range c = eval(expr, 2); // min(max(x, lo), hi)
      return {std::min(std::max(a.low, b.low), c.low), std::min(std::max(a.high, b.high), c.high)};
    }
    case ExprKind::FloorDiv:
      if (b.low == b.high && b.low > 0)
        return {std::floor(a.low / b.low), std::floor(a.high / b.low)};
      return kAnything;
    case ExprKind::Mod:
      if (b.low > 0)
        return {0, b.high - 1};
      return kAnything;
    default:
      return kAnything;
    }
  }

  static Range product(Range a, Range b) {
    if (!finite(a) || !finite(b))
      return kAnything;
    double products[] = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
    return widened(*std::min_element(products, products + 4), *std::max_element(products, products + 4));
  }
};

} // namespace

Truth truthOf(const Expr &expr, const Spec &spec) {
  Range range = Evaluator(spec)(expr);
  return range.high == 0 ? Truth::Never : range.low == 1 ? Truth::Always : Truth::Unknown;
}

} // namespace attnc
