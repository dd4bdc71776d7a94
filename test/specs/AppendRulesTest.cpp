// AppendRulesTest.cpp - rules S61..S65 and S79..S81: tokens that are put into a cache, and specs that do no
// more.
#include "RuleCases.h"

using namespace attnc;
using namespace attnc::test;

namespace {

const std::string kCache = "cache: {layout: contiguous}";

const std::vector<Bad> kBad{
    {"K1", {"append: {to: end}"}, "unknown key 'to' in 'append'; expected at", 9, 10},
    {"K1",
     {"phase: append", "-mask", kCache, "layout: {q: bhsd}"},
     "unknown key 'q' in 'layout'; expected k or v",
     7,
     10},
    {"K1",
     {"phase: append", "-mask", "qkv: fused", kCache, "layout: {k: bhsd}"},
     "unknown key 'k' in 'layout'; expected qkv",
     7,
     10},
    {"K4", {"append: start"}, "expected end or write_indices for 'append', got 'start'", 9, 9},
    {"K4",
     {kCache, "append: end", "rope: {keys: write}"},
     "expected append or read for 'keys', got 'write'",
     11,
     14},
    {"K5", {"append: {}"}, "expected 'at' in 'append', got none", 9, 9},
    {"K5", {"-mask", kCache, "append: end"}, "expected the required key 'mask', got none", 1, 1},
    {"S61", {"append: end"}, "expected a 'cache' where tokens are appended, got none", 9, 1},
    {"S61", {"phase: append", "-mask"}, "expected a 'cache' where tokens are appended, got none", 3, 8},
    {"S57",
     {"phase: append", "-mask", kCache, "new_tokens: 2"},
     "expected 'new_tokens' only with 'phase: decode', got it with append",
     9,
     13,
     3,
     8},
    {"S62",
     {"phase: append", kCache},
     "expected no 'mask' in 'phase: append', where nothing attends, got one",
     8,
     7,
     3,
     8},
    {"S62",
     {"phase: append", "-mask", kCache, "score: {softcap: 5.0}"},
     "expected no 'score' in 'phase: append', where nothing attends, got one",
     9,
     1,
     3,
     8},
    {"S62",
     {"phase: append", "-mask", kCache, "anchor: bottom_right"},
     "expected no 'anchor' in 'phase: append', where nothing attends, got one",
     9,
     9,
     3,
     8},
    {"S62",
     {"phase: append", "-mask", kCache, "out_dtype: bf16"},
     "expected no 'out_dtype' in 'phase: append', where nothing attends, got one",
     9,
     12,
     3,
     8},
    {"S62",
     {"phase: append", "-mask", kCache, "dtype: f32", "precision: tf32"},
     "expected no 'precision' in 'phase: append', where nothing attends, got one",
     9,
     12,
     3,
     8},
    {"S62",
     {"phase: append", "-mask", kCache, "dtype: f16", "accumulate: f16"},
     "expected no 'accumulate' in 'phase: append', where nothing attends, got one",
     9,
     13,
     3,
     8},
    {"S62",
     {"phase: append", "-mask", kCache, "fallback: none"},
     "expected no 'fallback' in 'phase: append', where nothing attends, got one",
     9,
     11,
     3,
     8},
    {"S62",
     {"phase: append", "-mask", kCache, "schedule: {warps: 4}"},
     "expected no 'schedule' in 'phase: append', where nothing attends, got one",
     9,
     1,
     3,
     8},
    {"S63",
     {"phase: append", "-mask", kCache, "rope: {}", "outputs: [k_rotated, out]"},
     "expected only k_rotated and debug in 'outputs' of 'phase: append', where nothing attends, got 'out'",
     10,
     22,
     3,
     8},
    {"S63",
     {"phase: append", "-mask", kCache, "outputs: []"},
     "expected k_rotated or debug in 'outputs' of 'phase: append', got nothing",
     9,
     10},
    {"S23",
     {"phase: append", "-mask", kCache, "rope: {}", "outputs: [k_rotated, k_rotated]"},
     "expected each output once, got 'k_rotated' again",
     10,
     22,
     10,
     11},
    {"S64",
     {"rope: {}", "outputs: [out, k_rotated]"},
     "expected 'k_rotated' only of keys that are rotated as they are appended, got it without 'append'",
     10,
     1},
    {"S64",
     {kCache, "append: end", "rope: {of: [q]}", "outputs: [out, k_rotated]"},
     "expected 'k_rotated' only of keys that are rotated as they are appended, got it of keys that are not "
     "rotated",
     12,
     1},
    {"S64",
     {kCache, "append: end", "rope: {keys: read}", "outputs: [out, k_rotated]"},
     "expected 'k_rotated' only of keys that are rotated as they are appended, got it of keys that are "
     "rotated as they are read",
     12,
     1},
    {"S65",
     {"phase: append", "-mask", "layout: padded", kCache, "append: write_indices", "lengths: kv"},
     "expected 'lengths' none or both where tokens are put at write indices and nothing attends, as no "
     "number "
     "of keys is read, got kv",
     10,
     10,
     9,
     9},
    {"S55",
     {"phase: append", "-mask", "layout: padded", "cache: {layout: paged, page: 16, table: csr}",
      "lengths: none"},
     "expected 'lengths' kv or both where a CSR page table says how long requests are, got none",
     9,
     10,
     8,
     41},
    {"S40",
     {"qkv: fused", kCache, "append: end", "head_dim_v: 64"},
     "expected 'head_dim_v' to be head_dim (128) where qkv is fused into one tensor, got 64",
     12,
     13,
     9,
     6},
    {"S79",
     {"rope: {keys: read}"},
     "expected 'keys' in 'rope' only where keys are appended or active, got it without 'append' and 'active'",
     9,
     14,
     9,
     1},
    {"S79",
     {kCache, "append: end", "rope: {of: [q], keys: append}"},
     "expected 'keys' in 'rope' only where k is rotated, got it where q alone is",
     11,
     23,
     11,
     12},
    {"S79",
     {"phase: append", "-mask", kCache, "rope: {keys: read}"},
     "expected 'keys: append' in 'phase: append', where nothing reads keys, got read",
     9,
     14,
     3,
     8},
    {"S80",
     {"phase: append", "-mask", kCache, "rope: {of: [q, k]}"},
     "expected 'of: [k]' in 'phase: append', where nothing reads q, got q",
     9,
     12,
     3,
     8},
    {"S74",
     {"phase: append", "-mask", "inputs: {p: {shape: [total_q], dtype: i32}}", kCache,
      "rope: {positions: {q: p}}"},
     "expected positions of what is rotated, got some of q",
     10,
     23,
     10,
     1},
    {"S74",
     {"inputs: {p: {shape: [total_q], dtype: i32}}", kCache, "append: end",
      "rope: {keys: read, positions: p}"},
     "expected an axis kv_len or total_kv, as k is rotated by it for the positions of k, got 'p'",
     12,
     31,
     9,
     10},
    {"S81",
     {"phase: append", "-mask", kCache, "append: write_indices",
      "rope: {scaling: {ntk: {factor: 2.0, original_length: 64}}}"},
     "expected a 'scaling' that is the same for any number of keys, as none is given where tokens are put at "
     "write indices and nothing attends, got ntk",
     10,
     18,
     9,
     9},
    {"S18",
     {"inputs: {write_indices: {shape: [batch], dtype: i32}}"},
     "expected a new name, got 'write_indices', which is a tensor of kernels",
     9,
     10},
};

Spec good(const std::vector<std::string> &edits) {
  Result<Spec> spec = readSpecText(edited(edits), "append.yaml");
  EXPECT_TRUE(spec.ok()) << spec.status().str() << "\n" << edited(edits);
  if (!spec.ok())
    return *readSpecText(edited({}), "base.yaml");
  const std::string text = specText(*spec);
  Result<Spec> again = readSpecText(text, "again.yaml");
  EXPECT_TRUE(again.ok()) << again.status().str() << "\n" << text;
  if (again.ok()) {
    EXPECT_EQ(specText(*again), text);
  }
  return *spec;
}

} // namespace

