// FormatKeys.h - every word of the spec format: those of this version, and those kept for later ones.
//
// Data only. A word moves from a reserved list to the known one in the change that implements it.
#pragma once

#include <array>
#include <string_view>

namespace attnc::keys {

using Word = std::string_view;

inline constexpr std::array<Word, 29> kTop{
    "attnc",     "name",      "phase",      "new_tokens", "heads",  "head_dim", "head_dim_v", "dtype",
    "out_dtype", "layout",    "qkv",        "qkv_bias",   "cache",  "append",   "active",     "rope",
    "alignment", "lengths",   "anchor",     "mask",       "score",  "inputs",   "params",     "outputs",
    "schedule",  "precision", "accumulate", "fallback",   "extends"};
inline constexpr std::array<Word, 17> kTopReserved{// heads, sizes, tensors
                                                   "positions", "mla",
                                                   // scores that are more than an expression
                                                   "skip_softmax", "softmax", "epilogue",
                                                   // the cache
                                                   "paging", "quant", "beams", "encoder_cache",
                                                   // scheduling and behaviour
                                                   "split", "cascade", "in_flight", "speculative",
                                                   "deterministic", "family", "nonfinite", "lse"};

inline constexpr std::array<Word, 12> kCache{"layout", "page",  "table", "tables", "pools", "order",
                                             "dtype",  "scale", "group", "window", "keep",  "beams"};
inline constexpr std::array<Word, 2> kBeams{"width", "shared_prompt"};
inline constexpr std::array<Word, 7> kCacheDtypes{"f16", "bf16", "f32", "e4m3", "e5m2", "i8", "i4"};
inline constexpr std::array<Word, 4> kCacheScales{"tensor", "head", "token", "channel"};
inline constexpr std::array<Word, 2> kCacheLayouts{"contiguous", "paged"};
inline constexpr std::array<Word, 2> kPageTables{"dense", "csr"};
inline constexpr std::array<Word, 2> kCacheTables{"shared", "separate"};
inline constexpr std::array<Word, 2> kCachePools{"separate", "combined"};
/// Of an order or a dtype that k and v have of their own.
inline constexpr std::array<Word, 2> kCacheParts{"k", "v"};
/// Any order of these letters is an order of a cache.
inline constexpr Word kCacheAxes = "nhd";

inline constexpr std::array<Word, 1> kAppend{"at"};
inline constexpr std::array<Word, 2> kAppendPlaces{"end", "write_indices"};

inline constexpr std::array<Word, 2> kHeads{"query", "kv"};
inline constexpr std::array<Word, 1> kHeadsReserved{"packing"};

/// Masks written as a word, and as a mapping of one key.
inline constexpr std::array<Word, 2> kMaskWords{"none", "causal"};
inline constexpr std::array<Word, 17> kMaskKeys{
    "sliding_window", "window", "chunked", "prefix_lm", "streaming",    "documents",
    "tree",           "tensor", "bits",    "strided",   "block_sparse", "bsr",
    "left_padding",   "all",    "any",     "not",       "expr"};
inline constexpr std::array<Word, 1> kMaskReserved{"causal_anchor"};
inline constexpr std::array<Word, 2> kWindow{"left", "right"};

inline constexpr std::array<Word, 8> kScore{"scale", "logn",          "softcap", "bias",
                                            "alibi", "relative_bias", "expr",    "sinks"};
inline constexpr std::array<Word, 2> kScoreReserved{"softmax", "skip_below"};
inline constexpr std::array<Word, 2> kSinks{"logits", "in_lse"};

inline constexpr std::array<Word, 10> kRope{"style",   "dim",         "of",     "keys",      "base",
                                            "scaling", "frequencies", "tables", "positions", "sections"};
inline constexpr std::array<Word, 2> kRopeStyles{"neox", "gptj"};
inline constexpr std::array<Word, 2> kRopeTensors{"q", "k"};
inline constexpr std::array<Word, 2> kRopeKeys{"append", "read"};
/// The same beside a cache that lacks the new keys.
inline constexpr std::array<Word, 2> kRopeActiveKeys{"active", "read"};
inline constexpr std::array<Word, 2> kRopeTables{"cos", "sin"};
inline constexpr std::array<Word, 5> kRopeScalings{"linear", "ntk", "llama3", "yarn", "longrope"};
inline constexpr std::array<Word, 1> kRopeLinear{"factor"};
inline constexpr std::array<Word, 2> kRopeNtk{"factor", "original_length"};
inline constexpr std::array<Word, 4> kRopeLlama3{"factor", "low_freq_factor", "high_freq_factor",
                                                 "original_length"};
inline constexpr std::array<Word, 6> kRopeYarn{"factor",    "original_length", "beta_fast",
                                               "beta_slow", "truncate",        "attention_factor"};
inline constexpr std::array<Word, 5> kRopeLongRope{"short_factor", "long_factor", "original_length", "factor",
                                                   "attention_factor"};

inline constexpr std::array<Word, 2> kInput{"shape", "dtype"};
inline constexpr std::array<Word, 3> kInputReserved{"layout", "bits", "broadcast"};
inline constexpr std::array<Word, 7> kDims{"batch",  "heads",   "kv_heads", "q_len",
                                           "kv_len", "total_q", "total_kv"};

inline constexpr std::array<Word, 2> kParam{"type", "default"};
inline constexpr std::array<Word, 1> kParamReserved{"per"};

inline constexpr std::array<Word, 6> kOutputs{"out", "lse", "row_max", "max_logit", "k_rotated", "debug"};
inline constexpr std::array<Word, 2> kOutputsReserved{"row_sum", "weights"};

inline constexpr std::array<Word, 7> kSchedule{"tile_q", "tile_kv",   "stages", "warps",
                                               "family", "block_map", "packing"};
inline constexpr std::array<Word, 6> kScheduleReserved{"roles",      "split",   "mma",
                                                       "persistent", "cluster", "registers"};

inline constexpr std::array<Word, 3> kPhases{"prefill", "decode", "append"};
inline constexpr std::array<Word, 2> kPhasesReserved{"mixed", "chunked_prefill"};
/// `bshd` is another name of `padded`.
inline constexpr std::array<Word, 4> kLayouts{"packed", "padded", "bhsd", "bshd"};
inline constexpr std::array<Word, 3> kLayoutsReserved{"contiguous", "paged", "cyclic"};
/// Beside these, any order of the letters of kAxes is a layout; a mapping gives each tensor an order of its
/// own.
inline constexpr Word kAxes = "bshd";
inline constexpr std::array<Word, 4> kLayoutTensors{"q", "k", "v", "out"};
inline constexpr std::array<Word, 2> kLayoutFusedTensors{"qkv", "out"};
inline constexpr std::array<Word, 2> kLayoutCachedTensors{"q", "out"};
/// Where nothing attends: what is put into a cache.
inline constexpr std::array<Word, 2> kLayoutAppendTensors{"k", "v"};
inline constexpr std::array<Word, 1> kLayoutAppendFusedTensors{"qkv"};
inline constexpr std::array<Word, 2> kQkv{"separate", "fused"};
inline constexpr std::array<Word, 3> kLengths{"none", "kv", "both"};
inline constexpr std::array<Word, 2> kAnchors{"bottom_right", "top_left"};
inline constexpr std::array<Word, 3> kDtypes{"f16", "bf16", "f32"};
inline constexpr std::array<Word, 6> kOutDtypes{"f16", "bf16", "f32", "e4m3", "e5m2", "i8"};
inline constexpr std::array<Word, 1> kOutDtypesReserved{"e2m1"};
inline constexpr std::array<Word, 5> kDtypesReserved{"tf32", "e4m3", "e5m2", "i8", "i4"};
inline constexpr std::array<Word, 2> kPrecisions{"f32", "tf32"};
inline constexpr std::array<Word, 2> kAccumulates{"f32", "f16"};
inline constexpr std::array<Word, 2> kFallbacks{"none", "plain"};
inline constexpr std::array<Word, 2> kFamilies{"mma", "plain"};
inline constexpr std::array<Word, 5> kInputDtypes{"f32", "f16", "bf16", "i32", "bool"};
inline constexpr std::array<Word, 2> kParamTypes{"f32", "i32"};
inline constexpr std::array<Word, 0> kNone{};

} // namespace attnc::keys
