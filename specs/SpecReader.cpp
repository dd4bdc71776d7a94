// SpecReader.cpp - YAML to Spec: the top level, and the sections that are a line long.
//
// Must not know hardware, nor yaml-cpp (YamlTree does).
#include "specs/SpecReader.h"

#include "specs/ExtendSpec.h"
#include "specs/FieldReader.h"
#include "specs/FormatKeys.h"
#include "specs/SpecCheck.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnc {
namespace {

constexpr int64_t kMaxInt = std::numeric_limits<int32_t>::max();

Result<const YamlNode *> requiredKey(const YamlNode &root, std::string_view key, const std::string &file) {
  if (const YamlEntry *entry = root.find(key))
    return &entry->value;
  return Status(Code::InvalidSpec, "expected the required key '" + std::string(key) + "', got none",
                {file, 1, 1}); // K5
}

class SpecReader {
public:
  SpecReader(const YamlTree &tree, std::string file) : tree(tree), root(tree.root()) {
    spec.file = std::move(file);
  }

  Result<Spec> run() {
    ATTNC_RETURN_IF_ERROR(checkKeys(root, "the spec", keys::kTop, keys::kTopReserved));
    ATTNC_RETURN_IF_ERROR(readIdentity());
    ATTNC_RETURN_IF_ERROR(readHeads());
    ATTNC_RETURN_IF_ERROR(readTensors());
    ATTNC_RETURN_IF_ERROR(readMaths());
    ATTNC_RETURN_IF_ERROR(readOutputs());
    ATTNC_RETURN_IF_ERROR(readSchedule());
    return std::move(spec);
  }

private:
  const YamlTree &tree;
  const YamlNode &root;
  Spec spec;

  Result<const YamlNode *> required(std::string_view key) const { return requiredKey(root, key, spec.file); }

  template <class E>
  Status choose(Located<E> &field, std::string_view key, const YamlNode &node, Words known, Words reserved) {
    ATTNC_ASSIGN_OR_RETURN(size_t choice, readChoice(node, key, known, reserved));
    field = {static_cast<E>(choice), node.where};
    return Status::success();
  }

  Status readIdentity() {
    ATTNC_ASSIGN_OR_RETURN(const YamlNode *name, required("name"));
    ATTNC_ASSIGN_OR_RETURN(std::string text, readText(*name, "name"));
    spec.name = {std::move(text), name->where};
    ATTNC_ASSIGN_OR_RETURN(const YamlNode *phase, required("phase"));
    ATTNC_RETURN_IF_ERROR(choose(spec.phase, "phase", *phase, keys::kPhases, keys::kPhasesReserved));
    if (const YamlEntry *tokens = root.find("new_tokens")) {
      ATTNC_ASSIGN_OR_RETURN(spec.newTokens.value, readInt(tokens->value, "new_tokens", 1, 16)); // S57
      spec.newTokens.where = tokens->value.where;
    }
    return Status::success();
  }

  Status readHeads() {
    ATTNC_ASSIGN_OR_RETURN(const YamlNode *heads, required("heads"));
    if (heads->isScalar()) { // S2
      ATTNC_ASSIGN_OR_RETURN(int64_t count, readInt(*heads, "heads", 1, kMaxHeads));
      spec.queryHeads = spec.kvHeads = {count, heads->where};
    } else {
      if (heads->kind != YamlNode::Kind::Map) // K3
        return Status(Code::InvalidSpec,
                      "expected an integer or a mapping of query and kv for 'heads', got " + describe(*heads),
                      heads->where);
      ATTNC_RETURN_IF_ERROR(checkKeys(*heads, "'heads'", keys::kHeads, keys::kHeadsReserved));
      for (std::string_view key : keys::kHeads) {
        const YamlEntry *entry = heads->find(key);
        if (!entry) // K5
          return Status(Code::InvalidSpec, "expected '" + std::string(key) + "' in 'heads', got none",
                        heads->where);
        ATTNC_ASSIGN_OR_RETURN(int64_t count, readInt(entry->value, key, 1, kMaxHeads)); // S2
        (key == "query" ? spec.queryHeads : spec.kvHeads) = {count, entry->value.where};
      }
    }
    ATTNC_ASSIGN_OR_RETURN(const YamlNode *dim, required("head_dim"));
    ATTNC_ASSIGN_OR_RETURN(int64_t size, readInt(*dim, "head_dim", 8, 256)); // S4
    spec.headDim = {size, dim->where};
    spec.headDimV.value = size;
    if (const YamlEntry *values = root.find("head_dim_v")) {
      ATTNC_ASSIGN_OR_RETURN(spec.headDimV.value, readInt(values->value, "head_dim_v", 8, 256)); // S4
      spec.headDimV.where = values->value.where;
    }
    return Status::success();
  }