TEST(AppendRules, HaveTheirMessageAndPlace) { expectRules(kBad); }

/// What a cache that is only read forbids comes with the new tokens.
TEST(AppendRules, NewTokensMayBeFusedBiasedAndRotated) {
  const Spec spec = good({"layout: {qkv: bhsd, out: bshd}", "lengths: kv", "qkv: fused", "qkv_bias: true",
                          "cache: {layout: paged, page: 16, dtype: e4m3}", "append: end", "anchor: top_left",
                          "rope: {}", "outputs: [out, lse, k_rotated]"});
  ASSERT_TRUE(spec.append);
  EXPECT_FALSE(spec.append->atIndices);
  EXPECT_FALSE(spec.selfAttention());
  EXPECT_TRUE(spec.rope->ofQ && spec.rope->ofK);
  EXPECT_TRUE(spec.outputs.keysRotated);
  EXPECT_EQ(spec.axes, (TokenAxes{"bhsd", "bhsd", "bhsd", "bshd"}));
}

/// Positions and tables by row are those of the new keys as well, if they are rotated then.
TEST(AppendRules, KeysThatComeWithQueriesHaveTheirRows) {
  good({"inputs: {p: {shape: [total_q], dtype: i32}}", kCache, "append: end", "rope: {positions: p}"});
  good({"layout: padded", "inputs: {p: {shape: [batch, q_len], dtype: i32}}", kCache, "append: end",
        "rope: {keys: append, positions: {k: p}}"});
  good({"inputs: {c: {shape: [total_q, 64], dtype: f16}, d: {shape: [total_q, 64], dtype: f16}}", kCache,
        "append: end", "rope: {tables: {cos: c, sin: d}}"});
  good({"inputs: {p: {shape: [batch, kv_len], dtype: i32}}", kCache, "append: end",
        "rope: {keys: read, positions: p}"});
}

