// Falcon.cpp - Falcon: three ways to say how many key/value heads, rotation or ALiBi.
//
// Source: models/falcon/configuration_falcon.py and modeling_falcon.py of huggingface/transformers.
#include "tools/import/Common.h"
#include "tools/import/Readers.h"

namespace attnc::import {

void readFalcon(Config &config, Model &model) {
  // Files of the first releases have n_head and n_head_kv.
  const std::string_view headsKey = config.has("num_attention_heads") ? "num_attention_heads" : "n_head";
  const int64_t heads = config.integer(config.has(headsKey) ? headsKey : "num_attention_heads");
  const std::string_view kvKey = config.has("num_kv_heads") ? "num_kv_heads"
                                 : config.has("n_head_kv")  ? "n_head_kv"
                                                            : "";
  const int64_t given = kvKey.empty() ? heads : config.maybeInteger(kvKey).value_or(heads);
  // FalconAttention.num_kv_heads
  const bool grouped = config.flag("new_decoder_architecture", false),
             single = config.flag("multi_query", true);
  LayerKind kind;
  kind.name = "full";
  kind.heads = headsFact(config, heads, grouped || !single ? given : 1, headsKey,
                         grouped || !single ? kvKey : std::string_view("multi_query"));
  kind.headDim = headDimFact(config, quotient(config, config.integer("hidden_size"), heads, "hidden_size"),
                             "hidden_size / " + std::string(headsKey), "hidden_size");
  kind.mask = {"causal", "", {}};
  if (config.flag("alibi", false)) {
    // FalconAttention adds the slopes before it multiplies by 1 / sqrt(head_dim).
    kind.score.emplace_back("alibi", Fact{"{slopes: computed, scaled: true}",
                                          "alibi, multiplied by the scale as well", config.where("alibi")});
    model.remarks.push_back(
        "alibi: the model counts positions from the first key; that differs by a constant a row, "
        "which changes lse and nothing else");
  } else {
    remarkOnRope(config, model, {"rope_theta", "rope_parameters", "rope_scaling"});
  }
  if (config.flag("bias", false))
    remarkOnBias(model, "biases of q, k and v");
  (void)config.shown("parallel_attn"); // where the MLP stands, not what attention does
  remarkOnDropout(config, model, "attention_dropout");
  model.kinds.push_back(std::move(kind));
}

} // namespace attnc::import
