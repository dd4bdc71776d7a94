// SpecSchema.cpp - one function for each section of a spec; keys and words come from FormatKeys.h and
// NamedTerm.h.
//
// Must not list a key that is in those tables: shapeOf says what its value looks like.
#include "tools/schema/SpecSchema.h"

#include "specs/FormatKeys.h"
#include "specs/NamedTerm.h"

#include <algorithm>
#include <functional>
#include <map>

namespace attnc::schema {
namespace {

using Json = nlohmann::ordered_json;
using Word = std::string_view;

constexpr int64_t kMaxInt = 2147483647, kLargest = 1 << 30;

template <class Words> Json choice(const Words &words) {
  Json list = Json::array();
  for (Word word : words)
    list.push_back(word);
  return {{"enum", std::move(list)}};
}

Json integer(int64_t least, int64_t most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}
Json multiple(int64_t of, int64_t least, int64_t most) {
  Json out = integer(least, most);
  out["multipleOf"] = of;
  return out;
}
Json positive() { return {{"type", "number"}, {"exclusiveMinimum", 0}}; }
Json identifier() { return {{"type", "string"}, {"pattern", "^[A-Za-z][A-Za-z0-9_]{0,63}$"}}; }
/// `True` alone is an expression, and a boolean to a YAML reader.
Json expression() { return {{"type", Json::array({"string", "boolean"})}}; }
Json reference(const std::string &name) { return {{"$ref", "#/definitions/" + name}}; }
Json anyOf(std::initializer_list<Json> options) {
  Json list = Json::array();
  for (const Json &option : options)
    list.push_back(option);
  return {{"anyOf", std::move(list)}};
}

/// Every order of the letters.
std::vector<std::string> ordersOf(Word letters) {
  std::string order(letters);
  std::sort(order.begin(), order.end());
  std::vector<std::string> out;
  do
    out.push_back(order);
  while (std::next_permutation(order.begin(), order.end()));
  return out;
}
std::vector<std::string> axesOrders() { return ordersOf(keys::kAxes); }
std::vector<std::string> layoutWords() {
  std::vector<std::string> out = axesOrders();
  for (Word word : keys::kLayouts)
    if (std::find(out.begin(), out.end(), word) == out.end())
      out.emplace_back(word);
  return out;
}

/// What a value of a key looks like, by "section.key".
const std::map<std::string, std::function<Json(bool)>> &shapes();

/// Writes the schema of a spec that stands alone, or of one that extends another: there every key may be
/// missing or null.
class Sections {
public:
  explicit Sections(bool extending) : extending(extending) {}

  template <class Words>
  Json object(const std::string &section, const Words &keys, std::vector<std::string> required) const {
    Json properties = Json::object();
    for (Word key : keys) {
      auto shape = shapes().find(section + "." + std::string(key));
      properties[std::string(key)] =
          nullable(shape == shapes().end() ? Json::object() : shape->second(extending));
    }
    Json out = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!extending && !required.empty())
      out["required"] = std::move(required);
    return out;
  }

  Json named(Json value) const {
    return {{"type", "object"},
            {"propertyNames", {{"pattern", "^[A-Za-z][A-Za-z0-9_]{0,63}$"}}},
            {"additionalProperties", nullable(std::move(value))}};
  }

private:
  bool extending;

  Json nullable(Json value) const {
    return extending ? anyOf({std::move(value), {{"type", "null"}}}) : value;
  }
};

Json argument(const TermArgument &rule) {
  switch (rule.kind) {
  case TermArgument::Kind::Integer:
    return integer(rule.least, kLargest);
  case TermArgument::Kind::Value:
    return anyOf({integer(rule.least, kLargest), identifier()});
  case TermArgument::Kind::Tensor:
  case TermArgument::Kind::OptionalTensor:
  case TermArgument::Kind::WordOrTensor:
    return identifier();
  case TermArgument::Kind::Word:
    return choice(rule.words);
  case TermArgument::Kind::Flag:
    return {{"type", "boolean"}};
  }
  return Json::object();
}

/// A mapping of its arguments, or the first alone where the others have defaults.
Json term(Word name, bool extending) {
  const std::span<const TermArgument> arguments = termArguments(name);
  Json properties = Json::object(), required = Json::array();
  bool firstIsEnough = true;
  for (const TermArgument &rule : arguments) {
    Json value = argument(rule);
    properties[std::string(rule.key)] = extending ? anyOf({value, {{"type", "null"}}}) : value;
    if (!rule.fallback.empty())
      continue;
    required.push_back(rule.key);
    firstIsEnough &= &rule == arguments.data();
  }
  Json object = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty() && !extending)
    object["required"] = std::move(required);
  return firstIsEnough ? anyOf({argument(arguments[0]), object}) : object;
}

