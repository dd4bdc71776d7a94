// ActiveRulesTest.cpp - rules S90 and S91: new keys and values beside a cache that lacks them.
#include "RuleCases.h"

using namespace attnc;
using namespace attnc::test;

namespace {

const std::string kCache = "cache: {layout: contiguous}";

const std::vector<Bad> kBad{
    {"S90", {"active: true"}, "expected a 'cache' beside 'active' keys and values, got none", 9, 1},
    {"S90",
     {kCache, "append: end", "active: true"},
     "expected new keys and values to be put into the cache or to be 'active' beside it, got both",
     11,
     1,
     10,
     1},
    {"S90",
     {"phase: append", "-mask", kCache, "active: true"},
     "expected new keys and values to be put into the cache or to be 'active' beside it, got both",
     9,
     1,
     3,
     8},
    {"S91",
     {"cache: {layout: contiguous, dtype: e4m3}", "active: true"},
     "expected a cache of the dtype beside 'active' keys and values, which are never quantised, got one of "
     "e4m3; "
     "'append' quantises new ones before they are read",
     9,
     36,
     10,
     1},
    {"K4",
     {kCache, "active: true", "rope: {keys: append}"},
     "expected active or read for 'keys', got 'append'",
     11,
     14},
    {"K4", {kCache, "rope: {keys: active}"}, "expected append or read for 'keys', got 'active'", 10, 14},
    {"S79",
     {kCache, "active: true", "rope: {of: [q], keys: active}"},
     "expected 'keys' in 'rope' only where k is rotated, got it where q alone is",
     11,
     23,
     11,
     12},
    {"S74",
     {"inputs: {p: {shape: [total_q], dtype: i32}}", kCache, "active: true",
      "rope: {keys: read, positions: p}"},
     "expected an axis kv_len or total_kv, as k is rotated by it for the positions of k, got 'p'",
     12,
     31,
     9,
     10},
};

std::string good(const std::vector<std::string> &edits) {
  Result<Spec> spec = readSpecText(edited(edits), "active.yaml");
  EXPECT_TRUE(spec.ok()) << spec.status().str() << "\n" << edited(edits);
  if (!spec.ok())
    return "";
  const std::string text = specText(*spec);
  Result<Spec> again = readSpecText(text, "again.yaml");
  EXPECT_TRUE(again.ok() && specText(*again) == text) << text;
  return text;
}

} // namespace

TEST(ActiveRules, HaveTheirMessageAndPlace) { expectRules(kBad); }

TEST(ActiveRules, NewTokensMayBeFusedBiasedAndRotated) {
  EXPECT_EQ(good({"layout: {qkv: bhsd, out: bshd}", "lengths: kv", "qkv: fused", "qkv_bias: true",
                  "cache: {layout: paged, page: 16}", "active: true", "rope: {}"}),
            "attnc: 1\n"
            "name: base\n"
            "phase: prefill\n"
            "heads: {query: 8, kv: 2}\n"
            "head_dim: 128\n"
            "dtype: bf16\n"
            "layout: {qkv: bhsd, out: bshd}\n"
            "qkv: fused\n"
            "qkv_bias: true\n"
            "cache: {layout: paged, page: 16, table: dense, tables: shared, pools: separate, order: nhd}\n"
            "active: true\n"
            "rope: {style: neox, dim: 128, of: [q, k], keys: active, base: 10000.0}\n"
            "lengths: kv\n"
            "anchor: bottom_right\n"
            "mask: causal\n"
            "score: {scale: 0.08838834764831843}\n"
            "outputs: [out]\n");
  EXPECT_EQ(good({kCache, "active: false"}), good({kCache}));
}

/// Positions and tables by row are those of the active keys as well, if they alone are rotated.
TEST(ActiveRules, KeysThatComeWithQueriesHaveTheirRows) {
  good({"inputs: {p: {shape: [total_q], dtype: i32}}", kCache, "active: true", "rope: {positions: p}"});
  good({"layout: padded", "inputs: {p: {shape: [batch, q_len], dtype: i32}}", kCache, "active: true",
        "rope: {keys: active, positions: {k: p}}"});
  good({"inputs: {p: {shape: [batch, kv_len], dtype: i32}}", kCache, "active: true",
        "rope: {keys: read, positions: p}"});
}
