// Formula.cpp - recursive-descent parser and checked evaluation of formulas.
//
// Must not trust its input: manifests come from disk, so depth and length are bounded.
#include "runtime/core/Formula.h"

#include <algorithm>
#include <array>
#include <limits>

namespace attnc {
namespace {

using Op = ParsedFormula::Op;
using Step = ParsedFormula::Step;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isNameChar(char c) { return isNameStart(c) || isDigit(c) || c == '.'; }

struct Function {
  std::string_view name;
  Op op;
};
constexpr std::array<Function, 4> kFunctions{
    {{"ceildiv", Op::CeilDiv}, {"round_up", Op::RoundUp}, {"min", Op::Min}, {"max", Op::Max}}};

/// expr := term (('+' | '-') term)*;  term := factor (('*' | '/' | '%') factor)*
/// factor := '-' factor | integer | name | function '(' expr ',' expr ')' | '(' expr ')'
class Parser {
public:
  Parser(std::string_view text, SymbolTable &symbols) : text(text), symbols(symbols) {}

  Result<std::vector<Step>> run() {
    if (text.size() > ParsedFormula::kMaxLength)
      return Status(Code::InvalidArgument, "expected a formula of at most " +
                                               std::to_string(ParsedFormula::kMaxLength) +
                                               " characters, got " + std::to_string(text.size()));
    expr(0);
    if (error.ok() && peek() != '\0')
      fail("an operator or the end");
    if (!error.ok())
      return error;
    return std::move(steps);
  }

private:
  char peek() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
      ++at;
    // A NUL inside the text must not look like its end.
    if (at == text.size())
      return '\0';
    return text[at] == '\0' ? '\1' : text[at];
  }

  bool accept(char c) {
    if (peek() != c)
      return false;
    ++at;
    return true;
  }

  void fail(std::string_view expected) {
    if (!error.ok())
      return;
    std::string got = peek() == '\0' ? "the end" : "'" + std::string(text.substr(at, 12)) + "'";
    error = Status(Code::InvalidArgument, "formula '" + std::string(text.substr(0, 120)) + "': expected " +
                                              std::string(expected) + " at column " + std::to_string(at + 1) +
                                              ", got " + got);
  }

  void expect(char c) {
    if (error.ok() && !accept(c))
      fail(std::string("'") + c + "'");
  }

  void expr(int depth) {
    term(depth);
    while (error.ok()) {
      Op op;
      if (accept('+'))
        op = Op::Add;
      else if (accept('-'))
        op = Op::Sub;
      else
        return;
      term(depth);
      steps.push_back({op});
    }
  }

  void term(int depth) {
    factor(depth);
    while (error.ok()) {
      Op op;
      if (accept('*'))
        op = Op::Mul;
      else if (accept('/'))
        op = Op::Div;
      else if (accept('%'))
        op = Op::Mod;
      else
        return;
      factor(depth);
      steps.push_back({op});
    }
  }

  void factor(int depth) {
    if (!error.ok())
      return;
    if (depth >= ParsedFormula::kMaxDepth)
      return fail("at most " + std::to_string(ParsedFormula::kMaxDepth) + " levels of nesting");
    if (accept('-')) {
      factor(depth + 1);
      steps.push_back({Op::Negate});
    } else if (accept('(')) {
      expr(depth + 1);
      expect(')');
    } else if (isDigit(peek())) {
      integer();
    } else if (isNameStart(peek())) {
      nameOrCall(depth);
    } else {
      fail("a number, a name or '('");
    }
  }

  void integer() {
    int64_t value = 0;
    for (; at < text.size() && isDigit(text[at]); ++at)
      if (__builtin_mul_overflow(value, int64_t(10), &value) ||
          __builtin_add_overflow(value, int64_t(text[at] - '0'), &value))
        return fail("a number below 2^63");
    if (at < text.size() && isNameStart(text[at]))
      return fail("an operator or the end");
    steps.push_back({Op::Const, value});
  }

  void nameOrCall(int depth) {
    size_t begin = at;
    while (at < text.size() && isNameChar(text[at]))
      ++at;
    std::string_view name = text.substr(begin, at - begin);
    if (!accept('(')) {
      steps.push_back({Op::Name, symbols.intern(name)});
      return;
    }
    auto function =
        std::find_if(kFunctions.begin(), kFunctions.end(), [&](const Function &f) { return f.name == name; });
    if (function == kFunctions.end()) {
      at = begin;
      return fail("ceildiv, round_up, min or max");
    }
    expr(depth + 1);
    expect(',');
    expr(depth + 1);
    expect(')');
    steps.push_back({function->op});
  }

