// ReadMaskScore.cpp - the sections `mask:` and `score:`.
//
// Must not expand sugar: the importer does.
#include "specs/SpecReader.h"

#include "specs/ExprTyping.h"
#include "specs/FieldReader.h"
#include "specs/FormatKeys.h"
#include "specs/NumberText.h"
#include "specs/Suggest.h"

#include <algorithm>
#include <limits>

namespace attnc {
namespace {

constexpr int64_t kMaxInt = std::numeric_limits<int32_t>::max();

MaskNode makeMask(MaskNode::Kind kind, Location where) {
  MaskNode mask;
  mask.kind = kind;
  mask.where = std::move(where);
  return mask;
}

/// `none`, `causal`, or an expression. A word that an expression knows is one, so that the message is about
/// what it lacks: a comparison, or an index.
Result<MaskNode> readMaskText(const YamlTree &tree, const YamlNode &node, const TermScope &scope) {
  if (node.text == "none")
    return makeMask(MaskNode::Kind::None, node.where);
  if (node.text == "causal")
    return makeMask(MaskNode::Kind::Causal, node.where);
  bool word = isIdentifier(node.text) && !isExprName(node.text, scope.names);
  if (!word) {
    MaskNode mask = makeMask(MaskNode::Kind::Expression, node.where);
    ATTNC_ASSIGN_OR_RETURN(mask.expr, readExpression(tree, node, "mask", scope.names));
    return mask;
  }
  if (std::find(keys::kMaskReserved.begin(), keys::kMaskReserved.end(), node.text) !=
      keys::kMaskReserved.end())
    return reservedWord("mask", node.text, node.where);                                              // K2
  if (std::find(keys::kMaskKeys.begin(), keys::kMaskKeys.end(), node.text) != keys::kMaskKeys.end()) // K4
    return Status(Code::InvalidSpec,
                  "expected an argument for the mask '" + node.text + "', got the word alone; write {" +
                      node.text + ": ...}",
                  node.where);
  std::vector<std::string_view> known{"True", "False"};
  known.insert(known.end(), keys::kMaskWords.begin(), keys::kMaskWords.end());
  known.insert(known.end(), keys::kMaskKeys.begin(), keys::kMaskKeys.end());
  return Status(Code::InvalidSpec, // K4
                "expected none, causal, a mapping or an expression for 'mask', got " + describe(node) +
                    didYouMean(node.text, known),
                node.where);
}

Result<MaskNode> readWindow(const YamlEntry &entry) {
  ATTNC_RETURN_IF_ERROR(expectMap(entry.value, "window"));
  ATTNC_RETURN_IF_ERROR(checkKeys(entry.value, "'window'", keys::kWindow, keys::kNone));
  MaskNode mask = makeMask(MaskNode::Kind::Window, entry.where);
  if (const YamlEntry *left = entry.value.find("left")) { // S11
    ATTNC_ASSIGN_OR_RETURN(mask.left, readInt(left->value, "left", 0, kMaxInt));
  }
  if (const YamlEntry *right = entry.value.find("right")) { // S11
    ATTNC_ASSIGN_OR_RETURN(mask.right, readInt(right->value, "right", 0, kMaxInt));
  }
  return mask;
}

Result<MaskNode> readCombination(const YamlTree &tree, const YamlEntry &entry, MaskNode::Kind kind,
                                 const TermScope &scope) {
  if (entry.value.kind != YamlNode::Kind::Sequence)
    return Status(Code::InvalidSpec,
                  "expected a list of masks for '" + entry.key + "', got " + describe(entry.value),
                  entry.value.where); // K3
  MaskNode mask = makeMask(kind, entry.where);
  for (const YamlNode &item : entry.value.items) {
    ATTNC_ASSIGN_OR_RETURN(MaskNode operand, readMask(tree, item, scope));
    mask.operands.push_back(std::move(operand));
  }
  return mask;
}

Result<MaskNode> readMaskEntry(const YamlTree &tree, const YamlEntry &entry, const TermScope &scope) {
  const std::string &key = entry.key;
  if (key == "sliding_window") {
    MaskNode mask = makeMask(MaskNode::Kind::Window, entry.where);
    ATTNC_ASSIGN_OR_RETURN(int64_t width, readInt(entry.value, key, 1, kMaxInt)); // S12
    mask.left = width - 1;
    mask.right = 0;
    return mask;
  }
  if (key == "window")
    return readWindow(entry);
  if (key == "chunked") {
    MaskNode mask = makeMask(MaskNode::Kind::Chunked, entry.where);
    ATTNC_ASSIGN_OR_RETURN(mask.size, readInt(entry.value, key, 1, kMaxInt)); // S13
    return mask;
  }
  if (key == "all")
    return readCombination(tree, entry, MaskNode::Kind::All, scope);
  if (key == "any")
    return readCombination(tree, entry, MaskNode::Kind::Any, scope);
  if (key == "not") {
    MaskNode mask = makeMask(MaskNode::Kind::Not, entry.where);
    ATTNC_ASSIGN_OR_RETURN(MaskNode operand, readMask(tree, entry.value, scope));
    mask.operands.push_back(std::move(operand));
    return mask;
  }
  auto named = namedMasks();
  if (std::find(named.begin(), named.end(), key) != named.end()) {
    MaskNode mask = makeMask(MaskNode::Kind::Named, entry.where);
    ATTNC_ASSIGN_OR_RETURN(mask.term, readNamedTerm(entry, scope));
    mask.expr = mask.term.expr;
    return mask;
  }
  MaskNode mask = makeMask(MaskNode::Kind::Expression, entry.value.where);
  ATTNC_ASSIGN_OR_RETURN(mask.expr, readExpression(tree, entry.value, "mask", scope.names));
  return mask;
}

} // namespace

Result<ExprPtr> readExpression(const YamlTree &tree, const YamlNode &node, std::string_view field,
                               const ExprScope &scope) {
  if (!node.isScalar()) // K3
    return Status(Code::InvalidSpec,
                  "expected an expression for '" + std::string(field) + "', got " + describe(node),
                  node.where);
  return parseExpr(node.text, tree.characterPlaces(node), scope);
}

Result<MaskNode> readMask(const YamlTree &tree, const YamlNode &node, const TermScope &scope) {
  if (node.isScalar())
    return readMaskText(tree, node, scope);
  if (node.kind != YamlNode::Kind::Map || node.entries.empty()) // K3
    return Status(Code::InvalidSpec,
                  "expected none, causal, a mapping or an expression for 'mask', got " + describe(node),
                  node.where);
  ATTNC_RETURN_IF_ERROR(checkKeys(node, "'mask'", keys::kMaskKeys, keys::kMaskReserved));
  if (node.entries.size() > 1) // K3
    return Status(Code::InvalidSpec,
                  "expected one key in a mask, got '" + node.entries[1].key +
                      "' as well; combine masks with all: [...] or any: [...]",
                  node.entries[1].where)
        .note("the first key is here", node.entries[0].where);
  return readMaskEntry(tree, node.entries[0], scope);
}

/// `sinks: NAME`, or `{logits: NAME, in_lse: false}`.
static Status readSinks(Score &score, const YamlNode &node) {
  const YamlNode *logits = &node;
  if (node.kind == YamlNode::Kind::Map) {
    ATTNC_RETURN_IF_ERROR(checkKeys(node, "'sinks'", keys::kSinks, keys::kNone));
    const YamlEntry *entry = node.find("logits");
    if (!entry) // K5
      return Status(Code::InvalidSpec, "expected 'logits' in 'sinks', got none", node.where);
    logits = &entry->value;
    if (const YamlEntry *inLse = node.find("in_lse")) {
      ATTNC_ASSIGN_OR_RETURN(score.sinkInLse, readFlag(inLse->value, "in_lse"));
    }
  }
  ATTNC_ASSIGN_OR_RETURN(std::string name, readText(*logits, "sinks"));
  score.sinks = Located<std::string>{std::move(name), logits->where};
  return Status::success();
}

Result<Score> readScore(const YamlTree &tree, const YamlEntry &entry, const TermScope &scope,
                        double defaultScale) {
  const YamlNode &node = entry.value;
  ATTNC_RETURN_IF_ERROR(expectMap(node, "score"));
  ATTNC_RETURN_IF_ERROR(checkKeys(node, "'score'", keys::kScore, keys::kScoreReserved));
  Score score;
  score.where = entry.where;
  score.scale.value = defaultScale;
  if (node.entries.empty()) // S17
    return Status(Code::InvalidSpec, "expected a field in 'score', got nothing", entry.where);
  if (const YamlEntry *scale = node.find("scale")) {
    score.scale.where = scale->value.where;
    if (scale->value.isScalar() && isIdentifier(scale->value.text) && scale->value.text != "nan" &&
        scale->value.text != "inf") {
      score.scaleParam = scale->value.text;
    } else {
      ATTNC_ASSIGN_OR_RETURN(score.scale.value, readFloat(scale->value, "scale"));
    }
  }
  if (const YamlEntry *softcap = node.find("softcap")) {
    ATTNC_ASSIGN_OR_RETURN(double value, readFloat(softcap->value, "softcap"));
    score.softcap = Located<double>{value, softcap->value.where};
  }
  TermScope inScore = scope;
  inScore.names.inScore = true;
  inScore.scale = score.scaleParam.empty() ? floatText(score.scale.value) : score.scaleParam;
  for (std::string_view name : namedScores())
    if (const YamlEntry *term = node.find(name)) {
      ATTNC_ASSIGN_OR_RETURN(NamedTerm read, readNamedTerm(*term, inScore));
      score.terms.push_back(std::move(read));
    }
  if (const YamlEntry *sinks = node.find("sinks"))
    ATTNC_RETURN_IF_ERROR(readSinks(score, sinks->value));
  if (const YamlEntry *expr = node.find("expr")) {
    ATTNC_ASSIGN_OR_RETURN(score.expr, readExpression(tree, expr->value, "expr", inScore.names));
    if (score.expr->type == ExprType::Int)
      score.expr = toFloat(score.expr);
  }
  return score;
}

} // namespace attnc
