// NamedTerm.h - masks and score terms with a name of their own: ALiBi, prefix-LM, documents, trees.
//
// For specs/ and tools/schema. A named term is defined by an expression of the spec's own language: reading one gives that
// expression, and no later step knows that there was a name. Must not define what an expression can say shortly.
#pragma once

#include "specs/ExprParser.h"
#include "specs/Spec.h"
#include "specs/YamlTree.h"

#include <span>
#include <string>
#include <string_view>

namespace attnc {

/// What a term may refer to.
struct TermScope {
  ExprScope names;
  int64_t queryHeads = 1;
  std::string scale; ///< the softmax scale as an expression
};

/// One argument of a term, as its table row has it.
struct TermArgument {
  enum class Kind : uint8_t {
    Integer, ///< a literal of at least `least`
    Value,   ///< a literal of at least `least`, an i32 parameter, or an i32 input with one value a request, head or row
    Tensor,  ///< an input; `words` lists its dtypes
    Word,    ///< one of `words`
    OptionalTensor, ///< the same, or the word none
    WordOrTensor, ///< one of `words`, or a float input
    Flag,    ///< true or false
  };
  Kind kind;
  std::string_view key;
  std::string_view fallback = ""; ///< canonical text of the default; empty: the argument is required
  int64_t least = 0;
  std::span<const std::string_view> words = {};
};

/// Keys of the named masks, and of the named score terms in the order in which they apply.
std::span<const std::string_view> namedMasks();
std::span<const std::string_view> namedScores();

/// The arguments of a named mask or score term, the one of its short form first.
std::span<const TermArgument> termArguments(std::string_view name);

/// Reads `key: value`, where the value is a mapping of the term's arguments or, in short, its first argument.
/// The result's expression is what the term means (in a score in terms of `s`).
Result<NamedTerm> readNamedTerm(const YamlEntry &entry, const TermScope &scope);

} // namespace attnc
