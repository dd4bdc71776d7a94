// ImportMask.h - expands mask sugar into arith ops.
#pragma once

#include "passes/import/ImportExpr.h"
#include "specs/Spec.h"

namespace attnc {

/// The i1 value of `mask` at the builder's place. The caller handles MaskNode::Kind::None at the top.
mlir::FailureOr<mlir::Value> importMask(mlir::OpBuilder &builder, const MaskNode &mask,
                                        const ExprScope &scope, mlir::Location fallback);

} // namespace attnc