  std::string_view text;
  SymbolTable &symbols;
  size_t at = 0;
  std::vector<Step> steps;
  Status error;
};

enum class Fault : uint8_t { None, Overflow, DivisionByZero };

Fault floorDivide(int64_t a, int64_t b, int64_t &out) {
  if (b == 0)
    return Fault::DivisionByZero;
  if (a == std::numeric_limits<int64_t>::min() && b == -1)
    return Fault::Overflow;
  out = a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
  return Fault::None;
}

Fault apply(Op op, int64_t a, int64_t b, int64_t &out) {
  auto checked = [](bool overflow) { return overflow ? Fault::Overflow : Fault::None; };
  switch (op) {
  case Op::Add:
    return checked(__builtin_add_overflow(a, b, &out));
  case Op::Sub:
    return checked(__builtin_sub_overflow(a, b, &out));
  case Op::Mul:
    return checked(__builtin_mul_overflow(a, b, &out));
  case Op::Div:
    return floorDivide(a, b, out);
  case Op::Mod:
    if (b == -1) { // a % -1 traps for the smallest a
      out = 0;
      return Fault::None;
    }
    if (Fault fault = floorDivide(a, b, out); fault != Fault::None)
      return fault;
    out = a % b; // not a - quotient * b, which may leave 64 bits on the way
    if (out != 0 && (out < 0) != (b < 0))
      out += b;
    return Fault::None;
  case Op::CeilDiv:
  case Op::RoundUp: {
    int64_t quotient = 0;
    if (Fault fault = floorDivide(a, b, quotient); fault != Fault::None)
      return fault;
    if (a % b != 0)
      ++quotient;
    out = quotient;
    return op == Op::CeilDiv ? Fault::None : checked(__builtin_mul_overflow(quotient, b, &out));
  }
  case Op::Min:
    out = std::min(a, b);
    return Fault::None;
  case Op::Max:
    out = std::max(a, b);
    return Fault::None;
  case Op::Const:
  case Op::Name:
  case Op::Negate:
    break;
  }
  return Fault::Overflow;
}

} // namespace

int SymbolTable::intern(std::string_view name) {
  if (auto it = slots.find(name); it != slots.end())
    return it->second;
  int slot = static_cast<int>(names.size());
  names.emplace_back(name);
  slots.emplace(names.back(), slot);
  return slot;
}

std::optional<int> SymbolTable::find(std::string_view name) const {
  auto it = slots.find(name);
  return it == slots.end() ? std::nullopt : std::optional<int>(it->second);
}

Result<ParsedFormula> ParsedFormula::parse(const Formula &formula, SymbolTable &symbols) {
  ATTNC_ASSIGN_OR_RETURN(std::vector<Step> steps, Parser(formula.text, symbols).run());
  ParsedFormula out;
  out.source = formula.text;
  out.steps = std::move(steps);
  return out;
}

Result<int64_t> ParsedFormula::evaluate(const SymbolTable &symbols,
                                        std::span<const std::optional<int64_t>> values) const {
  // Each nesting level holds at most three pending operands: one a precedence level and one a call.
  std::array<int64_t, 4 * (kMaxDepth + 1)> stack;
  size_t top = 0;
  for (const Step &step : steps) {
    if (step.op == Op::Const || step.op == Op::Name) {
      if (top == stack.size())
        return Status(Code::Internal, "formula '" + source + "': evaluation stack exhausted");
      if (step.op == Op::Name && !values[step.value])
        return Status(Code::InvalidArgument, "formula '" + source + "': expected a value for '" +
                                                 symbols.name(static_cast<int>(step.value)) + "', got none");
      stack[top++] = step.op == Op::Const ? step.value : *values[step.value];
      continue;
    }
    Fault fault;
    if (step.op == Op::Negate) {
      fault = apply(Op::Sub, 0, stack[top - 1], stack[top - 1]);
    } else {
      --top;
      fault = apply(step.op, stack[top - 1], stack[top], stack[top - 1]);
    }
    if (fault == Fault::DivisionByZero)
      return Status(Code::InvalidArgument, "formula '" + source + "': division by zero");
    if (fault == Fault::Overflow)
      return Status(Code::InvalidArgument, "formula '" + source + "': 64-bit overflow");
  }
  if (top != 1)
    return Status(Code::Internal, "formula '" + source + "': not parsed");
  return stack[0];
}

std::vector<int> ParsedFormula::names() const {
  std::vector<int> out;
  for (const Step &step : steps)
    if (step.op == Op::Name)
      out.push_back(static_cast<int>(step.value));
  return out;
}

std::optional<ParsedFormula::Affine> ParsedFormula::asShapeEntry() const {
  if (steps.size() == 1 && steps[0].op == Op::Const)
    return Affine{std::nullopt, steps[0].value};
  if (steps.size() == 1 && steps[0].op == Op::Name)
    return Affine{static_cast<int>(steps[0].value), 0};
  if (steps.size() == 3 && steps[0].op == Op::Name && steps[1].op == Op::Const && steps[2].op == Op::Add)
    return Affine{static_cast<int>(steps[0].value), steps[1].value};
  return std::nullopt;
}

Result<int64_t> evaluateFormula(const Formula &formula,
                                const std::map<std::string, int64_t, std::less<>> &dims) {
  SymbolTable symbols;
  ATTNC_ASSIGN_OR_RETURN(ParsedFormula parsed, ParsedFormula::parse(formula, symbols));
  std::vector<std::optional<int64_t>> values(symbols.size());
  for (size_t i = 0; i < values.size(); ++i)
    if (auto it = dims.find(symbols.name(static_cast<int>(i))); it != dims.end())
      values[i] = it->second;
  return parsed.evaluate(symbols, values);
}

} // namespace attnc
