// Simplify.h - every spec that is one step simpler than a given one.
//
// Must not ask whether a step makes sense: whoever tries it finds out. Every step goes down in an order
// without cycles (fewer values, smaller numbers, earlier words), so that repeating steps ends.
#pragma once

#include "specs/Expr.h"
#include "specs/YamlTree.h"

namespace attnc::reduce {

struct Step {
  std::string what; ///< "score.softcap: removed", "mask: none"
  YamlNode root;
};

/// Large steps first: keys, list items, children in place of their parents, words, expressions, numbers.
std::vector<Step> simplerDocuments(const YamlNode &root);

/// Canonical texts of the expressions that are one step simpler: a node replaced by an operand, by a
/// constant, by the score `s` where `inScore`; a literal by a smaller one.
std::vector<std::string> simplerExpressions(const Expr &expr, bool inScore);

/// Smaller whole numbers to try, smallest first.
std::vector<int64_t> smallerIntegers(int64_t value);

} // namespace attnc::reduce
