// ExprLexer.h - the words of a mask or score expression.
//
// Must not know names or types.
#pragma once

#include "attnc/Kernel.h"
#include "attnc/Status.h"

#include <string_view>
#include <vector>

namespace attnc {

struct ExprToken {
  enum class Kind : uint8_t { Int, Float, Name, Symbol, End };
  Kind kind = Kind::End;
  std::string_view text; ///< as written; keywords are names
  size_t offset = 0;     ///< in the expression's text
  int64_t intValue = 0;
  double floatValue = 0;

  bool is(std::string_view spelling) const {
    return (kind == Kind::Symbol || kind == Kind::Name) && text == spelling;
  }
};

/// Of literals, and of parameters' defaults.
inline constexpr auto kLargestInteger = static_cast<int64_t>(ScalarSig::kLargestInteger);

/// The tokens of `text`, ended by one End. `places` has one location a character and one for the end.
Result<std::vector<ExprToken>> lexExpr(std::string_view text, const std::vector<Location> &places);

/// Words that cannot name an input or a parameter: and or not if else True False.
bool isExprKeyword(std::string_view word);

/// "'kv'" or "the end of the expression".
std::string describe(const ExprToken &token);

} // namespace attnc