/// One rule of `rope.scaling`, in short where a number is all that it has.
Json scaling(bool extending) {
  const Sections sections(extending);
  auto rule = [&](const auto &keys, std::vector<std::string> required) {
    return sections.object("scaling", keys, std::move(required));
  };
  const Json linear = rule(keys::kRopeLinear, {"factor"});
  const Json shapes[] = {anyOf({Json{{"type", "number"}, {"minimum", 1}}, linear}),
                         rule(keys::kRopeNtk, {"factor", "original_length"}),
                         rule(keys::kRopeLlama3, {"factor", "original_length"}),
                         rule(keys::kRopeYarn, {"factor", "original_length"}),
                         rule(keys::kRopeLongRope, {"short_factor", "long_factor", "original_length"})};
  Json properties = Json::object();
  for (size_t i = 0; i < keys::kRopeScalings.size(); ++i)
    properties[std::string(keys::kRopeScalings[i])] = shapes[i];
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", false},
          {"minProperties", 1},
          {"maxProperties", 1}};
}

Json maskSchema() {
  Json properties = Json::object();
  for (Word key : keys::kMaskKeys) {
    auto shape = shapes().find("mask." + std::string(key));
    properties[std::string(key)] = shape == shapes().end() ? Json::object() : shape->second(false);
  }
  return anyOf({expression(),
                {{"type", "object"},
                 {"properties", std::move(properties)},
                 {"additionalProperties", false},
                 {"minProperties", 1},
                 {"maxProperties", 1}}});
}

