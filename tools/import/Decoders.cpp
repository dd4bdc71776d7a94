// Decoders.cpp - decoder-only families that differ in names, defaults and in which layers look how far back.
//
// Must not hold a family whose attention needs code of its own.
#include "tools/import/Readers.h"

#include "specs/NumberText.h"
#include "tools/import/Common.h"

#include <cmath>
#include <map>

namespace attnc::import {
namespace {

enum class Layering : uint8_t {
  Full,
  Sliding,    ///< every layer, where there is a window
  FromLayer,  ///< from max_window_layers on, where use_sliding_window says so
  EveryOther, ///< the even layers slide
  Pattern,    ///< all but every sliding_window_pattern-th layer slide
  Chunked,    ///< chunks where no_rope_layers has a 1
};

/// 0: the class has no default and the field is required; for kv heads: as many as query heads.
struct Row {
  std::string_view type, className;
  Layering layering = Layering::Full;
  int64_t heads = 0, kvHeads = 0, headDim = 0, layers = 0, window = 0;
  bool queryPreAttnScalar = false; ///< its inverse root is the scale, 256 unless given
  double softcap = 0; ///< default of attn_logit_softcapping; -1: the field is there, off by default
  bool sinks = false, qkNorm = false, qkvBias = false;
};

// Defaults and layer rules: src/transformers/models/<type>/configuration_<type>.py and modeling_<type>.py of
// huggingface/transformers, read on 2026-11-21.
constexpr Row kRows[] = {
    {"llama", "LlamaConfig"},
    // sliding_window 4096 unless given, null for v0.2 and later; q - kv < sliding_window (masking_utils.py)
    {"mistral", "MistralConfig", Layering::Sliding, 0, 8, 0, 0, 4096},
    // scale query_pre_attn_scalar ** -0.5, soft-cap 50 unless given; layers 0, 2, ... slide
    {.type = "gemma2",
     .className = "Gemma2Config",
     .layering = Layering::EveryOther,
     .heads = 0,
     .kvHeads = 4,
     .headDim = 256,
     .layers = 0,
     .window = 4096,
     .queryPreAttnScalar = true,
     .softcap = 50.0},
    // released files leave out what is the class's default; (layer + 1) % 6 != 0 slides; q_norm and k_norm
    {.type = "gemma3_text",
     .className = "Gemma3TextConfig",
     .layering = Layering::Pattern,
     .heads = 8,
     .kvHeads = 4,
     .headDim = 256,
     .layers = 26,
     .window = 4096,
     .queryPreAttnScalar = true,
     .softcap = -1.0,
     .qkNorm = true},
    // use_sliding_window false unless given, max_window_layers 28; q, k and v projections have a bias
    {.type = "qwen2",
     .className = "Qwen2Config",
     .layering = Layering::FromLayer,
     .kvHeads = 32,
     .window = 4096,
     .qkvBias = true},
    {.type = "qwen3",
     .className = "Qwen3Config",
     .layering = Layering::FromLayer,
     .kvHeads = 32,
     .headDim = 128,
     .window = 4096,
     .qkNorm = true},
    // sliding_window null unless given: then all layers look at everything
    {"phi3", "Phi3Config", Layering::Sliding},
    // head_dim 64, layers 0, 2, ... slide by 128, a sink logit a head
    {.type = "gpt_oss",
     .className = "GptOssConfig",
     .layering = Layering::EveryOther,
     .kvHeads = 8,
     .headDim = 64,
     .window = 128,
     .sinks = true},
    // attention_chunk_size 8192; every fourth layer (no_rope_layer_interval) is full, without rotation
    {.type = "llama4_text",
     .className = "Llama4TextConfig",
     .layering = Layering::Chunked,
     .heads = 40,
     .kvHeads = 8,
     .headDim = 128,
     .layers = 48,
     .window = 8192},
};

const Row &rowOf(std::string_view type) {
  for (const Row &row : kRows)
    if (row.type == type)
      return row;
  return kRows[0]; // families() names rows only
}

class Decoder {
public:
  Decoder(Config &config, Model &model, const Row &row) : config(config), model(model), row(row) {}

  void run() {
    LayerKind base;
    readHeads(base);
    readScore(base);
    // Of Llama 4, q and k are normalised after the rotation; Gemma 3's two kinds of layers turn differently.
    const bool plain = row.layering != Layering::Chunked && row.layering != Layering::Pattern;
    if (plain)
      base.rope = ropeFact(config, model, std::stoll(base.headDim.value), "neox");
    addKinds(base);
    if (base.rope.value.empty())
      remarkOnRope(config, model,
                   {"rope_theta", "rope_parameters", "rope_scaling", "rope_local_base_freq",
                    "partial_rotary_factor", "original_max_position_embeddings"});
    else
      (void)config.shown("original_max_position_embeddings");
    if (row.qkNorm)
      model.remarks.push_back("q_norm and k_norm: applied before the kernel");
    if (row.qkvBias || config.flag("attention_bias", false))
      remarkOnBias(model, "biases of q, k and v");
    remarkOnDropout(config, model, "attention_dropout");
    if (row.layering == Layering::Chunked)
      readLlama4();
  }

private:
  Config &config;
  Model &model;
  const Row &row;

