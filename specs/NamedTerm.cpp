// NamedTerm.cpp - the table of named terms, and how one is read.
//
// Must not know MLIR: a term ends as an expression. The texts are in TermTexts.cpp.
#include "specs/NamedTerm.h"

#include "specs/ExprLexer.h"
#include "specs/FieldReader.h"
#include "specs/FormatKeys.h"
#include "specs/Suggest.h"
#include "specs/TermTexts.h"

#include <algorithm>
#include <array>

namespace attnc {
namespace {

using Kind = TermArgument::Kind;
using Word = std::string_view;

/// A default: the spec's query heads.
constexpr Word kHeadCount = "heads";

constexpr std::array<Word, 1> kI32{"i32"};
constexpr std::array<Word, 1> kBool{"bool"};
constexpr std::array<Word, 2> kBoolOrBits{"bool", "i32"};
constexpr std::array<Word, 3> kFloats{"f32", "f16", "bf16"};
constexpr std::array<Word, 1> kSlopes{"computed"};
constexpr std::array<Word, 2> kAlibiForms{"signed", "distance"};

constexpr TermArgument kPrefix[] = {{Kind::Value, "length"}};
constexpr TermArgument kStreaming[] = {{Kind::Integer, "window", "", 1}, {Kind::Integer, "keep", "", 0}};
constexpr TermArgument kDocuments[] = {{Kind::OptionalTensor, "ids", "none", 0, kI32},
                                       {Kind::OptionalTensor, "starts", "none", 0, kI32}};
constexpr TermArgument kTree[] = {{Kind::OptionalTensor, "visible", "none", 0, kBoolOrBits},
                                  {Kind::OptionalTensor, "parents", "none", 0, kI32}};
constexpr TermArgument kTensor[] = {{Kind::Tensor, "visible", "", 0, kBool}};
constexpr TermArgument kBits[] = {{Kind::Tensor, "words", "", 0, kI32}};
constexpr TermArgument kBlockSparse[] = {{Kind::Tensor, "map", "", 0, kBoolOrBits},
                                         {Kind::Integer, "q_block", "128", 1},
                                         {Kind::Integer, "kv_block", "128", 1}};
constexpr TermArgument kBsr[] = {{Kind::Tensor, "indptr", "", 0, kI32},
                                 {Kind::Tensor, "indices", "", 0, kI32},
                                 {Kind::Integer, "q_block", "128", 1},
                                 {Kind::Integer, "kv_block", "128", 1}};
constexpr TermArgument kStrided[] = {{Kind::Integer, "local", "", 1},
                                     {Kind::Integer, "stride", "", 1},
                                     {Kind::Integer, "block", "1", 1},
                                     {Kind::Integer, "head_step", "0", 0}};
constexpr TermArgument kLeftPadding[] = {{Kind::Value, "length"}};
constexpr TermArgument kLogn[] = {{Kind::Integer, "trained", "", 2}};
constexpr TermArgument kBias[] = {{Kind::Tensor, "tensor", "", 0, kFloats}};
constexpr TermArgument kAlibi[] = {{Kind::WordOrTensor, "slopes", "computed", 0, kSlopes},
                                   {Kind::Word, "form", "signed", 0, kAlibiForms},
                                   {Kind::Flag, "scaled", "false"},
                                   {Kind::Integer, "total_heads", kHeadCount, 1},
                                   {Kind::Value, "first_head", "0", 0}};
constexpr TermArgument kRelativeBias[] = {{Kind::Tensor, "table", "", 0, kFloats},
                                          {Kind::Integer, "max_distance", "128", 2},
                                          {Kind::Flag, "bidirectional", "false"}};

struct Row {
  Word name;
  std::span<const TermArgument> arguments;
  Result<std::string> (*text)(const TermValues &);
  bool scales = false;
};

constexpr Row kMasks[] = {
    {"prefix_lm", kPrefix, prefixText},
    {"streaming", kStreaming, streamingText},
    {"documents", kDocuments, documentsText},
    {"tree", kTree, treeText},
    {"tensor", kTensor, tensorText},
    {"bits", kBits, bitsText},
    {"block_sparse", kBlockSparse, blockSparseText},
    {"bsr", kBsr, bsrText},
    {"strided", kStrided, stridedText},
    {"left_padding", kLeftPadding, leftPaddingText},
};
constexpr Row kScores[] = {
    {"logn", kLogn, lognText, /*scales=*/true},
    {"bias", kBias, biasText},
    {"alibi", kAlibi, alibiText},
    {"relative_bias", kRelativeBias, relativeBiasText},
};

template <size_t N> constexpr std::array<Word, N> namesOf(const Row (&rows)[N]) {
  std::array<Word, N> names{};
  for (size_t i = 0; i < N; ++i)
    names[i] = rows[i].name;
  return names;
}
constexpr auto kMaskNames = namesOf(kMasks);
constexpr auto kScoreNames = namesOf(kScores);

const Row *findRow(Word name) {
  for (std::span<const Row> rows : {std::span<const Row>(kMasks), std::span<const Row>(kScores)})
    for (const Row &row : rows)
      if (row.name == name)
        return &row;
  return nullptr;
}

std::string listed(std::span<const Word> words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + std::string(words[i]);
  return out;
}

bool isWord(const YamlNode &node) { return node.isScalar() && isIdentifier(node.text); }

template <class T> const T *named(std::span<const T> items, const std::string &name) {
  auto found = std::find_if(items.begin(), items.end(), [&](const T &item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

Status unknownInput(const TermArgument &rule, const YamlNode &node, const TermScope &scope) {
  std::vector<std::string_view> known;
  for (const SideInput &input : scope.names.inputs)
    known.push_back(input.name);
  const std::string words = rule.kind == Kind::WordOrTensor ? listed(rule.words) + " or " : "";
  return Status(Code::InvalidSpec, // S26
                "expected " + words + "an input of 'inputs' for '" + std::string(rule.key) + "', got " +
                    describe(node) + didYouMean(node.text, known),
                node.where);
}

Result<std::string> readTensor(const TermArgument &rule, std::span<const Word> dtypes, const YamlNode &node,
                               const TermScope &scope) {
  const SideInput *input = isWord(node) ? named(scope.names.inputs, node.text) : nullptr;
  if (!input) // S26
    return unknownInput(rule, node, scope);
  if (std::find(dtypes.begin(), dtypes.end(), dtypeName(input->dtype)) == dtypes.end()) // S26
    return Status(Code::InvalidSpec,
                  "expected an input of dtype " + listed(dtypes) + " for '" + std::string(rule.key) +
                      "', got '" + input->name + "' of " + std::string(dtypeName(input->dtype)),
                  node.where)
        .note("the input is declared here", input->where);
  return node.text;
}

Result<std::string> readValue(const TermArgument &rule, const YamlNode &node, const TermScope &scope) {
  if (!isWord(node)) {
    ATTNC_ASSIGN_OR_RETURN(int64_t value, readInt(node, rule.key, rule.least, kLargestInteger));
    return std::to_string(value);
  }
  if (const ScalarParam *param = named(scope.names.params, node.text)) {
    if (param->dtype != DType::I32) // S26
      return Status(Code::InvalidSpec,
                    "expected a parameter of type i32 for '" + std::string(rule.key) + "', got '" +
                        param->name + "' of " + std::string(dtypeName(param->dtype)),
                    node.where)
          .note("the parameter is declared here", param->where);
    return node.text;
  }
  if (!named(scope.names.inputs, node.text)) // S26
    return Status(Code::InvalidSpec,
                  "expected an integer, an i32 parameter or an i32 input for '" + std::string(rule.key) +
                      "', got " + describe(node),
                  node.where);
  return readTensor(rule, kI32, node, scope);
}

Result<std::string> readArgument(const TermArgument &rule, const YamlNode &node, const TermScope &scope) {
  switch (rule.kind) {
  case Kind::Integer: {
    ATTNC_ASSIGN_OR_RETURN(int64_t value, readInt(node, rule.key, rule.least, kLargestInteger));
    return std::to_string(value);
  }
  case Kind::Value:
    return readValue(rule, node, scope);
  case Kind::Tensor:
    return readTensor(rule, rule.words, node, scope);
  case Kind::OptionalTensor:
    if (node.isScalar() && node.text == "none")
      return node.text;
    return readTensor(rule, rule.words, node, scope);
  case Kind::Word: {
    ATTNC_ASSIGN_OR_RETURN(size_t choice, readChoice(node, rule.key, rule.words, keys::kNone));
    return std::string(rule.words[choice]);
  }
  case Kind::WordOrTensor:
    if (node.isScalar() && std::find(rule.words.begin(), rule.words.end(), node.text) != rule.words.end())
      return node.text;
    return readTensor(rule, kFloats, node, scope);
  case Kind::Flag: {
    ATTNC_ASSIGN_OR_RETURN(bool value, readFlag(node, rule.key));
    return std::string(value ? "true" : "false");
  }
  }
  return Status(Code::Internal, "expected an argument kind");
}

/// The value given for an argument, null if it is left to its default: from the term's mapping, or the first
/// argument's in short form.
Result<const YamlNode *> givenValue(const NamedTerm &term, const Row &row, const TermArgument &rule,
                                    const YamlNode &node) {
  const bool isMapping = node.kind == YamlNode::Kind::Map;
  const YamlNode *given = nullptr;
  if (!isMapping && &rule == row.arguments.data())
    given = &node;
  else if (const YamlEntry *entry = isMapping ? node.find(rule.key) : nullptr)
    given = &entry->value;
  if (given || !rule.fallback.empty())
    return given;
  if (isMapping) // K5
    return Status(Code::InvalidSpec,
                  "expected '" + std::string(rule.key) + "' in '" + term.name + "', got none", term.where);
  return Status(Code::InvalidSpec, "expected a mapping for '" + term.name + "', got " + describe(node),
                node.where); // K3
}

Status readArguments(NamedTerm &term, const Row &row, const YamlNode &node, const TermScope &scope) {
  if (node.kind == YamlNode::Kind::Map) {
    std::vector<Word> known;
    for (const TermArgument &rule : row.arguments)
      known.push_back(rule.key);
    ATTNC_RETURN_IF_ERROR(checkKeys(node, inQuotes(term.name), known, keys::kNone));
  }
  for (const TermArgument &rule : row.arguments) {
    ATTNC_ASSIGN_OR_RETURN(const YamlNode *given, givenValue(term, row, rule, node));
    std::string text(rule.fallback == kHeadCount ? std::to_string(scope.queryHeads) : rule.fallback);
    if (given) {
      TermArgument shown = rule; // in short form errors name the word that stands there
      if (node.kind != YamlNode::Kind::Map)
        shown.key = row.name;
      ATTNC_ASSIGN_OR_RETURN(text, readArgument(shown, *given, scope));
    }
    if (rule.kind != Kind::OptionalTensor || text != "none")
      term.arguments.emplace_back(rule.key, std::move(text));
  }
  return Status::success();
}

} // namespace

std::span<const std::string_view> namedMasks() { return kMaskNames; }
std::span<const std::string_view> namedScores() { return kScoreNames; }

std::span<const TermArgument> termArguments(std::string_view name) {
  const Row *row = findRow(name);
  return row ? row->arguments : std::span<const TermArgument>();
}

Result<NamedTerm> readNamedTerm(const YamlEntry &entry, const TermScope &scope) {
  const Row &row = *findRow(entry.key);
  NamedTerm term;
  term.name = entry.key;
  term.where = entry.where;
  term.scales = row.scales;
  ATTNC_RETURN_IF_ERROR(readArguments(term, row, entry.value, scope));
  ATTNC_ASSIGN_OR_RETURN(std::string text, row.text(TermValues(term, scope)));
  ATTNC_ASSIGN_OR_RETURN(term.expr,
                         parseExpr(text, std::vector<Location>(text.size() + 1, term.where), scope.names));
  return term;
}

} // namespace attnc
