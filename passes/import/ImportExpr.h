// ImportExpr.h - expressions of masks and scores as arith and math ops.
//
// A plain translation: one expression node, one or a few ops, each at the node's place in the YAML. It must
// not simplify; attn-simplify-mask does that for sugar and expressions alike.
#pragma once

#include "dialect/attn/Attn.h"
#include "specs/Expr.h"

#include "llvm/ADT/StringMap.h"

namespace attnc {

/// The MLIR location of a place in a spec; `fallback` where the spec has none (a default).
mlir::Location importLocation(mlir::MLIRContext *context, const Location &where, mlir::Location fallback);

/// What names mean inside one region.
struct ExprScope {
  /// q, kv, q_row, h, kvh, b, q_len, kv_len (index) and, in a score, s (f32). Built on first use by
  /// `variable`.
  mlir::Value s, b, h, q, kv, qLen, kvLen;
  int64_t group = 1;
  attn::Anchor anchor = attn::Anchor::BottomRight;
  /// The kernel's side tensors and scalars by name.
  const llvm::StringMap<mlir::Value> *arguments = nullptr;
};

class ExprImporter {
public:
  ExprImporter(mlir::OpBuilder &builder, const ExprScope &scope, mlir::Location fallback)
      : builder(builder), scope(scope), fallback(fallback) {}

  /// The value of `expr`: index, f32 or i1 by its type. Failure is reported at the node.
  mlir::FailureOr<mlir::Value> import(const Expr &expr);

private:
  mlir::Value integer(mlir::Location where, int64_t value);
  mlir::Value real(mlir::Location where, double value);
  mlir::FailureOr<mlir::Value> variable(const Expr &expr, mlir::Location where);
  mlir::FailureOr<mlir::Value> argument(const Expr &expr, mlir::Location where);
  mlir::FailureOr<mlir::Value> compare(const Expr &expr, mlir::Location where,
                                       llvm::ArrayRef<mlir::Value> operands);
  mlir::FailureOr<mlir::Value> integerOp(const Expr &expr, mlir::Location where,
                                         llvm::ArrayRef<mlir::Value> operands);
  mlir::FailureOr<mlir::Value> floatOp(const Expr &expr, mlir::Location where,
                                       llvm::ArrayRef<mlir::Value> operands);
  mlir::FailureOr<mlir::Value> boolOp(const Expr &expr, mlir::Location where,
                                      llvm::ArrayRef<mlir::Value> operands);
  mlir::Value toFloat(mlir::Location where, mlir::Value value);
  mlir::Value sigmoid(mlir::Location where, mlir::Value value);

  mlir::OpBuilder &builder;
  const ExprScope &scope;
  mlir::Location fallback;
};

} // namespace attnc
