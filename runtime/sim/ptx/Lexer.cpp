// Lexer.cpp - PTX text to tokens: words, dotted modifiers, literals, punctuation, comments.
//
// Never reads past the text, whatever it holds: a truncated or damaged file is an error with its line.
#include "runtime/sim/ptx/Lexer.h"

#include <cstdlib>
#include <cstring>
#include <string>

namespace attnc::sim {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isWordChar(char c) { return isAlpha(c) || isDigit(c) || c == '_' || c == '$'; }

int hexDigit(char c) {
  if (isDigit(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

class Lexer {
public:
  explicit Lexer(std::string_view text) : text(text) {}

  Result<std::vector<Token>> run() {
    std::vector<Token> tokens;
    tokens.reserve(text.size() / 4);
    for (;;) {
      ATTNC_RETURN_IF_ERROR(skipBlank());
      Token token;
      token.line = line;
      if (at < text.size())
        ATTNC_RETURN_IF_ERROR(next(token));
      tokens.push_back(token);
      if (token.kind == TokenKind::End)
        return tokens;
    }
  }

private:
  char peek(size_t ahead = 0) const { return at + ahead < text.size() ? text[at + ahead] : '\0'; }

  Status error(const std::string &message) const {
    return Status(Code::Corrupt, "PTX line " + std::to_string(line) + ": " + message);
  }

  Status skipBlank() {
    while (at < text.size()) {
      char c = text[at];
      if (c == '\n') {
        ++line;
        ++at;
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f') {
        ++at;
      } else if (c == '\0' && text.find_first_not_of('\0', at) == std::string_view::npos) {
        at = text.size(); // NVRTC counts the terminating NUL in the size it reports
      } else if (c == '/' && peek(1) == '/') {
        while (at < text.size() && text[at] != '\n')
          ++at;
      } else if (c == '/' && peek(1) == '*') {
        size_t end = text.find("*/", at + 2);
        if (end == std::string_view::npos)
          return error("expected the end of a comment, got the end of the text");
        for (; at < end; ++at)
          line += text[at] == '\n';
        at = end + 2;
      } else {
        return Status::success();
      }
    }
    return Status::success();
  }

  Status next(Token &token) {
    char c = text[at];
    if (c == '.' && isWordChar(peek(1))) // a digit too: tex.2d
      return dotted(token);
    if (isDigit(c))
      return number(token);
    if (isWordChar(c) || (c == '%' && isWordChar(peek(1))))
      return word(token);
    if (c == '"')
      return string(token);
    if (std::strchr("{}[]()<>,;:+-@!|=*", c) != nullptr && c != '\0') {
      token.kind = TokenKind::Punct;
      token.text = text.substr(at++, 1);
      return Status::success();
    }
    return error("unexpected character code " + std::to_string(static_cast<unsigned char>(c)));
  }

  Status dotted(Token &token) {
    size_t begin = ++at;
    while (at < text.size() && (isWordChar(text[at]) || (text[at] == ':' && peek(1) == ':'))) {
      at += text[at] == ':' ? 2 : 1;
    }
    token.kind = TokenKind::Dot;
    token.text = text.substr(begin, at - begin);
    return Status::success();
  }

  Status word(Token &token) {
    size_t begin = at++;
    while (at < text.size() && isWordChar(text[at]))
      ++at;
    token.kind = TokenKind::Word;
    token.text = text.substr(begin, at - begin);
    return Status::success();
  }

  Status string(Token &token) {
    size_t begin = ++at;
    while (at < text.size() && text[at] != '"' && text[at] != '\n')
      ++at;
    if (peek() != '"')
      return error("expected the end of a string");
    token.kind = TokenKind::String;
    token.text = text.substr(begin, at++ - begin);
    return Status::success();
  }

  Status number(Token &token) {
    char second = peek(1);
    if (text[at] == '0' && (second == 'f' || second == 'F'))
      return hexFloat(token, TokenKind::Float32, 8);
    if (text[at] == '0' && (second == 'd' || second == 'D'))
      return hexFloat(token, TokenKind::Float64, 16);
    unsigned base = 10;
    if (text[at] == '0' && (second == 'x' || second == 'X'))
      base = 16;
    else if (text[at] == '0' && (second == 'b' || second == 'B'))
      base = 2;
    else if (decimalFloat(token))
      return Status::success();
    else if (text[at] == '0' && isDigit(second))
      base = 8;
    if (base == 16 || base == 2)
      at += 2;
    return integer(token, base);
  }

  Status integer(Token &token, unsigned base) {
    size_t begin = at;
    uint64_t value = 0;
    for (; at < text.size(); ++at) {
      int digit = hexDigit(text[at]);
      if (digit < 0 || digit >= static_cast<int>(base))
        break;
      if (__builtin_mul_overflow(value, static_cast<uint64_t>(base), &value) ||
          __builtin_add_overflow(value, static_cast<uint64_t>(digit), &value))
        return error("expected an integer of at most 64 bits");
    }
    if (at == begin)
      return error("expected digits");
    if (peek() == 'U' || peek() == 'u')
      ++at;
    if (isWordChar(peek()))
      return error("malformed number");
    token.kind = TokenKind::Int;
    token.bits = value;
    return Status::success();
  }

  /// 12.5, 1e-3, 2.0E+1; leaves `at` alone and answers false if the text is an integer.
  bool decimalFloat(Token &token) {
    size_t end = at;
    while (end < text.size() && isDigit(text[end]))
      ++end;
    bool isFloat = false;
    if (end + 1 < text.size() && text[end] == '.' && isDigit(text[end + 1])) {
      isFloat = true;
      for (++end; end < text.size() && isDigit(text[end]);)
        ++end;
    }
    if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
      size_t exponent = end + 1;
      if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-'))
        ++exponent;
      if (exponent < text.size() && isDigit(text[exponent])) {
        isFloat = true;
        for (end = exponent; end < text.size() && isDigit(text[end]);)
          ++end;
      }
    }
    if (!isFloat)
      return false;
    double value = std::strtod(std::string(text.substr(at, end - at)).c_str(), nullptr);
    std::memcpy(&token.bits, &value, sizeof(value));
    token.kind = TokenKind::Float64;
    at = end;
    return true;
  }

  Status hexFloat(Token &token, TokenKind kind, int digits) {
    at += 2;
    for (int i = 0; i < digits; ++i, ++at) {
      int digit = hexDigit(peek());
      if (digit < 0)
        return error("expected " + std::to_string(digits) + " hexadecimal digits in a floating literal");
      token.bits = token.bits << 4 | static_cast<unsigned>(digit);
    }
    if (isWordChar(peek()))
      return error("malformed floating literal");
    token.kind = kind;
    return Status::success();
  }

  std::string_view text;
  size_t at = 0;
  int line = 1;
};

} // namespace

Result<std::vector<Token>> lexPtx(std::string_view text) { return Lexer(text).run(); }

} // namespace attnc::sim
