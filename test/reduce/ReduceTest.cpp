// ReduceTest.cpp - steps go down, reductions end, and only what a failure needs is left.
#include "tools/reduce/Document.h"
#include "tools/reduce/Reducer.h"
#include "tools/reduce/Simplify.h"

#include "specs/ExprParser.h"
#include "specs/Spec.h"

#include <gtest/gtest.h>
#include <set>

using namespace attnc;
using namespace attnc::reduce;

namespace {

const char *const kBig = R"yaml(attnc: 1
name: big
phase: prefill
heads: {query: 32, kv: 8}
head_dim: 128
head_dim_v: 64
dtype: bf16
out_dtype: f32
layout: packed
anchor: top_left
mask: {all: [causal, {window: {left: 4000, right: 0}}, "seen[kv] or kv // 64 == q // 64", {documents: ids}]}
score: {scale: 0.125, softcap: 30.0, alibi: {form: distance}, expr: "s * 2.0 + tanh(bias[h, q, kv])"
}
inputs : {
seen : {
shape:
  [kv_len], dtype : bool
}
  , ids : {shape : [ batch, kv_len ], dtype : i32}, bias : {
  shape:
    [ heads, q_len, kv_len ], dtype : f16
  }
}
outputs: [out, lse]
schedule: {tile_q: 64, stages: 2}
)yaml";

YamlNode document(const std::string &text) {
  Result<YamlTree> tree = YamlTree::parse(text, "big.yaml");
  EXPECT_TRUE(tree.ok()) << tree.status().str();
  return tree->root();
}

/// What is left of kBig if a spec fails as long as `fails` says so.
std::string reduced(const std::function<bool(const Spec &)> &fails, size_t *tried = nullptr) {
  auto ask = [&](const std::string &text) -> Result<bool> {
    Result<Spec> spec = readSpecText(text, "candidate.yaml");
    EXPECT_TRUE(spec.ok()) << text << spec.status().str(); // a spec that can be read stays one
    return spec.ok() && fails(*spec);
  };
  Result<Reduction> out = reduceDocument(document(kBig), ask, [](const Progress &) {});
  EXPECT_TRUE(out.ok());
  if (tried)
    *tried = out->tried;
  return documentText(out->root);
}

bool reads(const Spec &spec, const std::string &name) {
  return specText(spec).find(name) != std::string::npos;
}

} // namespace

TEST(Document, WritesWhatReadsBack) {
  const std::string text = documentText(document(kBig));
  EXPECT_EQ(documentText(document(text)), text);
  Result<Spec> before = readSpecText(kBig, "a"), after = readSpecText(text, "b");
  ASSERT_TRUE(after.ok()) << after.status().str();
  EXPECT_EQ(specText(*before), specText(*after));
  const std::string odd =
      documentText(document("a: 'it: \"x\" \\ #'\nb: |\n  two\n  lines\n? 'k: k'\n: [~, -, 1e-3]\n"));
  EXPECT_EQ(odd, "a: \"it: \\\"x\\\" \\\\ #\"\nb: \"two\\nlines\\n\"\n\"k: k\": [~, \"-\", 1e-3]\n");
  EXPECT_EQ(documentText(document(odd)), odd);
}

TEST(Document, EntriesAreRemovedByPlace) {
  YamlNode root = document("a: 1\nb: {c: 2, d: [{e: 3}]}\n");
  EXPECT_TRUE(removeEntryAt(root, {"big.yaml", 2, 16})); // e
  EXPECT_TRUE(removeEntryAt(root, {"big.yaml", 2, 5}));  // c
  EXPECT_FALSE(removeEntryAt(root, {"big.yaml", 9, 9}));
  EXPECT_EQ(documentText(root), "a: 1\nb: {d: [{}]}\n");
}

/// Numbers shrink only, so that steps cannot go round in a circle.
TEST(Simplify, IntegersGoDown) {
  EXPECT_EQ(smallerIntegers(1), std::vector<int64_t>{0});
  EXPECT_TRUE(smallerIntegers(0).empty());
  EXPECT_EQ(smallerIntegers(100), (std::vector<int64_t>{0, 1, 8, 16, 32, 50, 64}));
  for (int64_t value : {INT64_MAX, INT64_MIN, int64_t(-5)})
    for (int64_t smaller : smallerIntegers(value))
      EXPECT_LT(std::abs(static_cast<double>(smaller)), std::abs(static_cast<double>(value)));
}