  Status readTensors() {
    ATTNC_ASSIGN_OR_RETURN(const YamlNode *dtype, required("dtype"));
    ATTNC_ASSIGN_OR_RETURN(size_t choice,
                           readChoice(*dtype, "dtype", keys::kDtypes, keys::kDtypesReserved)); // S5
    spec.dtype = {*parseDType(keys::kDtypes[choice]), dtype->where};
    spec.outDtype.value = spec.dtype.value;
    if (const YamlEntry *out = root.find("out_dtype")) {
      ATTNC_ASSIGN_OR_RETURN(size_t word,
                             readChoice(out->value, "out_dtype", keys::kOutDtypes, keys::kOutDtypesReserved));
      spec.outDtype = {*parseDType(keys::kOutDtypes[word]), out->value.where};
    }
    if (const YamlEntry *qkv = root.find("qkv"))
      ATTNC_RETURN_IF_ERROR(choose(spec.fusedQkv, "qkv", qkv->value, keys::kQkv, keys::kNone));
    if (const YamlEntry *bias = root.find("qkv_bias")) {
      ATTNC_ASSIGN_OR_RETURN(spec.qkvBias.value, readFlag(bias->value, "qkv_bias"));
      spec.qkvBias.where = bias->value.where;
    }
    if (const YamlEntry *alignment = root.find("alignment")) {
      ATTNC_ASSIGN_OR_RETURN(spec.alignment.value, readInt(alignment->value, "alignment", 2, 16)); // S44
      spec.alignment.where = alignment->value.where;
    }
    ATTNC_RETURN_IF_ERROR(readArithmetic());
    if (const YamlEntry *cache = root.find("cache")) {
      ATTNC_ASSIGN_OR_RETURN(spec.cache, readCache(*cache));
    }
    if (const YamlEntry *append = root.find("append")) {
      ATTNC_ASSIGN_OR_RETURN(spec.append, readAppend(*append));
    } else if (!spec.attends()) {
      spec.append = Append{.atIndices = false, .where = spec.phase.where, .atWhere = {}};
    }
    if (const YamlEntry *active = root.find("active")) {
      ATTNC_ASSIGN_OR_RETURN(spec.active.value, readFlag(active->value, "active"));
      spec.active.where = active->where;
    }
    ATTNC_ASSIGN_OR_RETURN(const YamlNode *layout, required("layout"));
    ATTNC_RETURN_IF_ERROR(readLayout(*layout));
    spec.lengths.value = LengthsKind::Both;
    if (const YamlEntry *lengths = root.find("lengths"))
      ATTNC_RETURN_IF_ERROR(choose(spec.lengths, "lengths", lengths->value, keys::kLengths, keys::kNone));
    if (const YamlEntry *anchor = root.find("anchor"))
      ATTNC_RETURN_IF_ERROR(choose(spec.anchor, "anchor", anchor->value, keys::kAnchors, keys::kNone));
    return Status::success();
  }

  /// An order of the letters of the axes, or nothing.
  static std::optional<std::string> axesOrder(const YamlNode &node) {
    bool all = node.isScalar() && std::is_permutation(node.text.begin(), node.text.end(), keys::kAxes.begin(),
                                                      keys::kAxes.end());
    return all ? std::optional(node.text) : std::nullopt;
  }

  Status readLayout(const YamlNode &layout) {
    spec.layout = {TokenLayout::Padded, layout.where};
    if (layout.kind == YamlNode::Kind::Map)
      return readAxes(layout);
    if (std::optional<std::string> order = axesOrder(layout)) {
      spec.axes = {*order, *order, *order, *order};
      return Status::success();
    }
    ATTNC_ASSIGN_OR_RETURN(size_t word, readChoice(layout, "layout", keys::kLayouts, keys::kLayoutsReserved));
    spec.layout.value = word == 0 ? TokenLayout::Packed : TokenLayout::Padded;
    return Status::success();
  }

  /// The tensors of tokens that a kernel has.
  Words tensors() const {
    if (!spec.attends())
      return spec.fusedQkv.value ? Words(keys::kLayoutAppendFusedTensors) : keys::kLayoutAppendTensors;
    if (spec.fusedQkv.value)
      return keys::kLayoutFusedTensors;
    return spec.cache && !spec.hasNewTokens() ? Words(keys::kLayoutCachedTensors) : keys::kLayoutTensors;
  }

