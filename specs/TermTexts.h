// TermTexts.h - what each named term means, as an expression.
//
// Private to specs/. specs/README.md shows the same definitions to users.
#pragma once

#include "specs/NamedTerm.h"

namespace attnc {

/// The arguments of a term, ready to stand in an expression.
class TermValues {
public:
  TermValues(const NamedTerm &term, const TermScope &scope) : term(term), scope(scope) {}

  const std::string &text(std::string_view key) const;
  int64_t integer(std::string_view key) const { return std::stoll(text(key)); }
  /// An integer, a parameter, or the read of an input at the element's request, head and row.
  Result<std::string> value(std::string_view key) const;
  const SideInput &tensor(std::string_view key) const;
  /// A read whose axes follow from their names: batch b, heads h, kv_heads kvh, q_len `row`, kv_len `key`, a size
  /// of 1 0. The last axes are `last` instead, whatever their names.
  Result<std::string> read(const SideInput &input, std::string_view row, std::string_view key,
                           std::vector<std::string> last = {}) const;
  /// The same without the last axis: the row of an i32 input that `search` and `reaches` take.
  Result<std::string> row(const SideInput &input) const;
  /// The one of two optional tensors that is given.
  Result<std::string_view> oneOf(std::string_view first, std::string_view second) const;
  const std::string &scale() const { return scope.scale; }
  int64_t queryHeads() const { return scope.queryHeads; }
  const Location &where() const { return term.where; }

private:
  Result<std::vector<std::string>> indices(const SideInput &input, std::string_view row, std::string_view key,
                                           std::vector<std::string> last) const;

  const NamedTerm &term;
  const TermScope &scope;
};

// Masks.
Result<std::string> prefixText(const TermValues &values);
Result<std::string> streamingText(const TermValues &values);
Result<std::string> documentsText(const TermValues &values);
Result<std::string> treeText(const TermValues &values);
Result<std::string> tensorText(const TermValues &values);
Result<std::string> bitsText(const TermValues &values);
Result<std::string> blockSparseText(const TermValues &values);
Result<std::string> bsrText(const TermValues &values);
Result<std::string> stridedText(const TermValues &values);
Result<std::string> leftPaddingText(const TermValues &values);

// Scores, in terms of `s`.
Result<std::string> lognText(const TermValues &values);
Result<std::string> biasText(const TermValues &values);
Result<std::string> alibiText(const TermValues &values);
Result<std::string> relativeBiasText(const TermValues &values);

} // namespace attnc