const std::map<std::string, std::function<Json(bool)>> &shapes() {
  static const auto table = [] {
    auto same = [](Json value) { return [value = std::move(value)](bool) { return value; }; };
    const Json divisors = {{"type", "array"}, {"items", positive()}, {"minItems", 1}};
    const Json masks = {{"type", "array"}, {"items", reference("mask")}, {"minItems", 1}};
    const Json heads = integer(1, 1024), side = integer(0, kMaxInt), size = multiple(8, 8, 256);
    std::map<std::string, std::function<Json(bool)>> out{
        {"spec.attnc", same({{"const", 1}})},
        {"spec.name", same(identifier())},
        {"spec.extends", same({{"type", "string"}, {"minLength", 1}})},
        {"spec.phase", same(choice(keys::kPhases))},
        {"spec.new_tokens", same(integer(1, 16))},
        {"spec.heads",
         [heads](bool extending) {
           return anyOf({heads, Sections(extending).object("heads", keys::kHeads, {"query", "kv"})});
         }},
        {"heads.query", same(heads)},
        {"heads.kv", same(heads)},
        {"spec.head_dim", same(size)},
        {"spec.head_dim_v", same(size)},
        {"spec.dtype", same(choice(keys::kDtypes))},
        {"spec.out_dtype", same(choice(keys::kOutDtypes))},
        {"spec.layout",
         [](bool extending) {
           const Sections sections(extending);
           return anyOf({choice(layoutWords()), sections.object("layout", keys::kLayoutTensors, {}),
                         sections.object("layout", keys::kLayoutFusedTensors, {}),
                         sections.object("layout", keys::kLayoutCachedTensors, {})});
         }},
        {"layout.q", same(choice(axesOrders()))},
        {"layout.k", same(choice(axesOrders()))},
        {"layout.v", same(choice(axesOrders()))},
        {"layout.qkv", same(choice(axesOrders()))},
        {"layout.out", same(choice(axesOrders()))},
        {"spec.qkv", same(choice(keys::kQkv))},
        {"spec.qkv_bias", same({{"type", "boolean"}})},
        {"spec.cache",
         [](bool extending) { return Sections(extending).object("cache", keys::kCache, {"layout"}); }},
        {"cache.layout", same(choice(keys::kCacheLayouts))},
        {"cache.page", same(integer(1, 256))},
        {"cache.table", same(choice(keys::kPageTables))},
        {"cache.tables", same(choice(keys::kCacheTables))},
        {"cache.pools", same(choice(keys::kCachePools))},
        {"cache.order",
         [](bool extending) {
           return anyOf({choice(ordersOf(keys::kCacheAxes)),
                         Sections(extending).object("order", keys::kCacheParts, {})});
         }},
        {"cache.dtype",
         [](bool extending) {
           return anyOf({choice(keys::kCacheDtypes),
                         Sections(extending).object("cache_dtype", keys::kCacheParts, {})});
         }},
        {"cache_dtype.k", same(choice(keys::kCacheDtypes))},
        {"cache_dtype.v", same(choice(keys::kCacheDtypes))},
        {"cache.scale", same(choice(keys::kCacheScales))},
        {"cache.group", same(integer(16, 256))},
        {"cache.window", same(integer(1, 1 << 30))},
        {"cache.keep", same(integer(0, 1 << 30))},
        {"cache.beams",
         [](bool extending) {
           return anyOf({integer(2, 1024), Sections(extending).object("beams", keys::kBeams, {"width"})});
         }},
        {"beams.width", same(integer(2, 1024))},
        {"beams.shared_prompt", same({{"type", "boolean"}})},
        {"order.k", same(choice(ordersOf(keys::kCacheAxes)))},
        {"order.v", same(choice(ordersOf(keys::kCacheAxes)))},
        {"spec.active", same({{"type", "boolean"}})},
        {"spec.append",
         [](bool extending) {
           return anyOf(
               {choice(keys::kAppendPlaces), Sections(extending).object("append", keys::kAppend, {"at"})});
         }},
        {"append.at", same(choice(keys::kAppendPlaces))},
        {"spec.rope", [](bool extending) { return Sections(extending).object("rope", keys::kRope, {}); }},
        {"rope.style", same(choice(keys::kRopeStyles))},
        {"rope.dim", same(multiple(2, 2, 256))},
        {"rope.of", same({{"type", "array"},
                          {"items", choice(keys::kRopeTensors)},
                          {"minItems", 1},
                          {"uniqueItems", true}})},
        {"rope.keys", same(anyOf({choice(keys::kRopeKeys), choice(keys::kRopeActiveKeys)}))},
        {"rope.base", same({{"type", "number"}, {"exclusiveMinimum", 1}})},
        {"rope.scaling", [](bool extending) { return scaling(extending); }},
        {"rope.frequencies", same(identifier())},
        {"rope.tables",
         [](bool extending) {
           return Sections(extending).object("tables", keys::kRopeTables, {"cos", "sin"});
         }},
        {"tables.cos", same(identifier())},
        {"tables.sin", same(identifier())},
        {"rope.positions",
         [](bool extending) {
           return anyOf({identifier(), Sections(extending).object("positions", keys::kRopeTensors, {})});
         }},
        {"positions.q", same(identifier())},
        {"positions.k", same(identifier())},
        {"rope.sections",
         same({{"type", "array"}, {"items", integer(1, kMaxInt)}, {"minItems", 2}, {"maxItems", 4}})},
        {"scaling.factor", same({{"type", "number"}, {"minimum", 1}})},
        {"scaling.original_length", same(integer(1, kMaxInt))},
        {"scaling.low_freq_factor", same(positive())},
        {"scaling.high_freq_factor", same(positive())},
        {"scaling.beta_fast", same(positive())},
        {"scaling.beta_slow", same(positive())},
        {"scaling.truncate", same({{"type", "boolean"}})},
        {"scaling.attention_factor", same(positive())},
        {"scaling.short_factor", same(divisors)},
        {"scaling.long_factor", same(divisors)},
        {"spec.alignment", same({{"enum", {2, 4, 8, 16}}})},
        {"spec.precision", same(choice(keys::kPrecisions))},
        {"spec.accumulate", same(choice(keys::kAccumulates))},
        {"spec.fallback", same(choice(keys::kFallbacks))},
        {"spec.lengths", same(choice(keys::kLengths))},
        {"spec.anchor", same(choice(keys::kAnchors))},
        {"spec.mask", same(reference("mask"))},
        {"mask.sliding_window", same(integer(1, kMaxInt))},
        {"mask.window", same({{"type", "object"},
                              {"properties", {{"left", side}, {"right", side}}},
                              {"additionalProperties", false},
                              {"minProperties", 1}})},
        {"mask.chunked", same(integer(1, kMaxInt))},
        {"mask.all", same(masks)},
        {"mask.any", same(masks)},
        {"mask.not", same(reference("mask"))},
        {"mask.expr", same(expression())},
        {"spec.score", [](bool extending) { return Sections(extending).object("score", keys::kScore, {}); }},
        {"score.scale", same(anyOf({positive(), identifier()}))},
        {"score.softcap", same(positive())},
        {"score.expr", same({{"type", "string"}})},
        {"score.sinks",
         [](bool extending) {
           return anyOf({identifier(), Sections(extending).object("sinks", keys::kSinks, {"logits"})});
         }},
        {"sinks.logits", same(identifier())},
        {"sinks.in_lse", same({{"type", "boolean"}})},
        {"spec.inputs",
         [](bool extending) {
           const Sections sections(extending);
           return sections.named(sections.object("input", keys::kInput, {"shape", "dtype"}));
         }},
        {"input.shape", same({{"type", "array"},
                              {"items", anyOf({choice(keys::kDims), integer(1, kMaxInt)})},
                              {"minItems", 1},
                              {"maxItems", 4}})},
        {"input.dtype", same(choice(keys::kInputDtypes))},
        {"spec.params",
         [](bool extending) {
           const Sections sections(extending);
           return sections.named(sections.object("param", keys::kParam, {"type"}));
         }},
        {"param.type", same(choice(keys::kParamTypes))},
        {"param.default", same({{"type", "number"}})},
        {"spec.outputs",
         same(
             {{"type", "array"}, {"items", choice(keys::kOutputs)}, {"minItems", 1}, {"uniqueItems", true}})},
        {"spec.schedule",
         [](bool extending) { return Sections(extending).object("schedule", keys::kSchedule, {}); }},
        {"schedule.tile_q", same(multiple(16, 16, 256))},
        {"schedule.tile_kv", same(multiple(16, 16, 256))},
        {"schedule.stages", same(integer(1, 4))},
        {"schedule.warps", same({{"enum", {1, 2, 4, 8}}})},
        {"schedule.family", same(choice(keys::kFamilies))},
        {"schedule.block_map", same({{"type", "boolean"}})},
        {"schedule.packing", same({{"type", "boolean"}})},
    };
    for (Word name : namedMasks())
      out["mask." + std::string(name)] = [name](bool) { return term(name, false); };
    for (Word name : namedScores())
      out["score." + std::string(name)] = [name](bool extending) { return term(name, extending); };
    return out;
  }();
  return table;
}

