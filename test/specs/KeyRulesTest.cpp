// KeyRulesTest.cpp - rules K1..K6: keys, reserved words, kinds of values.
#include "RuleCases.h"

#include "specs/FormatKeys.h"

using namespace attnc;
using namespace attnc::test;

namespace {

const std::vector<Bad> kBad{
    {"K1", {"head_dimm: 64"}, "unknown key 'head_dimm' in the spec; did you mean 'head_dim'", 9, 1},
    {"K1", {"softcap: 50.0"}, "unknown key 'softcap' in the spec; it belongs in 'score'", 9, 1},
    {"K1", {"sliding_window: 4"}, "unknown key 'sliding_window' in the spec; it belongs in 'mask'", 9, 1},
    {"K1", {"ropes: 4"}, "unknown key 'ropes' in the spec; did you mean 'rope'", 9, 1},
    {"K1", {"heads: {q: 8, kv: 8}"}, "unknown key 'q' in 'heads'; expected query or kv", 4, 9},
    {"K1",
     {"mask: {sliding_windw: 8}"},
     "unknown key 'sliding_windw' in 'mask'; did you mean 'sliding_window'",
     8,
     8},
    {"K1", {"mask: {window: {lft: 8}}"}, "unknown key 'lft' in 'window'; did you mean 'left'", 8, 17},
    {"K1", {"score: {softcp: 8}"}, "unknown key 'softcp' in 'score'; did you mean 'softcap'", 9, 9},
    {"K1",
     {"schedule: {tile: 8}"},
     "unknown key 'tile' in 'schedule'; expected tile_q, tile_kv, stages, warps, family, block_map or "
     "packing",
     9,
     12},
    {"K1",
     {"inputs: {x: {shape: [heads], type: f32}}"},
     "unknown key 'type' in 'x'; did you mean 'dtype'",
     9,
     30},
    {"K1", {"params: {x: {dtype: f32}}"}, "unknown key 'dtype' in 'x'; did you mean 'type'", 9, 14},
    {"K1",
     {"<<: {}"},
     "unknown key '<<' in the spec; expected attnc, name, phase, new_tokens, heads, head_dim, head_dim_v, "
     "dtype, "
     "out_dtype, layout, qkv, qkv_bias, cache, append, active, rope, alignment, lengths, "
     "anchor, mask, score, inputs, params, outputs, schedule, precision, accumulate, fallback or extends",
     9,
     1},
    {"K2", {"beams: {}"}, "key 'beams' is reserved and not implemented yet", 9, 1, 0, 0, kUnsupported},
    {"K2",
     {"mask: {causal_anchor: x}"},
     "key 'causal_anchor' is reserved and not implemented yet",
     8,
     8,
     0,
     0,
     kUnsupported},
    {"K2",
     {"mask: causal_anchor"},
     "mask 'causal_anchor' is reserved and not implemented yet",
     8,
     7,
     0,
     0,
     kUnsupported},
    {"K2",
     {"score: {skip_below: x}"},
     "key 'skip_below' is reserved and not implemented yet",
     9,
     9,
     0,
     0,
     kUnsupported},
    {"K2",
     {"phase: mixed"},
     "'phase' value 'mixed' is reserved and not implemented yet",
     3,
     8,
     0,
     0,
     kUnsupported},
    {"K2",
     {"layout: cyclic"},
     "'layout' value 'cyclic' is reserved and not implemented yet",
     7,
     9,
     0,
     0,
     kUnsupported},
    {"K2",
     {"outputs: [out, row_sum]"},
     "'outputs' value 'row_sum' is reserved and not implemented yet",
     9,
     16,
     0,
     0,
     kUnsupported},
    {"K2",
     {"schedule: {split: 2}"},
     "key 'split' is reserved and not implemented yet",
     9,
     12,
     0,
     0,
     kUnsupported},
    {"K3", {"heads: many"}, "expected an integer for 'heads', got 'many'", 4, 8},
    {"K3", {"heads: \"8\""}, "expected an integer for 'heads', got the string '8'", 4, 8},
    {"K3",
     {"heads: [8, 2]"},
     "expected an integer or a mapping of query and kv for 'heads', got a list",
     4,
     8},
    {"K3", {"head_dim: 064"}, "expected an integer without leading zeros for 'head_dim', got '064'", 5, 11},
    {"K3", {"head_dim: 1e2"}, "expected an integer for 'head_dim', got '1e2'", 5, 11},
    {"K3", {"head_dim:"}, "expected an integer for 'head_dim', got nothing", 5, 1},
    {"K3", {"dtype: {a: b}"}, "expected f16, bf16 or f32 for 'dtype', got a mapping", 6, 8},
    {"K3",
     {"mask: [causal]"},
     "expected none, causal, a mapping or an expression for 'mask', got a list",
     8,
     7},
    {"K3", {"mask:"}, "expected none, causal, a mapping or an expression for 'mask', got nothing", 8, 1},
    {"K3", {"mask: {}"}, "expected none, causal, a mapping or an expression for 'mask', got a mapping", 8, 7},
    {"K3",
     {"mask: {chunked: 8, window: {left: 1}}"},
     "expected one key in a mask, got 'window' as well; combine masks with all: [...] or any: [...]",
     8,
     20,
     8,
     8},
    {"K3", {"mask: {all: causal}"}, "expected a list of masks for 'all', got 'causal'", 8, 13},
    {"K3", {"mask: {expr: [1]}"}, "expected an expression for 'mask', got a list", 8, 14},
    {"K3", {"mask: {window: 5}"}, "expected a mapping for 'window', got '5'", 8, 16},
    {"K3", {"score: {softcap: fifty}"}, "expected a number for 'softcap', got 'fifty'", 9, 18},
    {"K3", {"score: {softcap: +5}"}, "expected a number for 'softcap', got '+5'", 9, 18},
    {"K3", {"outputs: out"}, "expected a list for 'outputs', got 'out'", 9, 10},
    {"K3", {"inputs: [bias]"}, "expected a mapping for 'inputs', got a list", 9, 9},
    {"K3", {"inputs: {x: f32}"}, "expected a mapping for 'x', got 'f32'", 9, 13},
    {"K4",
     {"phase: prefil"},
     "expected prefill, decode or append for 'phase', got 'prefil'; did you mean 'prefill'",
     3,
     8},
    {"K4", {"layout: ragged"}, "expected packed, padded, bhsd or bshd for 'layout', got 'ragged'", 7, 9},
    {"K1", {"layout: {qkv: bshd}"}, "unknown key 'qkv' in 'layout'; it belongs in the spec", 7, 10},
    {"K1", {"layout: {q: bshd}", "qkv: fused"}, "unknown key 'q' in 'layout'; expected qkv or out", 7, 10},
    {"K3", {"layout: {}"}, "expected the order of a tensor's axes in 'layout', got nothing", 7, 9},
    {"K4",
     {"layout: bsdd"},
     "expected packed, padded, bhsd or bshd for 'layout', got 'bsdd'; did you mean 'bshd'",
     7,
     9},
    {"K4", {"layout: {k: bsh}"}, "expected an order of the letters b, s, h and d for 'k', got 'bsh'", 7, 13},
    {"K4",
     {"layout: {out: packed}"},
     "expected an order of the letters b, s, h and d for 'out', got 'packed'",
     7,
     15},
    {"K4", {"qkv: packed"}, "expected separate or fused for 'qkv', got 'packed'", 9, 6},
    {"K4", {"qkv_bias: 1"}, "expected false or true for 'qkv_bias', got '1'", 9, 11},
    {"K4", {"layout: padded", "lengths: q"}, "expected none, kv or both for 'lengths', got 'q'", 9, 10},
    {"K4", {"anchor: left"}, "expected bottom_right or top_left for 'anchor', got 'left'", 9, 9},
    {"K4",
     {"mask: casual"},
     "expected none, causal, a mapping or an expression for 'mask', got 'casual'; did you mean 'causal'",
     8,
     7},
    {"K4",
     {"mask: 'true'"},
     "expected none, causal, a mapping or an expression for 'mask', got the string 'true'; did you mean "
     "'True'",
     8,
     7},
    {"K4",
     {"outputs: [out, lsee]"},
     "expected out, lse, row_max, max_logit, k_rotated or debug for 'outputs', got 'lsee'; did you mean "
     "'lse'",
     9,
     16},
    {"K5", {"-attnc"}, "expected the required key 'attnc', got none", 1, 1},
    {"K5", {"-mask"}, "expected the required key 'mask', got none", 1, 1},
    {"K5", {"-dtype"}, "expected the required key 'dtype', got none", 1, 1},
    {"K5", {"heads: {query: 8}"}, "expected 'kv' in 'heads', got none", 4, 8},
    {"K5", {"inputs: {x: {shape: [heads]}}"}, "expected 'dtype' in 'x', got none", 9, 10},
    {"K5", {"params: {x: {default: 1}}"}, "expected 'type' in 'x', got none", 9, 10},
    {"K6", {"attnc: 2"}, "expected format version 1 for 'attnc', got 2", 1, 8},
};

} // namespace

TEST(KeyRules, HaveTheirMessageAndPlace) { expectRules(kBad); }

TEST(KeyRules, EveryReservedWordIsDocumented) {
  std::string readme = readFile(std::string(ATTNC_SPECS_DIR) + "/README.md");
  std::string section = readme.substr(readme.find("## 5."), readme.find("## 6.") - readme.find("## 5."));
  size_t words = 0;
  auto check = [&](auto &list) {
    for (std::string_view word : list) {
      EXPECT_NE(section.find("`" + std::string(word) + "`"), std::string::npos) << word;
      ++words;
    }
  };
  check(keys::kTopReserved);
  check(keys::kHeadsReserved);
  check(keys::kMaskReserved);
  check(keys::kScoreReserved);
  check(keys::kInputReserved);
  check(keys::kParamReserved);
  check(keys::kOutputsReserved);
  check(keys::kScheduleReserved);
  check(keys::kPhasesReserved);
  check(keys::kLayoutsReserved);
  check(keys::kDtypesReserved);
  EXPECT_GT(words, 40u);
}