  /// An order for each tensor; those left out are bshd.
  Status readAxes(const YamlNode &layout) {
    ATTNC_RETURN_IF_ERROR(checkKeys(layout, "'layout'", tensors(), keys::kNone));
    if (layout.entries.empty()) // K3
      return Status(Code::InvalidSpec, "expected the order of a tensor's axes in 'layout', got nothing",
                    layout.where);
    for (const YamlEntry &entry : layout.entries) {
      std::optional<std::string> order = axesOrder(entry.value);
      if (!order) // K4
        return Status(Code::InvalidSpec,
                      "expected an order of the letters b, s, h and d for " + inQuotes(entry.key) + ", got " +
                          describe(entry.value),
                      entry.value.where);
      if (entry.key == "qkv")
        spec.axes.q = spec.axes.k = spec.axes.v = *order;
      else
        (entry.key == "q"   ? spec.axes.q
         : entry.key == "k" ? spec.axes.k
         : entry.key == "v" ? spec.axes.v
                            : spec.axes.out) = *order;
    }
    if (!spec.attends())
      spec.axes.q = spec.axes.out = spec.axes.k;
    else if (spec.cache && !spec.hasNewTokens())
      spec.axes.k = spec.axes.v = spec.axes.q;
    return Status::success();
  }

  /// How exactly products and sums are made, and whether that may do without tensor cores.
  Status readArithmetic() {
    if (const YamlEntry *precision = root.find("precision"))
      ATTNC_RETURN_IF_ERROR(choose(spec.tf32, "precision", precision->value, keys::kPrecisions, keys::kNone));
    if (const YamlEntry *sums = root.find("accumulate")) {
      ATTNC_ASSIGN_OR_RETURN(size_t word,
                             readChoice(sums->value, "accumulate", keys::kAccumulates, keys::kNone));
      spec.accumulate = {*parseDType(keys::kAccumulates[word]), sums->value.where};
    }
    if (const YamlEntry *fallback = root.find("fallback"))
      ATTNC_RETURN_IF_ERROR(
          choose(spec.plainFallback, "fallback", fallback->value, keys::kFallbacks, keys::kNone));
    return Status::success();
  }

  Status readMaths() {
    if (const YamlEntry *inputs = root.find("inputs")) {
      ATTNC_ASSIGN_OR_RETURN(spec.inputs, readInputs(inputs->value));
    }
    if (const YamlEntry *params = root.find("params")) {
      ATTNC_ASSIGN_OR_RETURN(spec.params, readParams(params->value));
    }
    // An expression must not meet an ambiguous or forbidden name.
    ATTNC_RETURN_IF_ERROR(checkDeclarations(spec));
    TermScope scope{{false, spec.inputs, spec.params}, spec.queryHeads.value, ""};
    if (spec.attends() || root.find("mask")) { // S62 answers one that nothing reads
      ATTNC_ASSIGN_OR_RETURN(const YamlNode *mask, required("mask"));
      ATTNC_ASSIGN_OR_RETURN(spec.mask, readMask(tree, *mask, scope));
    }
    if (const YamlEntry *rope = root.find("rope")) {
      ATTNC_ASSIGN_OR_RETURN(spec.rope, readRope(*rope, spec));
    }
    spec.score.scale.value = 1.0 / std::sqrt(static_cast<double>(spec.headDim.value));
    if (const YamlEntry *score = root.find("score")) {
      ATTNC_ASSIGN_OR_RETURN(spec.score, readScore(tree, *score, scope, spec.score.scale.value));
    }
    return Status::success();
  }

  Status readOutputs() {
    const YamlEntry *outputs = root.find("outputs");
    if (!outputs)
      return Status::success();
    const YamlNode &node = outputs->value;
    spec.outputs.where = outputs->where;
    if (node.kind != YamlNode::Kind::Sequence) // K3
      return Status(Code::InvalidSpec, "expected a list for 'outputs', got " + describe(node), node.where);
    const YamlNode *given[keys::kOutputs.size()] = {};
    for (const YamlNode &item : node.items) {
      ATTNC_ASSIGN_OR_RETURN(size_t choice,
                             readChoice(item, "outputs", keys::kOutputs, keys::kOutputsReserved));
      if (!spec.attends() && keys::kOutputs[choice] != "k_rotated" &&
          keys::kOutputs[choice] != "debug") // S63
        return Status(Code::InvalidSpec,
                      "expected only k_rotated and debug in 'outputs' of 'phase: append', where nothing "
                      "attends, got " +
                          inQuotes(item.text),
                      item.where)
            .note("the phase is given here", spec.phase.where);
      if (given[choice]) // S23
        return Status(Code::InvalidSpec, "expected each output once, got " + inQuotes(item.text) + " again",
                      item.where)
            .note("it was first given here", given[choice]->where);
      given[choice] = &item;
    }
    if (!spec.attends() && node.items.empty()) // S63
      return Status(Code::InvalidSpec,
                    "expected k_rotated or debug in 'outputs' of 'phase: append', got nothing", node.where);
    if (spec.attends() && !given[0]) // S23
      return Status(Code::InvalidSpec, "expected 'out' in 'outputs', got none", node.where);
    spec.outputs.lse = given[1] != nullptr;
    spec.outputs.rowMax = given[2] != nullptr;
    spec.outputs.maxLogit = given[3] != nullptr;
    spec.outputs.keysRotated = given[4] != nullptr;
    spec.outputs.debug = given[5] != nullptr;
    return Status::success();
  }

