// ImportExpr.cpp - one case per expression kind; types were checked when the spec was read.
#include "passes/import/ImportExpr.h"

#include "mlir/IR/Diagnostics.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace attnc;

mlir::Location attnc::importLocation(MLIRContext *context, const attnc::Location &where,
                                     mlir::Location fallback) {
  if (!where.valid())
    return fallback;
  return FileLineColLoc::get(context, where.file, where.line, where.column);
}

Value ExprImporter::integer(mlir::Location where, int64_t value) {
  return arith::ConstantIndexOp::create(builder, where, value);
}

Value ExprImporter::real(mlir::Location where, double value) {
  return arith::ConstantOp::create(builder, where, builder.getF32FloatAttr(float(value)));
}

FailureOr<Value> ExprImporter::variable(const Expr &expr, mlir::Location where) {
  StringRef name = expr.name;
  if (name == "q_row") {
    if (scope.anchor == attn::Anchor::TopLeft)
      return scope.q;
    Value first = arith::SubIOp::create(builder, where, scope.kvLen, scope.qLen);
    return arith::SubIOp::create(builder, where, scope.q, first).getResult();
  }
  if (name == "kvh") {
    Value group = integer(where, scope.group);
    return arith::FloorDivSIOp::create(builder, where, scope.h, group).getResult();
  }
  Value value;
  if (name == "s")
    value = scope.s;
  else if (name == "b")
    value = scope.b;
  else if (name == "h")
    value = scope.h;
  else if (name == "q")
    value = scope.q;
  else if (name == "kv")
    value = scope.kv;
  else if (name == "q_len")
    value = scope.qLen;
  else if (name == "kv_len")
    value = scope.kvLen;
  if (!value)
    return emitError(where, "expected a variable of this region, got '") << name << "'";
  return value;
}

FailureOr<Value> ExprImporter::argument(const Expr &expr, mlir::Location where) {
  auto found = scope.arguments->find(expr.name);
  if (found == scope.arguments->end())
    return emitError(where, "expected a declared input or param, got '") << expr.name << "'";
  Value value = found->second;
  if (expr.kind != ExprKind::Param) {
    auto side = dyn_cast<attn::SideType>(value.getType());
    if (!side)
      return emitError(where, "expected a side tensor, got '") << expr.name << "'";
    SmallVector<Value> indices;
    for (const ExprPtr &operand : expr.operands) {
      FailureOr<Value> index = import(*operand);
      if (failed(index))
        return failure();
      indices.push_back(*index);
    }
    auto row = [&](unsigned own) { return ArrayRef<Value>(indices).drop_back(own); };
    if (expr.kind == ExprKind::Search)
      return attn::SearchOp::create(builder, where, builder.getIndexType(), value, row(3), indices.end()[-2],
                                    indices.end()[-1], indices.end()[-3])
          .getResult();
    if (expr.kind == ExprKind::Reaches)
      return attn::ReachesOp::create(builder, where, builder.getI1Type(), value, row(2), indices.end()[-2],
                                     indices.end()[-1])
          .getResult();
    Type result = isa<FloatType>(side.getElementType()) ? builder.getF32Type() : side.getElementType();
    value = attn::ReadOp::create(builder, where, result, value, indices);
  }
  if (value.getType().isInteger(32))
    value = arith::IndexCastOp::create(builder, where, builder.getIndexType(), value);
  return value;
}

FailureOr<Value> ExprImporter::compare(const Expr &expr, mlir::Location where, ArrayRef<Value> operands) {
  using I = arith::CmpIPredicate;
  using F = arith::CmpFPredicate;
  I integers;
  F floats;
  switch (expr.kind) {
  case ExprKind::Eq:
    integers = I::eq, floats = F::OEQ;
    break;
  case ExprKind::Ne:
    integers = I::ne, floats = F::UNE; // NaN differs from everything
    break;
  case ExprKind::Lt:
    integers = I::slt, floats = F::OLT;
    break;
  case ExprKind::Le:
    integers = I::sle, floats = F::OLE;
    break;
  case ExprKind::Gt:
    integers = I::sgt, floats = F::OGT;
    break;
  default:
    integers = I::sge, floats = F::OGE;
  }
  if (isa<FloatType>(operands[0].getType()))
    return arith::CmpFOp::create(builder, where, floats, operands[0], operands[1]).getResult();
  return arith::CmpIOp::create(builder, where, integers, operands[0], operands[1]).getResult();
}

