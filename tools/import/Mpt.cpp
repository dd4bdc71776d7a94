// Mpt.cpp - MPT: everything about attention is in attn_config.
//
// Source: models/mpt/configuration_mpt.py and modeling_mpt.py (build_mpt_alibi_tensor) of
// huggingface/transformers.
#include "specs/NumberText.h"
#include "tools/import/Common.h"
#include "tools/import/Readers.h"

namespace attnc::import {
namespace {

/// Slopes 2^(-i * alibi_bias_max / n) in the order of the ALiBi paper; the spec's own are those of 8.
void readAlibi(Config &attention, Model &model, LayerKind &kind) {
  if (!attention.flag("alibi", true)) {
    model.remarks.push_back("alibi false: positions come from elsewhere, before the kernel");
    return;
  }
  const int64_t most = attention.maybeInteger("alibi_bias_max").value_or(8);
  if (most == 8) {
    kind.score.emplace_back(
        "alibi", Fact{"computed", "attn_config.alibi, alibi_bias_max 8", attention.where("alibi")});
    return;
  }
  kind.inputs.emplace_back("slopes", Fact{"{shape: [heads], dtype: f32}",
                                          "2 ** (-i * alibi_bias_max / n), made by the caller",
                                          attention.where("alibi_bias_max")});
  kind.score.emplace_back("alibi", Fact{"slopes", "attn_config.alibi", attention.where("alibi")});
  model.remarks.push_back("alibi_bias_max " + std::to_string(most) +
                          ": the spec computes slopes for 8 only, so they are an input here");
}

} // namespace

void readMpt(Config &config, Model &model) {
  LayerKind kind;
  kind.name = "full";
  const int64_t heads = config.integer("n_heads");
  int64_t kv = heads;
  kind.headDim = headDimFact(config, quotient(config, config.integer("d_model"), heads, "d_model"),
                             "d_model / n_heads", "d_model");
  kind.mask = {"causal", "", {}};
  if (!config.has("attn_config"))
    model.remarks.push_back(
        "'attn_config' is not in the file: the defaults of MptAttentionConfig taken (alibi)");
  Config attention = config.has("attn_config") ? config.child("attn_config") : config.none();
  const std::string type = attention.text("attn_type", "multihead_attention");
  if (type == "multiquery_attention")
    kv = 1;
  else if (type == "grouped_query_attention")
    kv = attention.integer("kv_n_heads");
  else if (type != "multihead_attention")
    attention.fail(Code::Unsupported,
                   "expected multihead_attention, multiquery_attention or grouped_query_attention for "
                   "'attn_config.attn_type', got '" +
                       type + "'",
                   "attn_type");
  kind.heads = headsFact(config, heads, kv, "n_heads", kv == heads ? "" : "attn_config.attn_type");
  if (std::optional<double> scale = attention.maybeNumber("softmax_scale"))
    kind.score.emplace_back(
        "scale", Fact{floatText(*scale), "attn_config.softmax_scale", attention.where("softmax_scale")});
  readAlibi(attention, model, kind);
  if (attention.flag("prefix_lm", false)) {
    kind.inputs.emplace_back("prefix", Fact{"{shape: [batch], dtype: i32}", "tokens of the prefix", {}});
    kind.mask = {"{prefix_lm: prefix}", "attn_config.prefix_lm", attention.where("prefix_lm")};
  }
  if (attention.flag("attn_uses_sequence_id", false)) {
    kind.inputs.emplace_back("ids", Fact{"{shape: [batch, kv_len], dtype: i32}", "token_type_ids", {}});
    kind.mask = {"{all: [" + kind.mask.value + ", {documents: ids}]}", "attn_config.attn_uses_sequence_id",
                 attention.where("attn_uses_sequence_id")};
  }
  if (std::string clip = attention.shown("clip_qkv"); !clip.empty())
    model.remarks.push_back("clip_qkv " + clip + ": the model clips q, k and v before the kernel");
  if (attention.flag("qk_ln", false))
    model.remarks.push_back("qk_ln: q and k are normalised before the kernel");
  if (attention.flag("rope", false))
    model.remarks.push_back("rope: Q and K must come rotated");
  (void)attention.shown("attn_impl"); // which library computes it, not what
  remarkOnDropout(attention, model, "attn_pdrop");
  for (const std::string &key : attention.unread())
    model.remarks.push_back("attn_config." + key +
                            ": not known to this importer; see whether it changes the attention");
  config.adopt(attention.status());
  model.kinds.push_back(std::move(kind));
}

} // namespace attnc::import
