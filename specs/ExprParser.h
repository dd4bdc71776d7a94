// ExprParser.h - text of a mask or score to a typed tree: Python's precedence, chained comparisons.
//
// Must not know YAML; the caller says where each character stands.
#pragma once

#include "specs/Expr.h"
#include "specs/Spec.h"

#include <span>
#include <string_view>

namespace attnc {

/// What an expression may name.
struct ExprScope {
  bool inScore = false; ///< `s` is visible
  std::span<const SideInput> inputs;
  std::span<const ScalarParam> params;
};

/// Limits of one expression, so that no later step needs its own.
struct ExprLimits {
  static constexpr size_t kMaxBytes = 16384;
  static constexpr int kMaxNesting = 64;
  static constexpr size_t kMaxNodes = 1024; ///< of the tree; a chained comparison counts its middle twice
};

/// `places` has one location a character of `text`, and one for its end.
Result<ExprPtr> parseExpr(std::string_view text, const std::vector<Location> &places, const ExprScope &scope);

/// `word` means something in an expression: a variable, function, keyword, input or parameter.
bool isExprName(std::string_view word, const ExprScope &scope);

/// Variables of every expression, without `s`.
std::span<const std::string_view> exprVariables();

} // namespace attnc
