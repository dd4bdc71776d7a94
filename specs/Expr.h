// Expr.h - the typed expression tree of masks and scores, parsed from text, with a location on every node.
#pragma once

#include "attnc/Status.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace attnc {

enum class ExprType : uint8_t { Int, Float, Bool };

/// What a node does. Integer `FloorDiv` and `Mod` follow Python (the quotient rounds down, the remainder has
/// the divisor's sign); both take ints, `Div` takes floats. `Eq` and `Ne` also compare two bools.
enum class ExprKind : uint8_t {
  IntLiteral,
  FloatLiteral,
  BoolLiteral,
  Variable, ///< q, kv, q_row, h, kvh, b, q_len, kv_len, and s (the scaled score) in a score
  Param,    ///< a run-time scalar of `params:`
  Read,     ///< a side tensor of `inputs:` indexed by the operands
  Neg,
  Not,
  Abs,
  Add,
  Sub,
  Mul,
  FloorDiv,
  Mod,
  Div,
  Min,
  Max,
  Clamp, ///< Clamp(x, lo, hi)
  Exp,
  Exp2,
  Log,
  Sqrt,
  Tanh,
  Sigmoid,
  Silu,
  Relu,
  Gelu,
  Eq,
  Ne,
  Lt,
  Le,
  Gt,
  Ge,
  And,
  Or,
  Bit,     ///< Bit(x, i): bit i % 32 of the 32-bit integer x
  Search,  ///< first position in a row of an i32 input above a value: the row's indices, value, from, to
  Reaches, ///< whether a node of a tree of parents is or descends from another: the row's indices, node, ancestor
  Select,  ///< operands: condition, then, else (`a if c else b`)
  ToFloat, ///< inserted where an integer meets a float
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

/// One node; immutable once built. Comparisons chain in the source ("a <= b < c") and arrive here as And.
struct Expr {
  ExprKind kind{};
  ExprType type{};
  Location where;
  int64_t intValue = 0;  ///< IntLiteral, BoolLiteral (0 or 1)
  double floatValue = 0; ///< FloatLiteral
  std::string name;      ///< Variable, Param, Read, Search, Reaches
  std::vector<ExprPtr> operands;
};

/// Canonical text: fully parenthesised where precedence needs it, one space around operators.
std::string exprText(const Expr &expr);

/// Calls `visit` on the node, then on its operands, left to right.
void visitExpr(const Expr &expr, const std::function<void(const Expr &)> &visit);

} // namespace attnc
