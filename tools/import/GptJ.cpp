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
  remarkOnRope(config, model, {"rotary_dim", "rotary"});
  model.remarks.push_back(
      "rotation of GPT-J pairs neighbours (2i, 2i + 1), and the first rotary_dim elements only");
  remarkOnDropout(config, model, "attn_pdrop");
  model.kinds.push_back(std::move(kind));
}

} // namespace attnc::import
