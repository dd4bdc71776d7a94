// Interval.h - SSA values with what f32 rounding can make of them.
//
// Emits arithmetic on triples (value, lowest, highest): the exact fp64 value of an f32 expression and an
// enclosure of what a kernel may compute for it. Must not know regions, masks or softmax.
#pragma once

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace attnc::reference {

/// A value (f64, i1, i32 or index) and its enclosure. For i1, `lo` is "certainly true" and `hi` "possibly
/// true". Exact values hold the same SSA value three times.
struct Interval {
  mlir::Value value, lo, hi;

  static Interval exact(mlir::Value value) { return {value, value, value}; }
  bool isExact() const { return lo == value && hi == value; }
};

/// Emits interval operations at the builder's insertion point.
class IntervalBuilder {
public:
  explicit IntervalBuilder(mlir::ImplicitLocOpBuilder &builder) : b(builder) {}

  mlir::Value constant(double value);
  mlir::Value add(mlir::Value x, mlir::Value y) { return mlir::arith::AddFOp::create(b, x, y); }
  mlir::Value sub(mlir::Value x, mlir::Value y) { return mlir::arith::SubFOp::create(b, x, y); }
  mlir::Value mul(mlir::Value x, mlir::Value y) { return mlir::arith::MulFOp::create(b, x, y); }
  mlir::Value div(mlir::Value x, mlir::Value y) { return mlir::arith::DivFOp::create(b, x, y); }
  mlir::Value min(mlir::Value x, mlir::Value y) { return mlir::arith::MinNumFOp::create(b, x, y); }
  mlir::Value max(mlir::Value x, mlir::Value y) { return mlir::arith::MaxNumFOp::create(b, x, y); }
  mlir::Value abs(mlir::Value x);
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value x, mlir::Value y) {
    return mlir::arith::CmpFOp::create(b, predicate, x, y);
  }
  mlir::Value choose(mlir::Value condition, mlir::Value yes, mlir::Value no) {
    return condition && yes == no ? yes : mlir::arith::SelectOp::create(b, condition, yes, no).getResult();
  }

  Interval add(const Interval &x, const Interval &y);
  Interval sub(const Interval &x, const Interval &y);
  Interval mul(const Interval &x, const Interval &y);
  Interval div(const Interval &x, const Interval &y);
  Interval neg(const Interval &x);
  Interval abs(const Interval &x);
  Interval min(const Interval &x, const Interval &y);
  Interval max(const Interval &x, const Interval &y);
  Interval compare(mlir::arith::CmpFPredicate predicate, const Interval &x, const Interval &y);
  Interval choose(const Interval &condition, const Interval &yes, const Interval &no);
  Interval logicalAnd(const Interval &x, const Interval &y);
  Interval logicalOr(const Interval &x, const Interval &y);
  Interval logicalXor(const Interval &x, const Interval &y);
  /// A function that never decreases, applied to the three values.
  Interval increasing(const Interval &x, mlir::function_ref<mlir::Value(mlir::Value)> function);
  /// Widens by `units` of f32's unit round-off, plus `absolute`; past f32's range to infinity.
  Interval rounded(const Interval &x, double units, double absolute = 0);
  /// The same with `units` given as an f64 value per endpoint.
  Interval rounded(const Interval &x, mlir::function_ref<mlir::Value(mlir::Value)> slack);

  mlir::ImplicitLocOpBuilder &builder() { return b; }

private:
  mlir::ImplicitLocOpBuilder &b;
};

} // namespace attnc::reference
