// WriteSpec.cpp - YAML with a comment at each key that came from the config.
#include "tools/import/WriteSpec.h"

#include "specs/FieldReader.h"
#include "specs/Spec.h"

#include <algorithm>

namespace attnc::import {
namespace {

/// A name for the kernel: model type and kind, if there are several.
std::string nameOf(const Model &model, const LayerKind &kind) {
  std::string out = model.type + (model.kinds.size() > 1 ? "_" + kind.name : "");
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return out;
}

class Writer {
public:
  void line(std::string_view key, const std::string &value, const std::string &comment = "",
            Location where = {}) {
    out += std::string(key) + ": " + value;
    if (!comment.empty())
      out += "  # " + comment;
    out += '\n';
    places.push_back(std::move(where));
  }
  void comment(const std::string &text) {
    // A comment is one line, and YAML has no control characters.
    std::string safe = text;
    std::replace_if(
        safe.begin(), safe.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    out += "# " + safe + '\n';
    places.emplace_back();
  }
  void section(std::string_view key, const std::vector<std::pair<std::string, Fact>> &entries) {
    if (entries.empty())
      return;
    out += std::string(key) + ":\n";
    places.emplace_back();
    for (const auto &[name, fact] : entries)
      line("  " + name, fact.value, fact.comment, fact.where);
  }

  std::string out;
  std::vector<Location> places; ///< of the config's field, by line
};

std::string inDtype(std::string text, const std::string &dtype) {
  if (const size_t at = text.find("DTYPE"); at != std::string::npos)
    text.replace(at, 5, dtype);
  return text;
}

} // namespace

std::string layersText(const LayerKind &kind) {
  constexpr size_t kShown = 6;
  std::string out;
  for (size_t i = 0; i < kind.layers.size() && i < kShown; ++i)
    out += (i ? ", " : "") + std::to_string(kind.layers[i]);
  if (kind.layers.size() > kShown)
    out += ", ... (" + std::to_string(kind.layers.size()) + " layers)";
  return out;
}

Result<std::string> writeSpec(const ConfigFile &file, const Model &model, const LayerKind &kind,
                              const SpecChoices &choices) {
  const std::string dtype = !choices.dtype.empty() ? choices.dtype
                            : model.dtype.empty()  ? "bf16"
                                                   : model.dtype;
  const bool fromConfig = choices.dtype.empty() && !model.dtype.empty();
  Writer writer;
  writer.comment("Attention of " + model.type + ", " + kind.name +
                 (kind.layers.empty() ? "" : ": layers " + layersText(kind)) + ".");
  writer.comment("Fields: " + model.source);
  for (const std::string &remark : model.remarks)
    writer.comment("- " + remark);
  writer.line("attnc", "1");
  writer.line("name", choices.name.empty() ? nameOf(model, kind) : choices.name);
  writer.line("phase", choices.phase.empty() ? "prefill" : choices.phase);
  writer.line("heads", kind.heads.value, kind.heads.comment, kind.heads.where);
  writer.line("head_dim", kind.headDim.value, kind.headDim.comment, kind.headDim.where);
  writer.line("dtype", dtype, fromConfig ? model.dtypeFact.comment : "",
              fromConfig ? model.dtypeFact.where : Location{});
  writer.line("layout", !choices.layout.empty() ? choices.layout : kind.encoder ? "padded" : "packed");
  if (!kind.rope.value.empty())
    writer.line("rope", kind.rope.value, kind.rope.comment, kind.rope.where);
  writer.line("mask", kind.mask.value, kind.mask.comment, kind.mask.where);
  writer.section("score", kind.score);
  std::vector<std::pair<std::string, Fact>> inputs = kind.inputs;
  for (auto &[name, fact] : inputs)
    fact.value = inDtype(fact.value, dtype);
  writer.section("inputs", inputs);

  Result<Spec> spec = readSpecText(writer.out, "imported spec");
  if (spec.ok())
    return writer.out;
  const Status status = spec.status();
  const auto line = static_cast<size_t>(std::max(0, status.where().line - 1));
  Location where = line < writer.places.size() ? writer.places[line] : Location{};
  if (!where.valid())
    where = {file.name, 0, 0};
  return Status(status.code(), "a spec cannot say this: " + status.message(), std::move(where));
}

} // namespace attnc::import
