// Bert.cpp - BERT: an encoder, or a causal decoder if is_decoder.
//
// Source: models/bert/configuration_bert.py and modeling_bert.py of huggingface/transformers.
#include "tools/import/Common.h"
#include "tools/import/Readers.h"

namespace attnc::import {

void readBert(Config &config, Model &model) {
  LayerKind kind;
  const bool decoder = config.flag("is_decoder", false);
  kind.name = decoder ? "decoder" : "encoder";
  kind.encoder = !decoder;
  const int64_t heads = config.integer("num_attention_heads");
  kind.heads = headsFact(config, heads, heads, "num_attention_heads", "");
  kind.headDim = headDimFact(config, quotient(config, config.integer("hidden_size"), heads, "hidden_size"),
                             "hidden_size / num_attention_heads", "hidden_size");
  kind.mask = decoder ? Fact{"causal", "is_decoder", config.where("is_decoder")}
                      : Fact{"none", "an encoder: every token sees every token", {}};
  const std::string positions = config.text("position_embedding_type", "absolute");
  if (positions != "absolute")
    config.fail(Code::Unsupported,
                "expected absolute for 'position_embedding_type', got '" + positions +
                    "': its scores are products of queries with distance embeddings, which a spec cannot say",
                "position_embedding_type");
  if (config.flag("add_cross_attention", false))
    model.remarks.push_back(
        "add_cross_attention: the layers that look at an encoder need a spec of their own (mask: "
        "none)");
  remarkOnBias(model, "biases of q, k and v");
  remarkOnDropout(config, model, "attention_probs_dropout_prob");
  model.kinds.push_back(std::move(kind));
}

} // namespace attnc::import
