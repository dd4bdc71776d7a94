// GptJ.cpp - GPT-J: plain causal attention under GPT-2's names.
//
// Source: models/gptj/configuration_gptj.py and modeling_gptj.py of huggingface/transformers; the scale is
// always 1 / sqrt(head_dim) there, whatever scale_attn_weights says.
#include "tools/import/Common.h"
#include "tools/import/Readers.h"

namespace attnc::import {

void readGptJ(Config &config, Model &model) {
  LayerKind kind;
  kind.name = "full";
  const int64_t heads = config.integer("n_head");
  kind.heads = headsFact(config, heads, heads, "n_head", "");
  kind.headDim = headDimFact(config, quotient(config, config.integer("n_embd"), heads, "n_embd"),
                             "n_embd / n_head", "n_embd");
  kind.mask = {"causal", "", {}};
  if (!config.flag("scale_attn_weights", true))
    model.remarks.push_back(
        "scale_attn_weights false: GPTJAttention does not look at it and scales all the same");
  // create_sinusoidal_positions: base 10000; without rotary_dim all elements turn.
  const std::string dim = config.shown("rotary_dim");
  (void)config.shown("rotary");
  kind.rope = {"{style: gptj" + (dim.empty() ? "" : ", dim: " + dim) + "}", "rotary_dim", config.where("rotary_dim")};
  model.remarks.push_back("rope: the kernel rotates q and k; without the key it takes them rotated");
  remarkOnDropout(config, model, "attn_pdrop");
  model.kinds.push_back(std::move(kind));
}

} // namespace attnc::import
