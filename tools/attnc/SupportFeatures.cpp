// SupportFeatures.cpp - the table.
#include "tools/attnc/SupportFeatures.h"

#include "specs/FormatKeys.h"

#include <algorithm>
#include <array>

namespace attnc::cli {
namespace {

constexpr SupportFeature kFeatures[] = {
    {"heads", "MHA", "heads: 4"},
    {"heads", "GQA", "heads: {query: 6, kv: 2}"},
    {"heads", "MQA", "heads: {query: 4, kv: 1}"},
    {"heads", "v narrower than q (192 / 128)", "head_dim: 192\nhead_dim_v: 128"},
    {"heads", "v wider than q (64 / 256)", "head_dim: 64\nhead_dim_v: 256"},
    {"heads", "latent heads (576 / 512)", "head_dim: 576\nhead_dim_v: 512"},
    {"layout", "packed tokens", "layout: packed"},
    {"layout", "padded, bshd", "layout: padded"},
    {"layout", "padded, lengths of keys only", "layout: padded\nlengths: kv"},
    {"layout", "padded, no lengths", "layout: padded\nlengths: none"},
    {"layout", "bhsd", "layout: bhsd"},
    {"layout", "one order of axes a tensor, d not innermost", "layout: {q: bhds, k: bdhs, v: sbhd}"},
    {"layout", "q, k and v in one tensor", "qkv: fused"},
    {"layout", "q, k and v in one tensor, any order", "layout: {qkv: bdsh}\nqkv: fused"},
    {"layout", "bias of q, k and v", "qkv_bias: true"},
    {"layout", "addresses of 8 bytes", "alignment: 8"},
    {"layout", "addresses of 4 bytes", "alignment: 4"},
    {"layout", "addresses of 2 bytes", "alignment: 2"},
    {"cache", "contiguous", "cache: {layout: contiguous}"},
    {"cache", "contiguous, keys with d not innermost",
     "cache: {layout: contiguous, order: {k: hdn, v: hnd}}"},
    {"cache", "pages of 1 token", "cache: {layout: paged, page: 1}"},
    {"cache", "pages of 16 tokens", "cache: {layout: paged, page: 16}"},
    {"cache", "pages of 256 tokens", "cache: {layout: paged, page: 256}"},
    {"cache", "pages of 24 tokens, which tiles do not divide", "cache: {layout: paged, page: 24}"},
    {"cache", "CSR table", "cache: {layout: paged, page: 16, table: csr}"},
    {"cache", "tables and pools of k and v apart", "cache: {layout: paged, page: 16, tables: separate}"},
    {"cache", "k and v in one pool, heads before tokens",
     "cache: {layout: paged, page: 16, pools: combined, order: hnd}"},
    {"cache", "e4m3", "cache: {layout: paged, page: 16, dtype: e4m3}"},
    {"cache", "e5m2, a scale a head", "cache: {layout: paged, page: 16, dtype: e5m2, scale: head}"},
    {"cache", "i8, a scale a token and head", "cache: {layout: paged, page: 16, dtype: i8, scale: token}"},
    {"cache", "i8, a scale a channel", "cache: {layout: paged, page: 16, dtype: i8, scale: channel}"},
    {"cache", "i4, a scale a token and 32 dims",
     "cache: {layout: paged, page: 16, dtype: i4, scale: token, group: 32}"},
    {"cache", "i8", "cache: {layout: contiguous, dtype: i8}"},
    {"cache", "keys of e4m3, values as queries are", "cache: {layout: paged, page: 16, dtype: {k: e4m3}}"},
    {"cache", "cyclic, in pages, four tokens kept",
     "cache: {layout: paged, page: 16, window: 1028, keep: 4}\nmask: causal"},
    {"cache", "cyclic, appended to",
     "phase: decode\ncache: {layout: contiguous, window: 4096}\nappend: end\nmask: {sliding_window: 4096}"},
    {"cache", "beams, in pages, a common prompt",
     "phase: decode\ncache: {layout: paged, page: 16, beams: {width: 4, shared_prompt: true}}\nmask: causal"},
    {"cache", "beams, contiguous", "phase: decode\ncache: {layout: contiguous, beams: 4}\nmask: causal"},
    {"cache", "new keys and values beside it",
     "cache: {layout: paged, page: 16}\nactive: true\nmask: causal"},
    {"cache", "prefill over earlier chunks", "cache: {layout: paged, page: 16, table: csr}\nmask: causal"},
    {"append", "new tokens at the end, then attention over all",
     "cache: {layout: paged, page: 16}\nappend: end\nmask: causal"},
    {"append", "fused q, k and v, bias, rotation, e4m3",
     "phase: decode\nqkv: fused\nqkv_bias: true\ncache: {layout: paged, page: 16, dtype: e4m3, scale: "
     "head}\nappend: "
     "end\nrope: {}\nmask: causal"},
    {"append", "keys rotated as they are read",
     "cache: {layout: paged, page: 16}\nappend: end\nrope: {keys: read}\nmask: causal"},
    {"append", "rotated keys as an output",
     "cache: {layout: paged, page: 16}\nappend: end\nrope: {}\nmask: causal\noutputs: [out, k_rotated]"},
    {"append", "from an index of each request on, alone",
     "phase: append\nlayout: bhsd\nlengths: none\ncache: {layout: contiguous, order: hnd}\nappend: "
     "write_indices"},
    {"append", "alone, into pages, i8", "phase: append\ncache: {layout: paged, page: 16, dtype: i8}"},
    {"append", "i4, a scale a token and 16 dims, then attention over all",
     "phase: decode\ncache: {layout: paged, page: 16, dtype: i4, scale: token, group: 16}\nappend: "
     "end\nmask: "
     "causal"},
    {"decode", "four active tokens beside the cache, rotated here",
     "phase: decode\nnew_tokens: 4\ncache: {layout: contiguous, order: {k: hdn, v: hnd}}\nactive: "
     "true\nrope: {}\n"
     "mask: causal"},
    {"decode", "one new token, heads packed",
     "phase: decode\ncache: {layout: paged, page: 16}\nmask: causal"},
    {"decode", "four new tokens, a tree",
     "phase: decode\nnew_tokens: 4\nlayout: padded\nlengths: kv\ncache: {layout: paged, page: 16}\ninputs: "
     "{t: "
     "{shape: [batch, q_len, q_len], dtype: bool}}\nmask: {tree: t}"},
    {"decode", "16 new tokens",
     "phase: decode\nnew_tokens: 16\ncache: {layout: paged, page: 16}\nmask: causal"},
    {"decode", "sliding window and sinks",
     "phase: decode\ncache: {layout: paged, page: 16}\ninputs: {sink: {shape: [heads], dtype: bf16}}\nmask: "
     "{sliding_window: 128}\nscore: {sinks: sink}\noutputs: [out, lse]"},
    {"decode", "without a cache", "phase: decode\nmask: causal"},
    {"decode", "each head a tile of its own",
     "phase: decode\ncache: {layout: paged, page: 16}\nschedule: {packing: false}"},
    {"types", "f32 out", "out_dtype: f32"},
    {"types", "e4m3 out", "out_dtype: e4m3"},
    {"types", "i8 out", "out_dtype: i8"},
    {"types", "f16 accumulation", "accumulate: f16"},
    {"types", "f32 as tf32", "dtype: f32\nprecision: tf32"},
    {"types", "f32 without tensor cores", "dtype: f32\nfallback: plain"},
    {"types", "any family, the plain one if need be", "fallback: plain"},
    {"outputs", "out and lse", "outputs: [out, lse]"},
    {"outputs", "row max", "outputs: [out, row_max]"},
    {"outputs", "largest logit of a head", "outputs: [out, max_logit]"},
    {"outputs", "dumps of every tile, for debugging", "outputs: [out, debug]"},
    {"mask", "none", "mask: none"},
    {"mask", "causal, bottom right", "mask: causal"},
    {"mask", "causal, top left", "mask: causal\nanchor: top_left"},
    {"mask", "sliding window", "mask: {all: [causal, {sliding_window: 4096}]}"},
    {"mask", "window to both sides", "mask: {window: {left: 128, right: 64}}"},
    {"mask", "chunked", "mask: {all: [causal, {chunked: 8192}]}"},
    {"mask", "prefix-LM, prefix per request",
     "inputs: {n: {shape: [batch], dtype: i32}}\nmask: {prefix_lm: n}"},
    {"mask", "StreamingLLM", "mask: {streaming: {window: 1024, keep: 4}}"},
    {"mask", "documents by ids",
     "layout: padded\ninputs: {ids: {shape: [batch, kv_len], dtype: i32}}\nmask: {all: [causal, {documents: "
     "ids}]}"},
    {"mask", "documents by starts",
     "layout: padded\ninputs: {cu: {shape: [batch, 9], dtype: i32}}\nmask: {all: [causal, {documents: "
     "{starts: cu}}]}"},
    {"mask", "left padding",
     "inputs: {pad: {shape: [batch], dtype: i32}}\nmask: {all: [causal, {left_padding: pad}]}"},
    {"mask", "local and strided", "mask: {strided: {local: 16, stride: 8, block: 64, head_step: 1}}"},
    {"mask", "tree, bool matrix",
     "layout: padded\ninputs: {t: {shape: [batch, q_len, q_len], dtype: bool}}\nmask: {tree: t}"},
    {"mask", "tree, bits", "layout: padded\ninputs: {t: {shape: [q_len, 4], dtype: i32}}\nmask: {tree: t}"},
    {"mask", "tree, parents", "inputs: {p: {shape: [batch, q_len], dtype: i32}}\nmask: {tree: {parents: p}}"},
    {"mask", "bool tensor",
     "layout: padded\ninputs: {m: {shape: [batch, 1, q_len, kv_len], dtype: bool}}\nmask: {tensor: m}"},
    {"mask", "bit tensor",
     "layout: padded\ninputs: {w: {shape: [batch, q_len, 64], dtype: i32}}\nmask: {bits: w}"},
    {"mask", "block-sparse map",
     "inputs: {m: {shape: [heads, 16, 16], dtype: bool}}\nmask: {block_sparse: m}"},
    {"mask", "block-sparse rows (BSR)",
     "inputs: {ptr: {shape: [17], dtype: i32}, col: {shape: [40], dtype: i32}}\nmask: {bsr: {indptr: ptr, "
     "indices: col}}"},
    {"mask", "expression with a run-time scalar",
     "params: {w: {type: i32, default: 100}}\nmask: \"kv <= q and q - kv < w\""},
    {"mask", "not, any, all", "mask: {any: [{not: {window: {left: 9}}}, {all: [causal, kv < 16]}]}"},
    {"score", "scale given", "score: {scale: 0.0625}"},
    {"score", "scale as a run-time scalar", "params: {tau: {type: f32, default: 0.1}}\nscore: {scale: tau}"},
    {"score", "soft-cap", "score: {softcap: 50.0}"},
    {"score", "logn", "score: {logn: 2048}"},
    {"score", "additive bias tensor",
     "layout: padded\ninputs: {bias: {shape: [1, heads, q_len, kv_len], dtype: f16}}\nscore: {bias: bias}"},
    {"score", "ALiBi, computed", "mask: causal\nscore: {alibi: computed}"},
    {"score", "ALiBi, slopes given",
     "inputs: {slope: {shape: [heads], dtype: f32}}\nmask: causal\nscore: {alibi: slope}"},
    {"score", "T5 relative bias",
     "inputs: {t: {shape: [32, heads], dtype: f32}}\nscore: {scale: 1.0, relative_bias: t}"},
    {"score", "sinks in the lse",
     "inputs: {sink: {shape: [heads], dtype: f32}}\nscore: {sinks: sink}\noutputs: [out, lse]"},
    {"score", "sinks outside the lse",
     "inputs: {sink: {shape: [heads], dtype: bf16}}\nscore: {sinks: {logits: sink, in_lse: false}}\noutputs: "
     "[out, lse]"},
    {"score", "expression", "score: {expr: \"s * exp2(-0.01 * abs(q - kv)) + tanh(s)\"}"},
    {"rope", "NeoX", "rope: {}"},
    {"rope", "GPT-J", "rope: {style: gptj}"},
    {"rope", "the first dims only", "rope: {dim: 32}"},
    {"rope", "of q only", "rope: {of: [q]}"},
    {"rope", "q, k and v in one tensor, with a bias", "qkv: fused\nqkv_bias: true\nrope: {}"},
    {"rope", "linear scaling", "rope: {scaling: {linear: 4.0}}"},
    {"rope", "dynamic NTK, by request", "rope: {scaling: {ntk: {factor: 4.0, original_length: 4096}}}"},
    {"rope", "Llama 3 scaling",
     "rope: {base: 500000.0, scaling: {llama3: {factor: 8.0, original_length: 8192}}}"},
    {"rope", "YaRN", "rope: {scaling: {yarn: {factor: 32.0, original_length: 4096}}}"},
    {"rope", "LongRoPE, by request",
     "rope: {dim: 4, scaling: {longrope: {short_factor: [1.0, 1.1], long_factor: [1.5, 9.0], "
     "original_length: 4096, "
     "factor: 32.0}}}"},
    {"rope", "inverse frequencies as a tensor",
     "inputs: {inv: {shape: [16], dtype: f32}}\nrope: {dim: 32, frequencies: inv}"},
    {"rope", "cosines and sines by position",
     "inputs: {co: {shape: [4096, 16], dtype: f32}, si: {shape: [4096, 16], dtype: f32}}\nrope: {dim: 32, "
     "tables: {cos: "
     "co, sin: si}}"},
    {"rope", "cosines and sines by token",
     "inputs: {co: {shape: [total_kv, 16], dtype: f16}, si: {shape: [total_kv, 16], dtype: f16}}\nrope: "
     "{dim: 32, "
     "tables: {cos: co, sin: si}}"},
    {"rope", "position ids", "inputs: {ids: {shape: [total_kv], dtype: i32}}\nrope: {positions: ids}"},
    {"rope", "mRoPE, three positions a token",
     "inputs: {ids: {shape: [3, total_kv], dtype: i32}}\nrope: {dim: 32, positions: ids, sections: [4, 6, "
     "6]}"},
    {"schedule", "pinned: 128 x 64, 2 stages, 4 warps",
     "schedule: {tile_q: 128, tile_kv: 64, stages: 2, warps: 4}"},
    {"schedule", "pinned: 64 x 128, 3 stages", "schedule: {tile_q: 64, tile_kv: 128, stages: 3}"},
    {"schedule", "pinned: packing in prefill", "schedule: {packing: true}"},
    {"later", "split KV", "split: 4"},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kPlain = {{
    {"attnc", "attnc: 1"},
    {"name", "name: probe"},
    {"phase", "phase: prefill"},
    {"heads", "heads: {query: 4, kv: 2}"},
    {"layout", "layout: packed"},
}};

bool hasKey(std::string_view fragment, std::string_view key) {
  const std::string line = std::string(key) + ":";
  return fragment.starts_with(line) || fragment.find("\n" + line) != std::string_view::npos;
}

} // namespace

std::span<const SupportFeature> supportFeatures() { return kFeatures; }

bool isAskedWith(const SupportFeature &feature, std::string_view dtype, bool plainIsSupported) {
  if (hasKey(feature.yaml, "dtype"))
    return feature.yaml.starts_with("dtype: " + std::string(dtype) + "\n");
  if (hasKey(feature.yaml, "fallback"))
    return std::find(keys::kDtypes.begin(), keys::kDtypes.end(), dtype) != keys::kDtypes.end();
  return plainIsSupported;
}

std::string probeSpec(std::string_view fragment, std::string_view dtype, int64_t headDim) {
  std::string out;
  auto line = [&](std::string_view key, const std::string &text) {
    if (!hasKey(fragment, key))
      out += text + "\n";
  };
  for (const auto &[key, text] : kPlain)
    line(key, std::string(text));
  line("head_dim", "head_dim: " + std::to_string(headDim));
  line("dtype", "dtype: " + std::string(dtype));
  if (fragment.find("phase: append") == std::string_view::npos)
    line("mask", "mask: none");
  return out + std::string(fragment) + (fragment.empty() ? "" : "\n");
}

} // namespace attnc::cli
