// ReadRope.cpp - the section `rope:`.
//
// Must not check what a value means beside another one: RopeCheck does.
#include "specs/SpecReader.h"

#include "specs/FieldReader.h"
#include "specs/FormatKeys.h"

#include <limits>

namespace attnc {
namespace {

constexpr int64_t kMaxInt = std::numeric_limits<int32_t>::max();
using Kind = RopeScaling::Kind;

struct ScalingForm {
  Kind kind;
  Words known;
};

ScalingForm formOf(std::string_view name) {
  if (name == "linear")
    return {Kind::Linear, keys::kRopeLinear};
  if (name == "ntk")
    return {Kind::Ntk, keys::kRopeNtk};
  if (name == "llama3")
    return {Kind::Llama3, keys::kRopeLlama3};
  if (name == "yarn")
    return {Kind::Yarn, keys::kRopeYarn};
  return {Kind::LongRope, keys::kRopeLongRope};
}

class RopeReader {
public:
  RopeReader(const YamlEntry &entry, const Spec &spec) : node(entry.value), active(spec.active.value) {
    rope.where = entry.where;
    rope.dim.value = spec.headDim.value;
    rope.ofQ = spec.attends();
  }

  Result<Rope> run() {
    ATTNC_RETURN_IF_ERROR(expectMap(node, "rope"));
    ATTNC_RETURN_IF_ERROR(checkKeys(node, "'rope'", keys::kRope, keys::kNone));
    if (const YamlEntry *style = node.find("style")) {
      ATTNC_ASSIGN_OR_RETURN(size_t word, readChoice(style->value, "style", keys::kRopeStyles, keys::kNone));
      rope.style = static_cast<RopeStyle>(word);
    }
    if (const YamlEntry *dim = node.find("dim")) {
      ATTNC_ASSIGN_OR_RETURN(rope.dim.value, readInt(dim->value, "dim", 2, kMaxInt)); // S70
      rope.dim.where = dim->value.where;
    }
    if (const YamlEntry *of = node.find("of"))
      ATTNC_RETURN_IF_ERROR(readOf(of->value));
    if (const YamlEntry *when = node.find("keys")) {
      const Words words = active ? Words(keys::kRopeActiveKeys) : keys::kRopeKeys;
      ATTNC_ASSIGN_OR_RETURN(size_t word, readChoice(when->value, "keys", words, keys::kNone));
      rope.keysOnRead = word == 1;
      rope.keysWhere = when->value.where;
    }
    if (const YamlEntry *base = node.find("base")) {
      ATTNC_ASSIGN_OR_RETURN(rope.base.value, readFloat(base->value, "base"));
      rope.base.where = base->value.where;
    }
    if (const YamlEntry *scaling = node.find("scaling"))
      ATTNC_RETURN_IF_ERROR(readScaling(*scaling));
    if (const YamlEntry *frequencies = node.find("frequencies"))
      ATTNC_RETURN_IF_ERROR(readName(rope.frequencies, *frequencies));
    if (const YamlEntry *tables = node.find("tables"))
      ATTNC_RETURN_IF_ERROR(readTables(*tables));
    if (const YamlEntry *positions = node.find("positions"))
      ATTNC_RETURN_IF_ERROR(readPositions(*positions));
    if (const YamlEntry *sections = node.find("sections"))
      ATTNC_RETURN_IF_ERROR(readSections(*sections));
    return std::move(rope);
  }

private:
  const YamlNode &node;
  const bool active; ///< new keys are beside the cache
  Rope rope;

  static Status expectList(const YamlNode &node, std::string_view key) {
    if (node.kind == YamlNode::Kind::Sequence)
      return Status::success();
    return Status(Code::InvalidSpec, "expected a list for '" + std::string(key) + "', got " + describe(node),
                  node.where); // K3
  }

  static Status missing(std::string_view key, std::string_view in, const YamlEntry &entry) {
    return Status(Code::InvalidSpec,
                  "expected '" + std::string(key) + "' in '" + std::string(in) + "', got none",
                  entry.where); // K5
  }

  static Status readName(std::optional<Located<std::string>> &field, const YamlEntry &entry) {
    ATTNC_ASSIGN_OR_RETURN(std::string name, readText(entry.value, entry.key));
    field = Located<std::string>{std::move(name), entry.value.where};
    return Status::success();
  }

  Status readOf(const YamlNode &of) {
    ATTNC_RETURN_IF_ERROR(expectList(of, "of"));
    rope.ofWhere = of.where;
    rope.ofQ = rope.ofK = false;
    for (const YamlNode &item : of.items) {
      ATTNC_ASSIGN_OR_RETURN(size_t word, readChoice(item, "of", keys::kRopeTensors, keys::kNone));
      bool &given = word == 0 ? rope.ofQ : rope.ofK;
      if (given) // S77
        return Status(Code::InvalidSpec,
                      "expected each of q and k once in 'of', got '" + item.text + "' again", item.where);
      given = true;
    }
    if (!rope.ofQ && !rope.ofK) // S77
      return Status(Code::InvalidSpec, "expected q or k in 'of', got nothing", of.where);
    return Status::success();
  }

  Status readTables(const YamlEntry &tables) {
    ATTNC_RETURN_IF_ERROR(expectMap(tables.value, "tables"));
    ATTNC_RETURN_IF_ERROR(checkKeys(tables.value, "'tables'", keys::kRopeTables, keys::kNone));
    for (std::string_view key : keys::kRopeTables) {
      const YamlEntry *entry = tables.value.find(key);
      if (!entry)
        return missing(key, "tables", tables);
      ATTNC_RETURN_IF_ERROR(readName(key == "cos" ? rope.cos : rope.sin, *entry));
    }
    return Status::success();
  }

