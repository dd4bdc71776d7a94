// ExprTyping.h - builds typed expression nodes; the one place that knows which operand types an operator
// takes.
//
// Must not know spelling or precedence.
#pragma once

#include "specs/Expr.h"

namespace attnc {

/// "int", "float" or "bool".
std::string_view exprTypeName(ExprType type);

/// How one operator or function is called and typed.
struct ExprOperator {
  ExprKind kind;
  std::string_view spelling;
  int operands; ///< behind the row, for the functions that take one
  /// Numbers: int or float, an int beside a float is converted. Floats: ints are converted.
  enum class Takes : uint8_t { Ints, Numbers, Floats, Bools, SameType } takes;
  bool givesBool = false;
};

/// The functions and operators of the language, by spelling; null if there is none. Calls and operators share
/// the table: "-" with one operand is Neg.
const ExprOperator *findFunction(std::string_view name);
const ExprOperator *findOperator(std::string_view symbol, int operands);
/// The entry of a kind; null for leaves and Select.
const ExprOperator *operatorOf(ExprKind kind);
/// All function names, for suggestions.
std::vector<std::string_view> functionNames();

/// Type-checks the operands, converts ints where a float is needed, and makes the node.
Result<ExprPtr> makeExpr(const ExprOperator &op, std::vector<ExprPtr> operands, Location where);
/// A call whose first argument is a row of `input`; the operands are the row's indices and the other arguments.
Result<ExprPtr> makeRowCall(const ExprOperator &op, const std::string &input, std::vector<ExprPtr> operands,
                            Location where);
/// `then if condition else otherwise`.
Result<ExprPtr> makeSelect(ExprPtr condition, ExprPtr then, ExprPtr otherwise, Location where);
/// The operand itself if it is a float, a ToFloat of it if it is an int.
ExprPtr toFloat(ExprPtr operand);

} // namespace attnc