template <class Words>
void findMissing(const std::string &section, const Words &words, std::vector<std::string> &missing) {
  for (Word word : words)
    if (const std::string key = section + "." + std::string(word); !shapes().count(key))
      missing.push_back(key);
}

} // namespace

nlohmann::ordered_json specSchema() {
  const std::vector<std::string> required{"attnc", "name", "phase", "heads", "head_dim", "dtype", "layout"};
  Json alone = Sections(false).object("spec", keys::kTop, required);
  alone["if"] = {{"required", {"phase"}}, {"properties", {{"phase", {{"const", "append"}}}}}};
  alone["then"] = {{"required", {"cache"}}};
  alone["else"] = {{"required", {"mask"}}};
  alone["properties"].erase("extends");
  Json extending = Sections(true).object("spec", keys::kTop, {});
  // The two keys that every file has for itself.
  extending["properties"]["attnc"] = shapes().at("spec.attnc")(false);
  extending["properties"]["extends"] = shapes().at("spec.extends")(false);
  extending["required"] = {"attnc", "extends"};
  return {
      {"$schema", "http://json-schema.org/draft-07/schema#"},
      {"title", "attnc attention spec"},
      {"description", "Keys and words of specs/README.md; attnc itself checks more. Made by: attnc schema"},
      {"type", "object"},
      {"if", {{"required", {"extends"}}}},
      {"then", std::move(extending)},
      {"else", std::move(alone)},
      {"definitions", {{"mask", maskSchema()}}}};
}

std::vector<std::string> keysWithoutShape() {
  std::vector<std::string> missing;
  findMissing("spec", keys::kTop, missing);
  findMissing("heads", keys::kHeads, missing);
  findMissing("layout", keys::kLayoutTensors, missing);
  findMissing("layout", keys::kLayoutFusedTensors, missing);
  findMissing("mask", keys::kMaskKeys, missing);
  findMissing("score", keys::kScore, missing);
  findMissing("sinks", keys::kSinks, missing);
  findMissing("rope", keys::kRope, missing);
  findMissing("append", keys::kAppend, missing);
  findMissing("tables", keys::kRopeTables, missing);
  findMissing("positions", keys::kRopeTensors, missing);
  findMissing("scaling", keys::kRopeNtk, missing);
  findMissing("scaling", keys::kRopeLlama3, missing);
  findMissing("scaling", keys::kRopeYarn, missing);
  findMissing("scaling", keys::kRopeLongRope, missing);
  findMissing("input", keys::kInput, missing);
  findMissing("param", keys::kParam, missing);
  findMissing("schedule", keys::kSchedule, missing);
  findMissing("cache", keys::kCache, missing);
  findMissing("beams", keys::kBeams, missing);
  findMissing("order", keys::kCacheParts, missing);
  return missing;
}

} // namespace attnc::schema