  int64_t required(std::string_view key, int64_t otherwise) {
    return otherwise ? integerOr(config, model, key, otherwise, row.className) : config.integer(key);
  }

  void readHeads(LayerKind &kind) {
    const int64_t heads = required("num_attention_heads", row.heads);
    int64_t kv = heads;
    if (std::optional<int64_t> given = config.maybeInteger("num_key_value_heads"))
      kv = *given;
    else if (row.kvHeads)
      kv = integerOr(config, model, "num_key_value_heads", row.kvHeads, row.className);
    kind.heads = headsFact(config, heads, kv, "num_attention_heads", "num_key_value_heads");
    if (std::optional<int64_t> size = config.maybeInteger("head_dim"))
      kind.headDim = headDimFact(config, *size, "head_dim", "head_dim");
    else if (row.headDim)
      kind.headDim = headDimFact(config, integerOr(config, model, "head_dim", row.headDim, row.className),
                                 "default of " + std::string(row.className), "head_dim");
    else
      kind.headDim =
          headDimFact(config, quotient(config, config.integer("hidden_size"), heads, "hidden_size"),
                      "hidden_size / num_attention_heads", "hidden_size");
  }

  void readScore(LayerKind &kind) {
    if (row.queryPreAttnScalar) {
      std::optional<double> given = config.maybeNumber("query_pre_attn_scalar");
      const double scalar = given.value_or(256.0);
      if (!given)
        model.remarks.push_back("'" + config.path("query_pre_attn_scalar") +
                                "' is not in the file: 256 taken, the default of " +
                                std::string(row.className));
      kind.score.emplace_back("scale",
                              Fact{floatText(1.0 / std::sqrt(scalar)), "query_pre_attn_scalar ** -0.5",
                                   config.where("query_pre_attn_scalar")});
    }
    if (row.softcap != 0) {
      // An explicit null switches it off, an absent field leaves the default.
      const bool absent =
          config.shown("attn_logit_softcapping").empty() && !config.isThere("attn_logit_softcapping");
      std::optional<double> cap = config.maybeNumber("attn_logit_softcapping");
      if (absent && row.softcap > 0) {
        cap = row.softcap;
        model.remarks.push_back("'" + config.path("attn_logit_softcapping") +
                                "' is not in the file: " + floatText(row.softcap) +
                                " taken, the default of " + std::string(row.className));
      }
      if (cap)
        kind.score.emplace_back("softcap", Fact{floatText(*cap), "attn_logit_softcapping",
                                                config.where("attn_logit_softcapping")});
    }
    if (row.sinks) {
      kind.score.emplace_back("sinks", Fact{"sink", "the weights self_attn.sinks", {}});
      kind.inputs.emplace_back("sink", Fact{"{shape: [heads], dtype: DTYPE}", "one logit a head", {}});
    }
    if (row.queryPreAttnScalar && config.flag("use_bidirectional_attention", false))
      config.fail(Code::Unsupported,
                  "expected a causal model, got '" + config.path("use_bidirectional_attention") +
                      "': its layers are of an encoder, which this importer does not know",
                  "use_bidirectional_attention");
  }

  std::optional<int64_t> window() {
    const std::string_view key =
        row.layering == Layering::Chunked ? "attention_chunk_size" : "sliding_window";
    if (config.isThere(key))
      return config.maybeInteger(key);
    if (row.window)
      return integerOr(config, model, key, row.window, row.className);
    return std::nullopt;
  }

  /// "full", "sliding" or "chunked" of every layer, in order.
  std::vector<std::string> layerNames() {
    std::vector<std::string> names;
    if (row.layering == Layering::Full || row.layering == Layering::Sliding)
      return names;
    constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
        {"full_attention", "full"}, {"sliding_attention", "sliding"}, {"chunked_attention", "chunked"}};
    for (const std::string &type : config.words("layer_types")) {
      std::string_view name;
      for (const auto &[word, short_] : kTypes)
        name = word == type ? short_ : name;
      if (name.empty())
        config.fail(Code::Unsupported,
                    "expected full_attention, sliding_attention or chunked_attention in '" +
                        config.path("layer_types") + "', got '" + type + "'",
                    "layer_types");
      names.emplace_back(name);
    }
    if (!names.empty())
      return names;
    return rule(required("num_hidden_layers", row.layers));
  }

