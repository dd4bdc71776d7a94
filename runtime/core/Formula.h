// Formula.h - parsed integer formulas over named dims.
//
// A formula is parsed once; names become slots of a symbol table that all formulas of a program share.
// Must not allocate while evaluating.
#pragma once

#include "attnc/Kernel.h"
#include "attnc/Status.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace attnc {

/// Names of a program, numbered in order of first use.
class SymbolTable {
public:
  /// The slot of `name`, made if it is new.
  int intern(std::string_view name);
  std::optional<int> find(std::string_view name) const;
  const std::string &name(int slot) const { return names[slot]; }
  size_t size() const { return names.size(); }

private:
  std::map<std::string, int, std::less<>> slots;
  std::vector<std::string> names;
};

/// A formula as a postfix program. Evaluation is checked: overflow and division by zero are errors.
class ParsedFormula {
public:
  /// Largest nesting of parentheses, signs and calls.
  static constexpr int kMaxDepth = 64;
  static constexpr size_t kMaxLength = 4096;

  ParsedFormula() = default;
  static Result<ParsedFormula> parse(const Formula &formula, SymbolTable &symbols);

  /// `values[slot]` is the value of each name; a name without one is an error that says which.
  Result<int64_t> evaluate(const SymbolTable &symbols, std::span<const std::optional<int64_t>> values) const;

  const std::string &text() const { return source; }
  /// Slots of the names it reads, in order of appearance, with repetitions.
  std::vector<int> names() const;

  /// What a shape entry may be: an integer, a name, or name + integer.
  struct Affine {
    std::optional<int> slot;
    int64_t offset = 0;
  };
  std::optional<Affine> asShapeEntry() const;

  enum class Op : uint8_t { Const, Name, Add, Sub, Mul, Div, Mod, Negate, CeilDiv, RoundUp, Min, Max };
  struct Step {
    Op op;
    int64_t value = 0; ///< of Const; the slot of Name
  };

private:
  std::string source;
  std::vector<Step> steps;
};

/// Parses and evaluates in one go, for callers that are not in a hurry (`explain`, tests).
Result<int64_t> evaluateFormula(const Formula &formula,
                                const std::map<std::string, int64_t, std::less<>> &dims);

} // namespace attnc
