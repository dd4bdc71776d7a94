// Families.cpp - which reader a model_type has, the dtype, and what no reader looked at.
//
// Must not know fields of one family.
#include "tools/import/Model.h"
#include "tools/import/Readers.h"

#include "specs/Suggest.h"

#include <algorithm>
#include <array>

namespace attnc::import {
namespace {

constexpr std::string_view kModels = "github.com/huggingface/transformers, src/transformers/models/";

/// torch_dtype, or dtype in files of later versions; the nested object may have its own.
void readDtype(Config &config, Config *outer, Model &model) {
  std::string_view key = config.has("dtype") ? "dtype" : "torch_dtype";
  Config &from =
      !config.has(key) && outer && (outer->has("dtype") || outer->has("torch_dtype")) ? *outer : config;
  if (!from.has(key))
    key = from.has("dtype") ? "dtype" : "torch_dtype";
  const std::string name = from.text(key, "");
  model.dtypeFact = {"", std::string(key), from.where(key)};
  if (name == "float16" || name == "bfloat16")
    model.dtype = name == "float16" ? "f16" : "bf16";
  else
    model.remarks.push_back((name.empty()
                                 ? "no dtype in the file"
                                 : std::string(key) + " " + name + " is that of the stored weights") +
                            ": bf16 unless --dtype says otherwise");
}

/// Names that belong to attention, and that nothing has read.
void remarkOnUnread(const Config &config, Model &model) {
  constexpr std::array<std::string_view, 14> kParts{"attn",   "attention", "head",    "window", "rope",
                                                    "rotary", "alibi",     "softcap", "sink",   "chunk",
                                                    "mask",   "causal",    "scale",   "kv_"};
  constexpr std::array<std::string_view, 12> kOthers{"initializer",
                                                     "layer_scale",
                                                     "lm_head",
                                                     "_attn_implementation",
                                                     "embedding_scale",
                                                     "num_labels",
                                                     "layer_types",
                                                     "_head_tie",
                                                     "tie_",
                                                     "task_specific",
                                                     "final_logit_softcapping",
                                                     "logit_scale"};
  for (const std::string &key : config.unread()) {
    auto within = [&](std::string_view part) { return key.find(part) != std::string::npos; };
    if (std::any_of(kParts.begin(), kParts.end(), within) &&
        std::none_of(kOthers.begin(), kOthers.end(), within))
      model.remarks.push_back("'" + config.path(key) +
                              "': not known to this importer; see whether it changes the attention");
  }
}

} // namespace

const std::vector<Family> &families() {
  static const std::vector<Family> table{
      {"bert", "", readBert, "bert"},
      {"falcon", "", readFalcon, "falcon"},
      {"RefinedWeb", "", readFalcon, "falcon"}, // Falcon's first files
      {"RefinedWebModel", "", readFalcon, "falcon"},
      {"gemma2", "", readDecoder, "gemma2"},
      {"gemma3", "text_config", readDecoder, "gemma3"},
      {"gemma3_text", "", readDecoder, "gemma3"},
      {"gpt_oss", "", readDecoder, "gpt_oss"},
      {"gptj", "", readGptJ, "gptj"},
      {"llama", "", readDecoder, "llama"},
      {"llama4", "text_config", readDecoder, "llama4"},
      {"llama4_text", "", readDecoder, "llama4"},
      {"mistral", "", readDecoder, "mistral"},
      {"mpt", "", readMpt, "mpt"},
      {"phi3", "", readDecoder, "phi3"},
      {"qwen2", "", readDecoder, "qwen2"},
      {"qwen3", "", readDecoder, "qwen3"},
      {"t5", "", readT5, "t5"},
  };
  return table;
}

Result<Model> readModel(const ConfigFile &file) {
  Config root(file, "");
  const std::string type = root.text("model_type", "");
  ATTNC_RETURN_IF_ERROR(root.status());
  std::vector<std::string_view> known;
  for (const Family &family : families())
    known.push_back(family.type);
  auto family =
      std::find_if(families().begin(), families().end(), [&](const Family &f) { return f.type == type; });
  if (family == families().end())
    return Status(Code::Unsupported,
                  "expected a known 'model_type' (" + joinChoices(known) + "), got " +
                      (type.empty() ? "none" : "'" + type + "'" + didYouMean(type, known)) +
                      "; if the model is like one of these, change the field in a copy of the file",
                  root.where("model_type"));
  Model model;
  // The text model of a multimodal one has a type of its own.
  model.type = type == "gemma3" ? "gemma3_text" : type == "llama4" ? "llama4_text" : type;
  model.source = std::string(kModels) + std::string(family->source);
  Config config(file, std::string(family->nested));
  if (!family->nested.empty()) {
    (void)config.has("model_type");
    model.remarks.push_back("only '" + std::string(family->nested) +
                            "' was read: the other parts of the model need specs of their own");
  }
  if (config.status().ok())
    family->read(config, model);
  readDtype(config, family->nested.empty() ? nullptr : &root, model);
  ATTNC_RETURN_IF_ERROR(config.status());
  ATTNC_RETURN_IF_ERROR(root.status());
  if (family->nested.empty())
    (void)config.has("model_type");
  remarkOnUnread(config, model);
  return model;
}

} // namespace attnc::import