TEST(Simplify, ExpressionsLoseANode) {
  const std::string text = "q < kv + 7";
  Result<ExprPtr> expr = parseExpr(text, std::vector<Location>(text.size() + 1), {});
  ASSERT_TRUE(expr.ok());
  const std::vector<std::string> found = simplerExpressions(**expr, false);
  const std::set<std::string> all(found.begin(), found.end());
  for (const char *wanted :
       {"True", "False", "q", "kv + 7", "0 < kv + 7", "q < 0", "q < kv", "q < 7", "q < kv + 1"})
    EXPECT_TRUE(all.count(wanted)) << wanted;
  EXPECT_FALSE(all.count(text));
}

TEST(Reduce, NothingNeededLeavesTheLeast) {
  EXPECT_EQ(
      reduced([](const Spec &) { return true; }),
      "attnc: 1\nname: big\nphase: prefill\nheads: 1\nhead_dim: 8\ndtype: f16\nlayout: padded\nmask: none\n");
}

TEST(Reduce, AnInputStaysWithWhatReadsIt) {
  const std::string text = reduced([](const Spec &spec) { return reads(spec, "documents"); });
  EXPECT_NE(text.find("mask: {documents: ids}\n"), std::string::npos) << text;
  EXPECT_NE(text.find("inputs: {ids: {shape: [kv_len], dtype: i32}}\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("score"), std::string::npos) << text;
}

TEST(Reduce, ExpressionsAreReducedToTheOperationThatMatters) {
  const std::string text = reduced([](const Spec &spec) { return reads(spec, "tanh"); });
  EXPECT_NE(text.find("score: {expr: \"tanh(s)\"}\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("inputs"), std::string::npos) << text;
}

TEST(Reduce, ConditionsOnSeveralKeysAreKept) {
  const std::string text = reduced([](const Spec &spec) {
    return spec.group() == 4 && spec.headDim.value > spec.headDimV.value && spec.schedule.stages;
  });
  EXPECT_NE(text.find("heads: {query: 4, kv: 1}\n"), std::string::npos) << text;
  EXPECT_NE(text.find("head_dim: 16\nhead_dim_v: 8\n"), std::string::npos) << text;
  EXPECT_NE(text.find("schedule: {stages: 1}\n"), std::string::npos) << text;
}

TEST(Reduce, IsDeterministicAndAsksNoTextTwice) {
  size_t first = 0, second = 0;
  std::multiset<std::string> asked;
  auto fails = [](const Spec &spec) { return reads(spec, "alibi") && spec.outputs.lse; };
  EXPECT_EQ(reduced(fails, &first), reduced(fails, &second));
  EXPECT_EQ(first, second);
  auto ask = [&](const std::string &text) -> Result<bool> {
    asked.insert(text);
    return fails(*readSpecText(text, "candidate.yaml"));
  };
  ASSERT_TRUE(reduceDocument(document(kBig), ask, [](const Progress &) {}).ok());
  EXPECT_EQ(asked.size(), first);
  for (const std::string &text : asked)
    EXPECT_EQ(asked.count(text), 1u) << text;
}

/// A spec that cannot be read is reduced as YAML.
TEST(Reduce, WhatCannotBeReadIsStillReduced) {
  YamlNode root = document("attnc: 1\nname: x\nheads: {query: 8, kv: 2, nonsense: [1, 2]}\nmask: causal\n");
  auto ask = [](const std::string &text) -> Result<bool> {
    return text.find("nonsense") != std::string::npos;
  };
  Result<Reduction> out = reduceDocument(root, ask, [](const Progress &) {});
  EXPECT_EQ(documentText(out->root), "heads: {nonsense: []}\n");
}

TEST(Reduce, AFailingTestEndsIt) {
  auto ask = [](const std::string &) -> Result<bool> { return Status(Code::IoError, "disk full"); };
  Result<Reduction> out = reduceDocument(document(kBig), ask, [](const Progress &) {});
  EXPECT_EQ(out.status().message(), "disk full");
}
