// ExprLexer.cpp - splits an expression into tokens and reads its literals.
//
// Must not know names or types.
#include "specs/ExprLexer.h"

#include "specs/Utf8.h"
#include "specs/YamlTree.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace attnc {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

constexpr std::array<std::string_view, 7> kKeywords{"and", "or", "not", "if", "else", "True", "False"};
constexpr std::array<std::string_view, 17> kSymbols{"//", "<=", ">=", "==", "!=", "+", "-", "*", "/",
                                                    "%",  "<",  ">",  "(",  ")",  "[", "]", ","};

/// What people write for an operator that this language spells otherwise, longest first.
struct Foreign {
  std::string_view written, meant;
};
constexpr std::array<Foreign, 7> kForeign{
    {{"&&", "and"}, {"||", "or"}, {"**", ""}, {"&", "and"}, {"|", "or"}, {"!", "not"}, {"=", "=="}}};

class Lexer {
public:
  Lexer(std::string_view text, const std::vector<Location> &places) : text(text), places(places) {}

  Result<std::vector<ExprToken>> run() {
    std::vector<ExprToken> tokens;
    for (;;) {
      while (at < text.size() &&
             (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r'))
        ++at;
      if (at == text.size())
        break;
      ATTNC_ASSIGN_OR_RETURN(ExprToken token, next());
      at += token.text.size();
      tokens.push_back(token);
    }
    ExprToken end;
    end.offset = endOffset(tokens);
    tokens.push_back(end);
    return tokens;
  }

private:
  std::string_view text;
  const std::vector<Location> &places;
  size_t at = 0;

  /// The end is right behind the last word, not behind trailing white space.
  static size_t endOffset(const std::vector<ExprToken> &tokens) {
    return tokens.empty() ? 0 : tokens.back().offset + tokens.back().text.size();
  }

  Result<ExprToken> next() const {
    char c = text[at];
    if (isDigit(c) || (c == '.' && at + 1 < text.size() && isDigit(text[at + 1])))
      return number();
    if (isLetter(c)) {
      size_t end = at;
      while (end < text.size() && (isLetter(text[end]) || isDigit(text[end])))
        ++end;
      return token(ExprToken::Kind::Name, end - at);
    }
    if (text.substr(at, 2) == "**") // else two products
      return unknown();
    for (std::string_view symbol : kSymbols)
      if (text.substr(at, symbol.size()) == symbol)
        return token(ExprToken::Kind::Symbol, symbol.size());
    return unknown(); // E1
  }

  ExprToken token(ExprToken::Kind kind, size_t length) const {
    ExprToken result;
    result.kind = kind;
    result.text = text.substr(at, length);
    result.offset = at;
    return result;
  }

  Status unknown() const {
    if (text[at] == '#') // in a folded scalar a comment would swallow the lines after it
      return Status(Code::InvalidSpec, "expected an expression without comments, got '#'", places[at]);
    for (const Foreign &foreign : kForeign) {
      if (text.substr(at, foreign.written.size()) != foreign.written)
        continue;
      std::string expected = foreign.meant.empty() ? "an operator" : inQuotes(foreign.meant);
      return Status(Code::InvalidSpec, "expected " + expected + ", got " + inQuotes(foreign.written),
                    places[at]);
    }
    size_t length = std::max<size_t>(1, utf8Length(text.substr(at)));
    return Status(Code::InvalidSpec,
                  "expected a name, a number or an operator, got " + inQuotes(text.substr(at, length)),
                  places[at]);
  }

  Result<ExprToken> number() const {
    size_t end = at;
    bool isFloat = false;
    auto digits = [&] {
      while (end < text.size() && isDigit(text[end]))
        ++end;
    };
    digits();
    if (end < text.size() && text[end] == '.') {
      isFloat = true;
      ++end;
      digits();
    }
    if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
      size_t exponent = end + 1;
      if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-'))
        ++exponent;
      if (exponent < text.size() && isDigit(text[exponent])) {
        isFloat = true;
        end = exponent;
        digits();
      }
    }
    size_t tail = end;
    while (tail < text.size() && (isLetter(text[tail]) || isDigit(text[tail]) || text[tail] == '.'))
      ++tail;
    if (tail != end) // E1
      return Status(Code::InvalidSpec,
                    "expected a decimal number, got " + inQuotes(text.substr(at, tail - at)), places[at]);
    ExprToken result = token(isFloat ? ExprToken::Kind::Float : ExprToken::Kind::Int, end - at);
    const char *first = text.data() + at, *last = text.data() + end;
    if (isFloat) {
      auto parsed = std::from_chars(first, last, result.floatValue);
      if (parsed.ec != std::errc() || std::abs(result.floatValue) > std::numeric_limits<float>::max()) // E2
        return Status(Code::InvalidSpec, "expected a number that fits f32, got " + inQuotes(result.text),
                      places[at]);
      return result;
    }
    if (end - at > 1 && text[at] == '0') // E1
      return Status(Code::InvalidSpec,
                    "expected an integer without leading zeros, got " + inQuotes(result.text), places[at]);
    auto parsed = std::from_chars(first, last, result.intValue);
    if (parsed.ec != std::errc() || result.intValue > kLargestInteger) // E2
      return Status(Code::InvalidSpec, "expected an integer up to 1073741824, got " + inQuotes(result.text),
                    places[at]);
    return result;
  }
};

} // namespace

Result<std::vector<ExprToken>> lexExpr(std::string_view text, const std::vector<Location> &places) {
  return Lexer(text, places).run();
}

bool isExprKeyword(std::string_view word) {
  return std::find(kKeywords.begin(), kKeywords.end(), word) != kKeywords.end();
}

std::string describe(const ExprToken &token) {
  return token.kind == ExprToken::Kind::End ? "the end of the expression" : inQuotes(token.text);
}

} // namespace attnc
