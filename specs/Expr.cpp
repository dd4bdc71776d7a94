// Expr.cpp - canonical text of expressions.
//
// Must print what the parser reads back as the same tree.
#include "specs/Expr.h"

#include "specs/ExprLexer.h"
#include "specs/ExprTyping.h"
#include "specs/NumberText.h"

namespace attnc {
namespace {

/// Python's levels, loosest first.
enum Level { kTernary, kOr, kAnd, kNot, kCompare, kSum, kProduct, kUnary, kPrimary };

Level levelOf(ExprKind kind) {
  switch (kind) {
  case ExprKind::Select:
    return kTernary;
  case ExprKind::Or:
    return kOr;
  case ExprKind::And:
    return kAnd;
  case ExprKind::Not:
    return kNot;
  case ExprKind::Eq:
  case ExprKind::Ne:
  case ExprKind::Lt:
  case ExprKind::Le:
  case ExprKind::Gt:
  case ExprKind::Ge:
    return kCompare;
  case ExprKind::Add:
  case ExprKind::Sub:
    return kSum;
  case ExprKind::Mul:
  case ExprKind::Div:
  case ExprKind::FloorDiv:
  case ExprKind::Mod:
    return kProduct;
  case ExprKind::Neg:
    return kUnary;
  default:
    return kPrimary;
  }
}

void print(const Expr &expr, Level least, std::string &out);

void printList(const Expr &expr, char open, char close, std::string &out) {
  out += open;
  for (size_t i = 0; i < expr.operands.size(); ++i) {
    out += i ? ", " : "";
    print(*expr.operands[i], kTernary, out);
  }
  out += close;
}

/// "search(starts[b], q)": the row, then the other arguments; a search of the whole row leaves its ends out.
void printRowCall(const Expr &expr, const ExprOperator &op, std::string &out) {
  const size_t indices = expr.operands.size() - static_cast<size_t>(op.operands);
  out += std::string(op.spelling) + "(" + expr.name;
  for (size_t i = 0; i < indices; ++i) {
    out += i == 0 ? "[" : ", ";
    print(*expr.operands[i], kTernary, out);
  }
  out += indices > 0 ? "]" : "";
  auto literal = [&](size_t i, int64_t value) {
    return expr.operands[i]->kind == ExprKind::IntLiteral && expr.operands[i]->intValue == value;
  };
  const bool whole =
      expr.kind == ExprKind::Search && literal(indices + 1, 0) && literal(indices + 2, kLargestInteger);
  for (size_t i = indices; i < (whole ? indices + 1 : expr.operands.size()); ++i) {
    out += ", ";
    print(*expr.operands[i], kTernary, out);
  }
  out += ')';
}

void printBare(const Expr &expr, std::string &out) {
  Level level = levelOf(expr.kind);
  auto tighter = [](Level l) { return static_cast<Level>(l + 1); };
  switch (expr.kind) {
  case ExprKind::IntLiteral:
    out += std::to_string(expr.intValue);
    return;
  case ExprKind::FloatLiteral:
    out += floatText(expr.floatValue);
    return;
  case ExprKind::BoolLiteral:
    out += expr.intValue ? "True" : "False";
    return;
  case ExprKind::Variable:
  case ExprKind::Param:
    out += expr.name;
    return;
  case ExprKind::Read:
    out += expr.name;
    printList(expr, '[', ']', out);
    return;
  case ExprKind::Select:
    print(*expr.operands[1], kOr, out);
    out += " if ";
    print(*expr.operands[0], kOr, out);
    out += " else ";
    print(*expr.operands[2], kTernary, out);
    return;
  case ExprKind::Not:
    out += "not ";
    print(*expr.operands[0], kNot, out);
    return;
  case ExprKind::Neg:
    out += "-";
    print(*expr.operands[0], kUnary, out);
    return;
  default:
    break;
  }
  const ExprOperator *op = operatorOf(expr.kind);
  if (expr.kind == ExprKind::Search || expr.kind == ExprKind::Reaches)
    return printRowCall(expr, *op, out);
  if (level == kPrimary) {
    out += op->spelling;
    printList(expr, '(', ')', out);
    return;
  }
  // Comparisons chain, so neither side may be a bare comparison.
  print(*expr.operands[0], level == kCompare ? kSum : level, out);
  out += ' ';
  out += op->spelling;
  out += ' ';
  print(*expr.operands[1], tighter(level), out);
}

void print(const Expr &expr, Level least, std::string &out) {
  if (expr.kind == ExprKind::ToFloat) // implied by the types
    return print(*expr.operands[0], least, out);
  bool parentheses = levelOf(expr.kind) < least;
  out += parentheses ? "(" : "";
  printBare(expr, out);
  out += parentheses ? ")" : "";
}

} // namespace

std::string exprText(const Expr &expr) {
  std::string out;
  print(expr, kTernary, out);
  return out;
}

void visitExpr(const Expr &expr, const std::function<void(const Expr &)> &visit) {
  visit(expr);
  for (const ExprPtr &operand : expr.operands)
    visitExpr(*operand, visit);
}

} // namespace attnc