TEST(AppendRules, AloneHasItsDefaults) {
  const Spec spec = good({"phase: append", "-mask", "layout: {v: bhds}", kCache, "rope: {}"});
  ASSERT_TRUE(spec.append);
  EXPECT_FALSE(spec.append->atIndices);
  EXPECT_EQ(spec.append->where, spec.phase.where);
  EXPECT_FALSE(spec.attends());
  EXPECT_TRUE(spec.readsKeyLengths());
  EXPECT_FALSE(spec.rope->ofQ);
  EXPECT_TRUE(spec.rope->ofK);
  EXPECT_EQ(spec.axes, (TokenAxes{"bshd", "bshd", "bhds", "bshd"}));
  EXPECT_FALSE(spec.outputs.keysRotated);
}

/// No number of keys is read there, so that none has to be known.
TEST(AppendRules, WriteIndicesAloneAskForNoLengths) {
  const std::string csr = "cache: {layout: paged, page: 16, table: csr}";
  const Spec spec =
      good({"phase: append", "-mask", "layout: padded", "lengths: none", csr, "append: write_indices"});
  EXPECT_TRUE(spec.append->atIndices);
  EXPECT_FALSE(spec.readsKeyLengths());
  good({"phase: append", "-mask", "layout: padded", "lengths: both", csr, "append: write_indices"});
  good({"phase: append", "-mask", csr, "append: {at: write_indices}", "rope: {scaling: {linear: 4.0}}"});
  EXPECT_TRUE(good({csr, "append: write_indices"}).readsKeyLengths());
}

TEST(AppendText, SaysWhatIsThereOnly) {
  EXPECT_EQ(specText(good({"phase: append", "-mask", "qkv: fused", "qkv_bias: true", "layout: bhsd", kCache,
                           "rope: {of: [k]}", "outputs: [k_rotated]"})),
            "attnc: 1\n"
            "name: base\n"
            "phase: append\n"
            "heads: {query: 8, kv: 2}\n"
            "head_dim: 128\n"
            "dtype: bf16\n"
            "layout: bhsd\n"
            "qkv: fused\n"
            "qkv_bias: true\n"
            "cache: {layout: contiguous, pools: separate, order: nhd}\n"
            "append: {at: end}\n"
            "rope: {style: neox, dim: 128, of: [k], keys: append, base: 10000.0}\n"
            "lengths: both\n"
            "outputs: [k_rotated]\n");
  EXPECT_EQ(specText(good({"phase: append", "-mask", "dtype: f32", "layout: {k: bhds}", kCache,
                           "append: {at: write_indices}", "lengths: none"})),
            "attnc: 1\n"
            "name: base\n"
            "phase: append\n"
            "heads: {query: 8, kv: 2}\n"
            "head_dim: 128\n"
            "dtype: f32\n"
            "layout: {k: bhds, v: bshd}\n"
            "cache: {layout: contiguous, pools: separate, order: nhd}\n"
            "append: {at: write_indices}\n"
            "lengths: none\n");
}

TEST(AppendText, ReadsBackBesideAttention) {
  for (const char *place : {"end", "write_indices", "{at: end}", "{at: write_indices}"})
    for (const char *rope :
         {"rope: {}", "rope: {keys: read}", "rope: {of: [q]}", "rope: {of: [k], keys: append}"})
      for (const char *layout : {"packed", "dhsb", "{q: bdhs}", "{k: bhsd, out: bhsd}"})
        good({kCache, std::string("append: ") + place, rope, std::string("layout: ") + layout});
}