  Status readSchedule() {
    const YamlEntry *schedule = root.find("schedule");
    if (!schedule)
      return Status::success();
    ATTNC_RETURN_IF_ERROR(expectMap(schedule->value, "schedule"));
    ATTNC_RETURN_IF_ERROR(checkKeys(schedule->value, "'schedule'", keys::kSchedule, keys::kScheduleReserved));
    spec.schedule.where = schedule->where;
    std::optional<Located<int64_t>> *pins[] = {&spec.schedule.tileQ, &spec.schedule.tileKv,
                                               &spec.schedule.stages, &spec.schedule.warps};
    for (const YamlEntry &entry : schedule->value.entries) {
      if (entry.key == "block_map" || entry.key == "packing") {
        ATTNC_ASSIGN_OR_RETURN(bool given, readFlag(entry.value, entry.key));
        (entry.key == "packing" ? spec.schedule.packing : spec.schedule.blockMap) =
            Located<bool>{given, entry.value.where};
        continue;
      }
      if (entry.key == "family") {
        ATTNC_RETURN_IF_ERROR(
            choose(spec.schedule.family.emplace(), "family", entry.value, keys::kFamilies, keys::kNone));
        continue;
      }
      constexpr int64_t kAny = std::numeric_limits<int64_t>::max(); // the range is checkSpec's
      ATTNC_ASSIGN_OR_RETURN(int64_t value, readInt(entry.value, entry.key, -kAny, kAny));
      auto index =
          std::find(keys::kSchedule.begin(), keys::kSchedule.end(), entry.key) - keys::kSchedule.begin();
      *pins[index] = Located<int64_t>{value, entry.value.where};
    }
    if (schedule->value.entries.empty()) // S24
      return Status(Code::InvalidSpec, "expected a field to pin in 'schedule', got nothing", schedule->where);
    return Status::success();
  }
};

} // namespace

Status readVersion(const YamlNode &root, const std::string &file) {
  if (root.kind != YamlNode::Kind::Map) // K3
    return Status(Code::InvalidSpec, "expected a mapping of keys, got " + describe(root),
                  root.kind == YamlNode::Kind::Null ? Location{file, 1, 1} : root.where);
  ATTNC_ASSIGN_OR_RETURN(const YamlNode *version, requiredKey(root, "attnc", file));
  ATTNC_ASSIGN_OR_RETURN(int64_t value, readInt(*version, "attnc", 0, kMaxInt));
  if (value != 1) // K6
    return Status(Code::InvalidSpec, "expected format version 1 for 'attnc', got " + std::to_string(value),
                  version->where);
  return Status::success();
}

static Result<Spec> readTree(const YamlTree &tree, std::string file) {
  ATTNC_ASSIGN_OR_RETURN(Spec spec, SpecReader(tree, std::move(file)).run());
  ATTNC_RETURN_IF_ERROR(checkSpec(spec));
  return spec;
}

Result<Spec> readSpecText(std::string_view yaml, std::string file,
                          std::optional<std::filesystem::path> folder) {
  ATTNC_ASSIGN_OR_RETURN(ExtendedTree extended, readExtended(yaml, file, folder));
  Result<Spec> spec = readTree(extended.tree, std::move(file));
  if (!spec.ok())
    return noteExtensions(spec.status(), extended.extensions);
  spec->extensions = std::move(extended.extensions);
  return spec;
}

Result<Spec> readSpec(const std::filesystem::path &path) {
  ATTNC_ASSIGN_OR_RETURN(std::string text, readSpecFile(path));
  return readSpecText(text, path.string(), path.parent_path());
}

} // namespace attnc