FailureOr<Value> ExprImporter::integerOp(const Expr &expr, mlir::Location where, ArrayRef<Value> operands) {
  Value x = operands[0], y = operands.size() > 1 ? operands[1] : Value();
  switch (expr.kind) {
  case ExprKind::Neg:
    return arith::SubIOp::create(builder, where, integer(where, 0), x).getResult();
  case ExprKind::Abs: {
    Value negated = arith::SubIOp::create(builder, where, integer(where, 0), x);
    return arith::MaxSIOp::create(builder, where, x, negated).getResult();
  }
  case ExprKind::Add:
    return arith::AddIOp::create(builder, where, x, y).getResult();
  case ExprKind::Sub:
    return arith::SubIOp::create(builder, where, x, y).getResult();
  case ExprKind::Mul:
    return arith::MulIOp::create(builder, where, x, y).getResult();
  case ExprKind::FloorDiv:
    return arith::FloorDivSIOp::create(builder, where, x, y).getResult();
  case ExprKind::Mod: {
    Value quotient = arith::FloorDivSIOp::create(builder, where, x, y);
    Value multiple = arith::MulIOp::create(builder, where, quotient, y);
    return arith::SubIOp::create(builder, where, x, multiple).getResult();
  }
  case ExprKind::Relu:
    return arith::MaxSIOp::create(builder, where, x, integer(where, 0)).getResult();
  case ExprKind::Min:
    return arith::MinSIOp::create(builder, where, x, y).getResult();
  case ExprKind::Max:
    return arith::MaxSIOp::create(builder, where, x, y).getResult();
  case ExprKind::Clamp: {
    Value atLeast = arith::MaxSIOp::create(builder, where, x, y);
    return arith::MinSIOp::create(builder, where, atLeast, operands[2]).getResult();
  }
  default:
    return emitError(where, "expected an integer operation, got one on floats");
  }
}

Value ExprImporter::toFloat(mlir::Location where, Value value) {
  Type f32 = builder.getF32Type();
  if (value.getType().isInteger(1))
    return arith::UIToFPOp::create(builder, where, f32, value);
  if (auto cast = value.getDefiningOp<arith::IndexCastOp>(); cast && cast.getIn().getType().isInteger(32)) {
    Value narrow = cast.getIn(); // an i32 scalar or read needs no detour through index
    if (cast->use_empty())
      cast->erase();
    return arith::SIToFPOp::create(builder, where, f32, narrow);
  }
  Value wide = arith::IndexCastOp::create(builder, where, builder.getI64Type(), value);
  return arith::SIToFPOp::create(builder, where, f32, wide);
}

Value ExprImporter::sigmoid(mlir::Location where, Value value) {
  Value one = real(where, 1);
  Value negated = arith::NegFOp::create(builder, where, value);
  Value exponential = math::ExpOp::create(builder, where, negated);
  Value sum = arith::AddFOp::create(builder, where, one, exponential);
  return arith::DivFOp::create(builder, where, one, sum);
}

