// LowerRegion.h - score and mask regions in fp64, with the enclosure of their f32 evaluation.
#pragma once

#include "dialect/attn/Attn.h"
#include "mlir/IR/Region.h"
#include "mlir/Support/LLVM.h"
#include "passes/reference/Interval.h"
#include "llvm/ADT/DenseMap.h"

namespace attnc::reference {

/// Emits the ops of a region at the builder's insertion point. f32 becomes f64 with an enclosure, integers
/// stay as they are, reads of side tensors are guarded by their shape.
class RegionLowering {
public:
  /// `captured` maps what regions read from the kernel: side tensors to memrefs, scalars to f64 or i32.
  RegionLowering(mlir::ImplicitLocOpBuilder &builder,
                 const llvm::DenseMap<mlir::Value, mlir::Value> &captured)
      : b(builder), intervals(builder), captured(captured) {}

  /// The yielded value for these region arguments. Fails with a diagnostic at an op it cannot evaluate.
  mlir::FailureOr<Interval> lower(mlir::Region &region, mlir::ArrayRef<Interval> arguments);

private:
  mlir::FailureOr<Interval> operand(mlir::Value value);
  mlir::FailureOr<Interval> lowerOp(mlir::Operation *op);
  mlir::FailureOr<Interval> lowerArith(mlir::Operation *op, mlir::ArrayRef<Interval> operands);
  mlir::FailureOr<Interval> lowerMath(mlir::Operation *op, const Interval &x);
  mlir::FailureOr<Interval> lowerExact(mlir::Operation *op, mlir::ArrayRef<Interval> operands);
  mlir::FailureOr<Interval> bit(mlir::Operation *op, const Interval &word, const Interval &position);
  Interval softcap(const Interval &s, double cap);
  Interval exponential(const Interval &x, bool base2);
  Interval logarithm(const Interval &x, bool base2);
  mlir::FailureOr<Interval> search(attn::SearchOp op);
  mlir::FailureOr<Interval> reaches(attn::ReachesOp op);
  /// Integers that do not depend on rounding.
  mlir::FailureOr<mlir::SmallVector<Interval>> exactOperands(mlir::Operation *op, mlir::ValueRange values);
  mlir::Value read(mlir::Value side, mlir::ArrayRef<Interval> indices, mlir::Type result);

  mlir::ImplicitLocOpBuilder &b;
  IntervalBuilder intervals;
  const llvm::DenseMap<mlir::Value, mlir::Value> &captured;
  llvm::DenseMap<mlir::Value, Interval> values;
};

} // namespace attnc::reference
