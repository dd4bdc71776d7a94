// CacheTokensTest.cpp - rules S93 and S94: which tokens a cache holds, and whose a request reads.
#include "RuleCases.h"

using namespace attnc;
using namespace attnc::test;

namespace {

const std::vector<Bad> kBad{
    {"S93",
     {"cache: {layout: contiguous, window: 0}"},
     "expected 'window' between 1 and 1073741824, got 0",
     9,
     37},
    {"S93",
     {"cache: {layout: contiguous, window: 64, keep: -1}"},
     "expected 'keep' between 0 and 1073741824, got -1",
     9,
     47},
    {"S93",
     {"cache: {layout: contiguous, window: 64, keep: 64}"},
     "expected a 'window' of more tokens than 'keep' (64), got 64",
     9,
     37},
    {"S93",
     {"cache: {layout: contiguous, keep: 4}"},
     "expected a 'window' of more tokens than 'keep' (4), got none",
     9,
     35},
    {"S93",
     {"cache: {layout: paged, page: 16, table: csr, window: 64}"},
     "expected a dense page table of a cyclic cache, whose pages do not tell how long a request is, got csr",
     9,
     41,
     9,
     54},
    {"S94", {"cache: {layout: contiguous, beams: 1}"}, "expected 'beams' between 2 and 1024, got 1", 9, 36},
    {"S94",
     {"cache: {layout: contiguous, beams: {width: 2000}}"},
     "expected 'width' between 2 and 1024, got 2000",
     9,
     44},
    {"S94",
     {"cache: {layout: paged, page: 16, table: csr, beams: 4}"},
     "expected a dense page table, of which every beam finds the others' rows, got csr",
     9,
     41,
     9,
     53},
    {"S94",
     {"phase: append", "-mask", "cache: {layout: contiguous, beams: 4}"},
     "expected no 'beams' in phase append, which reads no tokens of others, got them",
     8,
     36,
     3,
     8},
    {"K1",
     {"cache: {layout: contiguous, beams: {number: 4}}"},
     "unknown key 'number' in 'beams'; expected width or shared_prompt",
     9,
     37},
    {"K5",
     {"cache: {layout: contiguous, beams: {shared_prompt: true}}"},
     "expected 'width' in 'beams', got none",
     9,
     36},
};

std::string cacheLine(const std::string &cache) {
  Result<Spec> spec = readSpecText(edited({"cache: " + cache}), "good.yaml");
  EXPECT_TRUE(spec.ok()) << spec.status().str();
  if (!spec.ok())
    return "";
  const std::string text = specText(*spec);
  Result<Spec> again = readSpecText(text, "again.yaml");
  EXPECT_TRUE(again.ok() && specText(*again) == text) << text;
  const size_t at = text.find("cache: ");
  return text.substr(at, text.find('\n', at) - at);
}

} // namespace

TEST(CacheTokens, HaveTheirMessageAndPlace) { expectRules(kBad); }

TEST(CacheTokens, ReadBack) {
  EXPECT_EQ(cacheLine("{layout: contiguous, window: 68, keep: 4}"),
            "cache: {layout: contiguous, pools: separate, window: 68, keep: 4, order: nhd}");
  EXPECT_EQ(
      cacheLine("{layout: contiguous, keep: 0, beams: 4}"),
      "cache: {layout: contiguous, pools: separate, beams: {width: 4, shared_prompt: false}, order: nhd}");
  EXPECT_EQ(
      cacheLine(
          "{layout: paged, page: 16, window: 64, beams: {width: 2, shared_prompt: true}, order: {k: hnd}}"),
      "cache: {layout: paged, page: 16, table: dense, tables: shared, pools: separate, window: 64, keep: 0, "
      "beams: {width: 2, shared_prompt: true}, order: {k: hnd, v: nhd}}");
}

/// A program that reads such input has them from the cache, not from `inputs`.
TEST(CacheTokens, TakeTheNamesOfTheirInputs) {
  for (const std::string name : {"cache_indirection", "prompt_lens"})
    EXPECT_FALSE(readSpecText(edited({"inputs: {" + name + ": {shape: [batch], dtype: i32}}",
                                      "mask: kv <= " + name + "[b]"}),
                              "bad.yaml")
                     .ok());
}
