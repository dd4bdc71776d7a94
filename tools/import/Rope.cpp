// Rope.cpp - rope_theta, rope_scaling and partial_rotary_factor as the section `rope:`.
//
// Source: modeling_rope_utils.py of huggingface/transformers. What a config does not say plainly stays a
// remark: the caller then rotates q and k. Must not compute a frequency.
#include "tools/import/Common.h"

#include "specs/NumberText.h"

#include <algorithm>
#include <cmath>

namespace attnc::import {
namespace {

/// The fields of a scaling rule, as flow-style YAML.
class Fields {
public:
  Fields(Config &scaling, Config &config) : scaling(scaling), config(config) {}

  /// A number of the file under the spec's own name.
  void take(std::string_view key, std::string_view field) {
    if (const std::string text = scaling.shown(field); !text.empty())
      add(key, text);
  }
  void add(std::string_view key, const std::string &text) {
    out += (out.empty() ? "" : ", ") + std::string(key) + ": " + text;
  }
  /// Where the model was trained: in the scaling, or beside it.
  void takeOriginalLength() {
    for (Config *from : {&scaling, &config})
      if (const std::string text = from->shown("original_max_position_embeddings"); !text.empty())
        return add("original_length", text);
    take("original_length", "max_position_embeddings");
    if (out.find("original_length") == std::string::npos)
      if (const std::string text = config.shown("max_position_embeddings"); !text.empty())
        add("original_length", text);
  }
  std::string rule(const std::string &name) const { return "{" + name + ": {" + out + "}}"; }

private:
  Config &scaling, &config;
  std::string out;
};

/// The rule in rope_scaling; nothing if it is not one that a spec has, or has fields beside those of the
/// rule.
std::optional<std::string> scalingText(Config &config) {
  Config scaling = config.child("rope_scaling");
  const std::string type = scaling.text("rope_type", scaling.text("type", ""));
  Fields fields(scaling, config);
  std::optional<std::string> out;
  if (type == "linear") {
    out = "{linear: " + scaling.shown("factor") + "}";
  } else if (type == "dynamic") {
    fields.take("factor", "factor");
    fields.takeOriginalLength();
    out = fields.rule("ntk");
  } else if (type == "llama3") {
    for (std::string_view key : {"factor", "low_freq_factor", "high_freq_factor"})
      fields.take(key, key);
    fields.takeOriginalLength();
    out = fields.rule("llama3");
  } else if (type == "yarn") {
    for (std::string_view key : {"factor", "beta_fast", "beta_slow", "truncate", "attention_factor"})
      fields.take(key, key);
    fields.takeOriginalLength();
    out = fields.rule("yarn");
  } else if (type == "longrope" || type == "su") {
    for (std::string_view key : {"short_factor", "long_factor"}) {
      std::string list;
      for (double divisor : scaling.numbers(key))
        list += (list.empty() ? "" : ", ") + floatText(divisor);
      fields.add(key, "[" + list + "]");
    }
    const std::optional<double> original = config.maybeNumber("original_max_position_embeddings"),
                                longest = config.maybeNumber("max_position_embeddings");
    const std::string factor = scaling.shown("attention_factor");
    if (!original || (factor.empty() && !longest))
      return std::nullopt;
    fields.takeOriginalLength();
    factor.empty() ? fields.add("factor", floatText(std::max(1.0, *longest / *original)))
                   : fields.add("attention_factor", factor);
    out = fields.rule("longrope");
  }
  config.adopt(scaling.status());
  return scaling.unread().empty() ? out : std::nullopt;
}

} // namespace

Fact ropeFact(Config &config, Model &model, int64_t headDim, std::string_view style) {
  std::string fields = style == "neox" ? "" : "style: " + std::string(style);
  auto add = [&](const std::string &field) { fields += (fields.empty() ? "" : ", ") + field; };
  std::string comment = "rope_theta";
  const bool nested = !config.path("").empty(); // an object in an object: out of reach
  if (!config.has("rope_theta") || config.has("rope_parameters") || (config.has("rope_scaling") && nested))
    return {};
  if (const std::optional<double> part = config.maybeNumber("partial_rotary_factor"); part && *part != 1) {
    const auto dim = static_cast<int64_t>(static_cast<double>(headDim) * *part);
    add("dim: " + std::to_string(dim));
    comment += ", partial_rotary_factor";
  }
  (void)config.maybeNumber("rope_theta"); // a failure if it is none
  add("base: " + config.shown("rope_theta"));
  if (config.has("rope_scaling")) {
    const std::optional<std::string> scaling = scalingText(config);
    if (!scaling)
      return {};
    add("scaling: " + *scaling);
    comment += ", rope_scaling";
  }
  model.remarks.push_back("rope: the kernel rotates q and k; without the key it takes them rotated");
  return {"{" + fields + "}", comment, config.where("rope_theta")};
}

} // namespace attnc::import