  std::vector<std::string> rule(int64_t layers) {
    constexpr int64_t kMostLayers = 10000;
    std::vector<std::string> names;
    if (layers > kMostLayers) {
      config.fail(Code::InvalidArgument,
                  "expected at most 10000 for '" + config.path("num_hidden_layers") + "', got " +
                      std::to_string(layers),
                  "num_hidden_layers");
      return names;
    }
    const bool slides = config.flag("use_sliding_window", row.layering != Layering::FromLayer);
    const int64_t from =
        row.layering == Layering::FromLayer && slides ? integerOrZero("max_window_layers", 28) : 0;
    const int64_t pattern =
        row.layering == Layering::Pattern ? config.maybeInteger("sliding_window_pattern").value_or(6) : 0;
    const std::vector<int64_t> rotated =
        row.layering == Layering::Chunked ? config.integers("no_rope_layers") : std::vector<int64_t>{};
    const int64_t interval =
        row.layering == Layering::Chunked ? config.maybeInteger("no_rope_layer_interval").value_or(4) : 1;
    for (int64_t i = 0; i < layers; ++i) {
      bool local = false;
      switch (row.layering) {
      case Layering::FromLayer:
        local = slides && i >= from;
        break;
      case Layering::EveryOther:
        local = i % 2 == 0;
        break;
      case Layering::Pattern:
        local = (i + 1) % pattern != 0;
        break;
      case Layering::Chunked:
        local = static_cast<size_t>(i) < rotated.size() ? rotated[static_cast<size_t>(i)] != 0
                                                        : (i + 1) % interval != 0;
        break;
      case Layering::Full:
      case Layering::Sliding:
        break;
      }
      names.push_back(!local ? "full" : row.layering == Layering::Chunked ? "chunked" : "sliding");
    }
    return names;
  }

  int64_t integerOrZero(std::string_view key, int64_t otherwise) {
    return config.maybeInteger(key, /*least=*/0).value_or(otherwise);
  }

  Fact maskOf(const std::string &name, std::optional<int64_t> size) {
    if (name == "full")
      return {"causal", "", {}};
    const std::string_view key = name == "chunked" ? "attention_chunk_size" : "sliding_window";
    if (!size) {
      config.fail(Code::InvalidArgument,
                  "expected '" + config.path(key) + "' for the " + name + " layers, got none", key);
      return {"causal", "", {}};
    }
    const std::string number = std::to_string(*size);
    return name == "chunked"
               ? Fact{"{all: [causal, {chunked: " + number + "}]}", std::string(key), config.where(key)}
               : Fact{"{sliding_window: " + number + "}", std::string(key), config.where(key)};
  }

  void addKinds(const LayerKind &base) {
    const std::vector<std::string> names = layerNames();
    const bool anyLocal =
        std::any_of(names.begin(), names.end(), [](const std::string &n) { return n != "full"; });
    const bool all = row.layering == Layering::Sliding;
    std::optional<int64_t> size = all || anyLocal ? window() : std::nullopt;
    if (row.layering != Layering::Full && !all && !anyLocal && config.has("sliding_window"))
      model.remarks.push_back("sliding_window " + config.shown("sliding_window") +
                              ": no layer of this config uses it");
    if (names.empty()) {
      LayerKind kind = base;
      kind.name = all && size ? "sliding" : "full";
      kind.mask = maskOf(kind.name, size);
      model.kinds.push_back(std::move(kind));
      model.layers = config.maybeInteger("num_hidden_layers");
      return;
    }
    std::vector<std::string> order; // as they first appear
    std::map<std::string, std::vector<int64_t>> layers;
    for (size_t i = 0; i < names.size(); ++i) {
      if (layers[names[i]].empty())
        order.push_back(names[i]);
      layers[names[i]].push_back(static_cast<int64_t>(i));
    }
    for (const std::string &name : order) {
      LayerKind kind = base;
      kind.name = name;
      kind.layers = layers[name];
      kind.mask = maskOf(name, size);
      model.kinds.push_back(std::move(kind));
    }
  }

  /// modeling_llama4.py: rotated layers normalise q and k, the others scale q by a function of its position.
  void readLlama4() {
    if (config.flag("use_qk_norm", true))
      model.remarks.push_back("use_qk_norm: q and k of the chunked layers are normalised before the kernel");
    // A number in early files, true or false in later ones.
    if (const std::string tuning = config.shown("attn_temperature_tuning");
        tuning != "false" && tuning != "0") {
      const std::string scale = config.shown("attn_scale"), floor = config.shown("floor_scale");
      model.remarks.push_back("attn_temperature_tuning (floor_scale " + (floor.empty() ? "8192" : floor) +
                              ", attn_scale " + (scale.empty() ? "0.1" : scale) +
                              "): the model multiplies q of the full layers by it before the kernel");
    }
  }
};

} // namespace

void readDecoder(Config &config, Model &model) { Decoder(config, model, rowOf(model.type)).run(); }

} // namespace attnc::import
