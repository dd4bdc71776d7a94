// SimplifyExpr.cpp - expressions that are one step simpler.
//
// Must not check types: reading the text again does.
#include "tools/reduce/Simplify.h"

namespace attnc::reduce {
namespace {

ExprPtr literal(ExprKind kind, ExprType type, int64_t whole, double real) {
  auto out = std::make_shared<Expr>();
  out->kind = kind;
  out->type = type;
  out->intValue = whole;
  out->floatValue = real;
  return out;
}

ExprPtr score() {
  auto out = std::make_shared<Expr>();
  out->kind = ExprKind::Variable;
  out->type = ExprType::Float;
  out->name = "s";
  return out;
}

bool isLiteral(const Expr &expr) {
  return expr.kind == ExprKind::IntLiteral || expr.kind == ExprKind::FloatLiteral ||
         expr.kind == ExprKind::BoolLiteral;
}

class Rewriter {
public:
  explicit Rewriter(bool inScore) : inScore(inScore) {}

  /// Everything one step simpler than `expr`, the whole first.
  std::vector<ExprPtr> simpler(const Expr &expr) const {
    std::vector<ExprPtr> out = replacements(expr);
    for (size_t i = 0; i < expr.operands.size(); ++i)
      for (ExprPtr &operand : simpler(*expr.operands[i])) {
        auto copy = std::make_shared<Expr>(expr);
        copy->operands[i] = std::move(operand);
        out.push_back(std::move(copy));
      }
    return out;
  }

private:
  bool inScore;

  /// What may stand in the place of the node itself.
  std::vector<ExprPtr> replacements(const Expr &expr) const {
    std::vector<ExprPtr> out;
    const bool isScore = expr.kind == ExprKind::Variable && expr.name == "s";
    if (expr.kind == ExprKind::IntLiteral)
      for (int64_t value : smallerIntegers(expr.intValue))
        out.push_back(literal(ExprKind::IntLiteral, ExprType::Int, value, 0));
    if (expr.kind == ExprKind::FloatLiteral && expr.floatValue != 1.0)
      out.push_back(literal(ExprKind::FloatLiteral, ExprType::Float, 0, 1.0));
    if (isLiteral(expr) || isScore) // a score that reads s is simpler than one that does not
      return out;
    if (expr.type == ExprType::Bool)
      for (int64_t value : {1, 0})
        out.push_back(literal(ExprKind::BoolLiteral, ExprType::Bool, value, 0));
    if (expr.type == ExprType::Int)
      for (int64_t value : {0, 1})
        out.push_back(literal(ExprKind::IntLiteral, ExprType::Int, value, 0));
    if (expr.type == ExprType::Float && inScore)
      out.push_back(score());
    if (expr.type == ExprType::Float)
      out.push_back(literal(ExprKind::FloatLiteral, ExprType::Float, 0, 1.0));
    out.insert(out.end(), expr.operands.begin(), expr.operands.end());
    return out;
  }
};

} // namespace

std::vector<std::string> simplerExpressions(const Expr &expr, bool inScore) {
  std::vector<std::string> out;
  for (const ExprPtr &simpler : Rewriter(inScore).simpler(expr))
    out.push_back(exprText(*simpler));
  return out;
}

} // namespace attnc::reduce
