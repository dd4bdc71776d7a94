// ExprTyping.cpp - the operator table and the type rules of expressions.
//
// Must not know spelling beyond the table, nor precedence.
#include "specs/ExprTyping.h"

#include <algorithm>
#include <array>

namespace attnc {
namespace {

using Takes = ExprOperator::Takes;

constexpr std::array kFunctions{
    ExprOperator{ExprKind::Min, "min", 2, Takes::Numbers},
    ExprOperator{ExprKind::Max, "max", 2, Takes::Numbers},
    ExprOperator{ExprKind::Clamp, "clamp", 3, Takes::Numbers},
    ExprOperator{ExprKind::Abs, "abs", 1, Takes::Numbers},
    ExprOperator{ExprKind::Exp, "exp", 1, Takes::Floats},
    ExprOperator{ExprKind::Exp2, "exp2", 1, Takes::Floats},
    ExprOperator{ExprKind::Log, "log", 1, Takes::Floats},
    ExprOperator{ExprKind::Sqrt, "sqrt", 1, Takes::Floats},
    ExprOperator{ExprKind::Tanh, "tanh", 1, Takes::Floats},
    ExprOperator{ExprKind::Sigmoid, "sigmoid", 1, Takes::Floats},
    ExprOperator{ExprKind::Silu, "silu", 1, Takes::Floats},
    ExprOperator{ExprKind::Relu, "relu", 1, Takes::Floats},
    ExprOperator{ExprKind::Gelu, "gelu", 1, Takes::Floats},
    ExprOperator{ExprKind::Bit, "bit", 2, Takes::Ints, true},
    ExprOperator{ExprKind::Search, "search", 3, Takes::Ints},
    ExprOperator{ExprKind::Reaches, "reaches", 2, Takes::Ints, true},
};

constexpr std::array kOperators{
    ExprOperator{ExprKind::Neg, "-", 1, Takes::Numbers},
    ExprOperator{ExprKind::Not, "not", 1, Takes::Bools, true},
    ExprOperator{ExprKind::Add, "+", 2, Takes::Numbers},
    ExprOperator{ExprKind::Sub, "-", 2, Takes::Numbers},
    ExprOperator{ExprKind::Mul, "*", 2, Takes::Numbers},
    ExprOperator{ExprKind::FloorDiv, "//", 2, Takes::Ints},
    ExprOperator{ExprKind::Mod, "%", 2, Takes::Ints},
    ExprOperator{ExprKind::Div, "/", 2, Takes::Floats},
    ExprOperator{ExprKind::Eq, "==", 2, Takes::SameType, true},
    ExprOperator{ExprKind::Ne, "!=", 2, Takes::SameType, true},
    ExprOperator{ExprKind::Lt, "<", 2, Takes::Numbers, true},
    ExprOperator{ExprKind::Le, "<=", 2, Takes::Numbers, true},
    ExprOperator{ExprKind::Gt, ">", 2, Takes::Numbers, true},
    ExprOperator{ExprKind::Ge, ">=", 2, Takes::Numbers, true},
    ExprOperator{ExprKind::And, "and", 2, Takes::Bools, true},
    ExprOperator{ExprKind::Or, "or", 2, Takes::Bools, true},
};

std::string_view wanted(Takes takes) {
  switch (takes) {
  case Takes::Ints:
    return "int";
  case Takes::Numbers:
  case Takes::Floats:
    return "int or float";
  case Takes::Bools:
    return "bool";
  case Takes::SameType:
    return "two numbers or two bools";
  }
  return "";
}

bool accepts(Takes takes, const std::vector<ExprPtr> &operands) {
  auto all = [&](auto test) { return std::all_of(operands.begin(), operands.end(), test); };
  auto isBool = [](const ExprPtr &e) { return e->type == ExprType::Bool; };
  auto isNumber = [](const ExprPtr &e) { return e->type != ExprType::Bool; };
  switch (takes) {
  case Takes::Ints:
    return all([](const ExprPtr &e) { return e->type == ExprType::Int; });
  case Takes::Numbers:
  case Takes::Floats:
    return all(isNumber);
  case Takes::Bools:
    return all(isBool);
  case Takes::SameType:
    return all(isBool) || all(isNumber);
  }
  return false;
}

std::string typeList(const std::vector<ExprPtr> &operands) {
  std::string out;
  for (size_t i = 0; i < operands.size(); ++i) {
    out += i == 0 ? "" : i + 1 == operands.size() ? " and " : ", ";
    out += exprTypeName(operands[i]->type);
  }
  return out;
}

bool isZero(const Expr &expr) {
  if (expr.kind == ExprKind::ToFloat || expr.kind == ExprKind::Neg)
    return isZero(*expr.operands[0]);
  return (expr.kind == ExprKind::IntLiteral && expr.intValue == 0) ||
         (expr.kind == ExprKind::FloatLiteral && expr.floatValue == 0);
}

ExprPtr makeNode(ExprKind kind, ExprType type, std::vector<ExprPtr> operands, Location where) {
  auto node = std::make_shared<Expr>();
  node->kind = kind;
  node->type = type;
  node->operands = std::move(operands);
  node->where = std::move(where);
  return node;
}

} // namespace

std::string_view exprTypeName(ExprType type) {
  return type == ExprType::Int ? "int" : type == ExprType::Float ? "float" : "bool";
}

const ExprOperator *findFunction(std::string_view name) {
  for (const ExprOperator &function : kFunctions)
    if (function.spelling == name)
      return &function;
  return nullptr;
}

const ExprOperator *findOperator(std::string_view symbol, int operands) {
  for (const ExprOperator &op : kOperators)
    if (op.spelling == symbol && op.operands == operands)
      return &op;
  return nullptr;
}

const ExprOperator *operatorOf(ExprKind kind) {
  for (const ExprOperator &function : kFunctions)
    if (function.kind == kind)
      return &function;
  for (const ExprOperator &op : kOperators)
    if (op.kind == kind)
      return &op;
  return nullptr;
}

std::vector<std::string_view> functionNames() {
  std::vector<std::string_view> names;
  for (const ExprOperator &function : kFunctions)
    names.push_back(function.spelling);
  return names;
}

ExprPtr toFloat(ExprPtr operand) {
  if (operand->type == ExprType::Float)
    return operand;
  Location where = operand->where;
  return makeNode(ExprKind::ToFloat, ExprType::Float, {std::move(operand)}, std::move(where));
}

Result<ExprPtr> makeExpr(const ExprOperator &op, std::vector<ExprPtr> operands, Location where) {
  if (!accepts(op.takes, operands)) // E6
    return Status(Code::InvalidSpec,
                  "expected " + std::string(wanted(op.takes)) + " for '" + std::string(op.spelling) +
                      "', got " + typeList(operands),
                  std::move(where));
  bool divides = op.kind == ExprKind::Div || op.kind == ExprKind::FloorDiv || op.kind == ExprKind::Mod;
  if (divides && isZero(*operands[1])) // E8
    return Status(Code::InvalidSpec, "expected a divisor other than zero", operands[1]->where);

  bool anyFloat = std::any_of(operands.begin(), operands.end(),
                              [](const ExprPtr &e) { return e->type == ExprType::Float; });
  if (op.takes == Takes::Floats || anyFloat)
    for (ExprPtr &operand : operands)
      operand = toFloat(std::move(operand));
  ExprType type = op.givesBool ? ExprType::Bool : operands[0]->type;
  return makeNode(op.kind, type, std::move(operands), std::move(where));
}

Result<ExprPtr> makeRowCall(const ExprOperator &op, const std::string &input, std::vector<ExprPtr> operands,
                            Location where) {
  ATTNC_ASSIGN_OR_RETURN(ExprPtr call, makeExpr(op, std::move(operands), std::move(where)));
  auto named = std::make_shared<Expr>(*call);
  named->name = input;
  named->type = op.givesBool ? ExprType::Bool : ExprType::Int;
  return ExprPtr(std::move(named));
}

Result<ExprPtr> makeSelect(ExprPtr condition, ExprPtr then, ExprPtr otherwise, Location where) {
  if (condition->type != ExprType::Bool) // E6
    return Status(Code::InvalidSpec,
                  "expected bool as condition of 'if', got " + std::string(exprTypeName(condition->type)),
                  condition->where);
  if ((then->type == ExprType::Bool) != (otherwise->type == ExprType::Bool)) // E6
    return Status(Code::InvalidSpec,
                  "expected two numbers or two bools for 'if', got " + typeList({then, otherwise}),
                  std::move(where));
  if (then->type != otherwise->type) {
    then = toFloat(std::move(then));
    otherwise = toFloat(std::move(otherwise));
  }
  ExprType type = then->type;
  return makeNode(ExprKind::Select, type, {std::move(condition), std::move(then), std::move(otherwise)},
                  std::move(where));
}

} // namespace attnc