FailureOr<Value> ExprImporter::floatOp(const Expr &expr, mlir::Location where, ArrayRef<Value> operands) {
  Value x = operands[0], y = operands.size() > 1 ? operands[1] : Value();
  switch (expr.kind) {
  case ExprKind::Neg:
    return arith::NegFOp::create(builder, where, x).getResult();
  case ExprKind::Abs:
    return math::AbsFOp::create(builder, where, x).getResult();
  case ExprKind::Add:
    return arith::AddFOp::create(builder, where, x, y).getResult();
  case ExprKind::Sub:
    return arith::SubFOp::create(builder, where, x, y).getResult();
  case ExprKind::Mul:
    return arith::MulFOp::create(builder, where, x, y).getResult();
  case ExprKind::Div:
    return arith::DivFOp::create(builder, where, x, y).getResult();
  case ExprKind::Min:
    return arith::MinNumFOp::create(builder, where, x, y).getResult();
  case ExprKind::Max:
    return arith::MaxNumFOp::create(builder, where, x, y).getResult();
  case ExprKind::Clamp: {
    Value atLeast = arith::MaxNumFOp::create(builder, where, x, y);
    return arith::MinNumFOp::create(builder, where, atLeast, operands[2]).getResult();
  }
  case ExprKind::Exp:
    return math::ExpOp::create(builder, where, x).getResult();
  case ExprKind::Exp2:
    return math::Exp2Op::create(builder, where, x).getResult();
  case ExprKind::Log:
    return math::LogOp::create(builder, where, x).getResult();
  case ExprKind::Sqrt:
    return math::SqrtOp::create(builder, where, x).getResult();
  case ExprKind::Tanh:
    return math::TanhOp::create(builder, where, x).getResult();
  case ExprKind::Sigmoid:
    return sigmoid(where, x);
  case ExprKind::Silu: {
    Value gate = sigmoid(where, x);
    return arith::MulFOp::create(builder, where, x, gate).getResult();
  }
  case ExprKind::Relu:
    return arith::MaxNumFOp::create(builder, where, x, real(where, 0)).getResult();
  case ExprKind::Gelu: { // exact: x / 2 * (1 + erf(x / sqrt 2))
    Value scaled = arith::MulFOp::create(builder, where, x, real(where, std::sqrt(0.5)));
    Value erf = math::ErfOp::create(builder, where, scaled);
    Value gate = arith::AddFOp::create(builder, where, erf, real(where, 1));
    Value half = arith::MulFOp::create(builder, where, x, real(where, 0.5));
    return arith::MulFOp::create(builder, where, half, gate).getResult();
  }
  case ExprKind::ToFloat:
    return toFloat(where, x);
  default:
    return emitError(where, "expected a float operation, got one on integers");
  }
}

FailureOr<Value> ExprImporter::boolOp(const Expr &expr, mlir::Location where, ArrayRef<Value> operands) {
  switch (expr.kind) {
  case ExprKind::Not: {
    Value yes = arith::ConstantIntOp::create(builder, where, 1, 1);
    return arith::XOrIOp::create(builder, where, operands[0], yes).getResult();
  }
  case ExprKind::And:
    return arith::AndIOp::create(builder, where, operands[0], operands[1]).getResult();
  case ExprKind::Or:
    return arith::OrIOp::create(builder, where, operands[0], operands[1]).getResult();
  case ExprKind::Bit:
    return attn::BitOp::create(builder, where, operands[0], operands[1]).getResult();
  default:
    return compare(expr, where, operands);
  }
}

FailureOr<Value> ExprImporter::import(const Expr &expr) {
  mlir::Location where = importLocation(builder.getContext(), expr.where, fallback);
  switch (expr.kind) {
  case ExprKind::IntLiteral:
    return integer(where, expr.intValue);
  case ExprKind::FloatLiteral:
    return real(where, expr.floatValue);
  case ExprKind::BoolLiteral:
    return arith::ConstantIntOp::create(builder, where, expr.intValue, 1).getResult();
  case ExprKind::Variable:
    return variable(expr, where);
  case ExprKind::Param:
  case ExprKind::Read:
  case ExprKind::Search:
  case ExprKind::Reaches:
    return argument(expr, where);
  default:
    break;
  }
  SmallVector<Value, 3> operands;
  for (const ExprPtr &operand : expr.operands) {
    FailureOr<Value> value = import(*operand);
    if (failed(value))
      return failure();
    operands.push_back(*value);
  }
  if (expr.kind == ExprKind::Select)
    return arith::SelectOp::create(builder, where, operands[0], operands[1], operands[2]).getResult();
  switch (expr.type) {
  case ExprType::Int:
    return integerOp(expr, where, operands);
  case ExprType::Float:
    return floatOp(expr, where, operands);
  case ExprType::Bool:
    return boolOp(expr, where, operands);
  }
  llvm_unreachable("every type has a case");
}
