// Lexer.h - PTX text to tokens.
//
// Knows characters and literals only; what a directive or an opcode means is the parser's business.
#pragma once

#include "attnc/Status.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace attnc::sim {

enum class TokenKind : uint8_t {
  Word,    ///< add, %r1, $L__BB0_2, _ZN3fooE, _
  Dot,     ///< .s32, .shared::cta; `text` is without the leading dot
  Int,     ///< `bits` holds the value
  Float32, ///< 0f3F800000; `bits` holds the IEEE bits
  Float64, ///< 0d..., or a decimal literal; `bits` holds the IEEE bits
  String,  ///< "..."; `text` is without the quotes
  Punct,   ///< one character, in `text`
  End,
};

struct Token {
  TokenKind kind = TokenKind::End;
  std::string_view text;
  uint64_t bits = 0;
  int line = 0;
};

/// Splits `text` into tokens, the last of which is End. The views point into `text`, which must live on.
Result<std::vector<Token>> lexPtx(std::string_view text);

} // namespace attnc::sim
