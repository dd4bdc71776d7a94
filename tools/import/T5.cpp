// T5.cpp - T5: encoder, decoder and cross attention, without a scale and with a learned bias by distance.
//
// Source: models/t5/configuration_t5.py and modeling_t5.py (T5Attention) of huggingface/transformers: no
// scale, the table is [buckets, heads], bidirectional in the encoder, no bias where a decoder looks at the
// encoder.
#include "tools/import/Common.h"
#include "tools/import/Readers.h"

namespace attnc::import {

void readT5(Config &config, Model &model) {
  LayerKind base;
  const int64_t heads = config.integer("num_heads");
  base.heads = headsFact(config, heads, heads, "num_heads", "");
  base.headDim = headDimFact(config, config.integer("d_kv"), "d_kv", "d_kv");
  base.encoder = true;
  base.score.emplace_back("scale", Fact{"1.0", "T5 does not scale", {}});
  const int64_t buckets = integerOr(config, model, "relative_attention_num_buckets", 32, "T5Config");
  const int64_t distance = config.maybeInteger("relative_attention_max_distance").value_or(128);
  auto kind = [&](const std::string &name, const std::string &mask, const std::string &bias) {
    LayerKind out = base;
    out.name = name;
    out.mask = {mask, name == "cross" ? "queries of the decoder, keys of the encoder" : "", {}};
    if (!bias.empty()) {
      out.inputs.emplace_back("buckets", Fact{"{shape: [" + std::to_string(buckets) + ", heads], dtype: f32}",
                                              "relative_attention_num_buckets",
                                              config.where("relative_attention_num_buckets")});
      out.score.emplace_back("relative_bias",
                             Fact{"{table: buckets, max_distance: " + std::to_string(distance) +
                                      ", bidirectional: " + bias + "}",
                                  "relative_attention_bias of the first layer",
                                  config.where("relative_attention_max_distance")});
    }
    model.kinds.push_back(std::move(out));
  };
  kind("encoder", "none", "true");
  if (config.flag("is_encoder_decoder", true)) {
    kind("decoder", "causal", "false");
    kind("cross", "none", "");
  }
  model.remarks.push_back("relative_attention_bias: the first layer's table serves all layers of its stack");
  remarkOnDropout(config, model, "dropout_rate");
}

} // namespace attnc::import
