// ImportMask.cpp - each sugar is the expression that semantics.md defines it by.
#include "passes/import/ImportMask.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace attnc;

namespace {
struct MaskImporter {
  OpBuilder &builder;
  const ExprScope &scope;

  Value index(mlir::Location where, int64_t value) {
    return arith::ConstantIndexOp::create(builder, where, value);
  }
  Value truth(mlir::Location where) { return arith::ConstantIntOp::create(builder, where, 1, 1); }
  Value compare(mlir::Location where, arith::CmpIPredicate predicate, Value lhs, Value rhs) {
    return arith::CmpIOp::create(builder, where, predicate, lhs, rhs);
  }

  /// No request has so many rows, so that a longer side hides nothing; q - left would leave 32 bits.
  static constexpr int64_t kFar = int64_t(1) << 30;

  /// q - left <= kv <= q + right, both ends inclusive, an absent side unbounded.
  Value window(const MaskNode &mask, mlir::Location where) {
    Value visible = truth(where);
    if (mask.left && *mask.left < kFar) {
      Value first = arith::SubIOp::create(builder, where, scope.q, index(where, *mask.left));
      Value recent = compare(where, arith::CmpIPredicate::sle, first, scope.kv);
      visible = arith::AndIOp::create(builder, where, visible, recent);
    }
    if (mask.right && *mask.right < kFar) {
      Value last = arith::AddIOp::create(builder, where, scope.q, index(where, *mask.right));
      Value early = compare(where, arith::CmpIPredicate::sle, scope.kv, last);
      visible = arith::AndIOp::create(builder, where, visible, early);
    }
    return visible;
  }

  FailureOr<Value> chunked(const MaskNode &mask, mlir::Location where) {
    if (mask.size <= 0)
      return emitError(where, "expected a positive chunk size, got ") << mask.size;
    Value size = index(where, mask.size);
    Value queryChunk = arith::FloorDivSIOp::create(builder, where, scope.q, size);
    Value keyChunk = arith::FloorDivSIOp::create(builder, where, scope.kv, size);
    return compare(where, arith::CmpIPredicate::eq, queryChunk, keyChunk);
  }

  FailureOr<Value> combine(const MaskNode &mask, mlir::Location where) {
    Value result;
    for (const MaskNode &operand : mask.operands) {
      FailureOr<Value> value = import(operand, where);
      if (failed(value))
        return failure();
      if (!result)
        result = *value;
      else if (mask.kind == MaskNode::Kind::All)
        result = arith::AndIOp::create(builder, where, result, *value);
      else
        result = arith::OrIOp::create(builder, where, result, *value);
    }
    if (!result)
      return emitError(where, "expected at least one mask in the list, got none");
    return result;
  }

  FailureOr<Value> import(const MaskNode &mask, mlir::Location fallback) {
    mlir::Location where = importLocation(builder.getContext(), mask.where, fallback);
    switch (mask.kind) {
    case MaskNode::Kind::None:
      return truth(where);
    case MaskNode::Kind::Causal:
      return compare(where, arith::CmpIPredicate::sle, scope.kv, scope.q);
    case MaskNode::Kind::Window:
      return window(mask, where);
    case MaskNode::Kind::Chunked:
      return chunked(mask, where);
    case MaskNode::Kind::Expression:
    case MaskNode::Kind::Named:
      return ExprImporter(builder, scope, where).import(*mask.expr);
    case MaskNode::Kind::All:
    case MaskNode::Kind::Any:
      return combine(mask, where);
    case MaskNode::Kind::Not: {
      if (mask.operands.size() != 1)
        return emitError(where, "expected one mask under 'not', got ") << mask.operands.size();
      FailureOr<Value> value = import(mask.operands.front(), where);
      if (failed(value))
        return failure();
      return arith::XOrIOp::create(builder, where, *value, truth(where)).getResult();
    }
    }
    llvm_unreachable("every kind has a case");
  }
};
} // namespace

FailureOr<Value> attnc::importMask(OpBuilder &builder, const MaskNode &mask, const ExprScope &scope,
                                   mlir::Location fallback) {
  return MaskImporter{builder, scope}.import(mask, fallback);
}