  /// One input for what is rotated, or one for each.
  Status readPositions(const YamlEntry &entry) {
    if (entry.value.kind != YamlNode::Kind::Map) {
      if (rope.ofQ)
        ATTNC_RETURN_IF_ERROR(readName(rope.qPositions, entry));
      if (rope.ofK)
        ATTNC_RETURN_IF_ERROR(readName(rope.kPositions, entry));
      return Status::success();
    }
    ATTNC_RETURN_IF_ERROR(checkKeys(entry.value, "'positions'", keys::kRopeTensors, keys::kNone));
    if (entry.value.entries.empty()) // K3
      return Status(Code::InvalidSpec, "expected an input for q or k in 'positions', got nothing",
                    entry.where);
    for (const YamlEntry &one : entry.value.entries)
      ATTNC_RETURN_IF_ERROR(readName(one.key == "q" ? rope.qPositions : rope.kPositions, one));
    return Status::success();
  }

  Status readSections(const YamlEntry &entry) {
    rope.sectionsWhere = entry.value.where;
    ATTNC_RETURN_IF_ERROR(expectList(entry.value, "sections"));
    for (const YamlNode &item : entry.value.items) {
      ATTNC_ASSIGN_OR_RETURN(int64_t pairs, readInt(item, "sections", 1, kMaxInt)); // S75
      rope.sections.push_back(pairs);
    }
    if (rope.sections.size() < 2 || rope.sections.size() > 4) // S75
      return Status(Code::InvalidSpec,
                    "expected 2 to 4 sections, one for each position of a token, got " +
                        std::to_string(rope.sections.size()),
                    entry.value.where);
    return Status::success();
  }

  Status readDivisors(std::vector<double> &field, const YamlEntry &entry) {
    ATTNC_RETURN_IF_ERROR(expectList(entry.value, entry.key));
    for (const YamlNode &item : entry.value.items) {
      ATTNC_ASSIGN_OR_RETURN(double divisor, readFloat(item, entry.key));
      field.push_back(divisor);
    }
    return Status::success();
  }

  Status readScalingField(const YamlEntry &entry) {
    RopeScaling &scaling = rope.scaling;
    if (entry.key == "short_factor")
      return readDivisors(scaling.shortFactor, entry);
    if (entry.key == "long_factor")
      return readDivisors(scaling.longFactor, entry);
    if (entry.key == "original_length") {
      ATTNC_ASSIGN_OR_RETURN(scaling.originalLength, readInt(entry.value, entry.key, 1, kMaxInt)); // S76
      return Status::success();
    }
    if (entry.key == "truncate") {
      ATTNC_ASSIGN_OR_RETURN(scaling.truncate, readFlag(entry.value, entry.key));
      return Status::success();
    }
    double &field = entry.key == "factor"             ? scaling.factor
                    : entry.key == "low_freq_factor"  ? scaling.lowFreqFactor
                    : entry.key == "high_freq_factor" ? scaling.highFreqFactor
                    : entry.key == "beta_fast"        ? scaling.betaFast
                    : entry.key == "beta_slow"        ? scaling.betaSlow
                                                      : scaling.attentionFactor;
    ATTNC_ASSIGN_OR_RETURN(field, readFloat(entry.value, entry.key));
    return Status::success();
  }

  /// `{linear: 4.0}`, or a mapping of one rule and its fields.
  Status readScaling(const YamlEntry &entry) {
    ATTNC_RETURN_IF_ERROR(expectMap(entry.value, "scaling"));
    ATTNC_RETURN_IF_ERROR(checkKeys(entry.value, "'scaling'", keys::kRopeScalings, keys::kNone));
    if (entry.value.entries.size() != 1) // K3
      return Status(Code::InvalidSpec,
                    "expected one rule in 'scaling', got " + std::to_string(entry.value.entries.size()),
                    entry.where);
    const YamlEntry &rule = entry.value.entries[0];
    const ScalingForm form = formOf(rule.key);
    RopeScaling &scaling = rope.scaling;
    scaling.kind = form.kind;
    scaling.where = rule.where;
    if (form.kind == Kind::Linear && rule.value.isScalar()) {
      ATTNC_ASSIGN_OR_RETURN(scaling.factor, readFloat(rule.value, "linear"));
      return Status::success();
    }
    ATTNC_RETURN_IF_ERROR(expectMap(rule.value, rule.key));
    ATTNC_RETURN_IF_ERROR(checkKeys(rule.value, inQuotes(rule.key), form.known, keys::kNone));
    for (const YamlEntry &field : rule.value.entries)
      ATTNC_RETURN_IF_ERROR(readScalingField(field));
    for (std::string_view key : form.known) { // K5
      const bool hasDefault =
          key == "low_freq_factor" || key == "high_freq_factor" || key == "beta_fast" || key == "beta_slow" ||
          key == "truncate" || key == "attention_factor" ||
          (key == "factor" && rule.value.find("attention_factor") && form.kind == Kind::LongRope);
      if (!hasDefault && !rule.value.find(key))
        return missing(key, rule.key, rule);
    }
    if (form.kind == Kind::LongRope && rule.value.find("factor") &&
        rule.value.find("attention_factor")) // S76
      return Status(Code::InvalidSpec,
                    "expected 'factor' or 'attention_factor', which follows from it, in 'longrope', got both",
                    rule.where);
    if (!rule.value.find("attention_factor"))
      scaling.attentionFactor = defaultAttentionFactor(scaling);
    return Status::success();
  }
};

} // namespace

Result<Rope> readRope(const YamlEntry &entry, const Spec &spec) { return RopeReader(entry, spec).run(); }

} // namespace attnc
