// TokensTest.cpp - one tensor of q, k and v, biases, and axes in any order are the same attention as plain
// tensors.
#include "test/reference/TestKernel.h"

#include "gtest/gtest.h"

#include <map>

using namespace attnc;
using namespace attnc::test;

namespace {

constexpr int64_t kBatch = 2, kLength = 5, kHeads = 4, kKvHeads = 2, kDim = 8, kAll = kHeads + 2 * kKvHeads;

KernelText plainKernel() {
  KernelText kernel;
  kernel.heads = kHeads;
  kernel.kvHeads = kKvHeads;
  kernel.dim = kDim;
  kernel.dtype = "bf16";
  kernel.mask = kCausal;
  return kernel;
}

ReferenceResult runOf(const std::string &text, Arguments arguments) {
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(text);
  EXPECT_TRUE(engine.ok()) << engine.status().str();
  if (!engine.ok())
    return {};
  Result<ReferenceResult> result = (*engine)->run(arguments);
  EXPECT_TRUE(result.ok()) << result.status().str();
  return result.ok() ? std::move(*result) : ReferenceResult{};
}

/// The text with `from` replaced, everywhere.
std::string replaced(std::string text, const std::string &from, const std::string &to) {
  EXPECT_NE(text.find(from), std::string::npos) << from;
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// [batch, length, heads, dim] of `count` heads, from head `first` on, out of [batch, length, kAll, dim].
HostTensor headsOf(const HostTensor &all, int64_t first, int64_t count) {
  HostTensor out(DType::BF16, {kBatch, kLength, count, kDim});
  for (int64_t i = 0; i < out.size(); ++i) {
    const int64_t row = i / (count * kDim);
    out.set(i, all.get((row * kAll + first) * kDim + i % (count * kDim)));
  }
  return out;
}

TEST(Tokens, OfOneTensorWithABias) {
  HostTensor qkv(DType::BF16, {kBatch, kLength, kAll, kDim}), bias(DType::BF16, {kAll, kDim});
  qkv.fillNormal(3);
  bias.fillNormal(4);
  HostTensor sums(DType::BF16, {kBatch, kLength, kAll, kDim});
  for (int64_t i = 0; i < sums.size(); ++i)
    sums.set(i, double(float(qkv.get(i)) + float(bias.get(i % bias.size()))));
  HostTensor q = headsOf(sums, 0, kHeads), k = headsOf(sums, kHeads, kKvHeads),
             v = headsOf(sums, kHeads + kKvHeads, kKvHeads);
  Arguments plain, fused;
  plain.tensors = {{"q", q.view()}, {"k", k.view()}, {"v", v.view()}};
  fused.tensors = {{"qkv", qkv.view()}, {"qkv_bias", bias.view()}};

  std::string text = plainKernel().str();
  const size_t begin = text.find('('), end = text.find("\n    ->");
  text.replace(begin, end - begin,
               "(%qkv: !attn.tokens<8x8xbf16, padded> {attn.name = \"qkv\"}, "
               "%bias: !attn.side<[8, 8], bf16> {attn.name = \"qkv_bias\"})");
  text = replaced(
      text, "  %o, %lse =",
      R"(  %all = attn.add_bias %qkv, %bias : !attn.tokens<8x8xbf16, padded>, !attn.side<[8, 8], bf16>
  %q = attn.slice_heads %all from 0 : !attn.tokens<8x8xbf16, padded> -> !attn.tokens<4x8xbf16, padded>
  %k = attn.slice_heads %all from 4 : !attn.tokens<8x8xbf16, padded> -> !attn.tokens<2x8xbf16, padded>
  %v = attn.slice_heads %all from 6 : !attn.tokens<8x8xbf16, padded> -> !attn.tokens<2x8xbf16, padded>
  %o, %lse =)");
  const ReferenceResult expected = runOf(plainKernel().str(), plain), actual = runOf(text, fused);
  ASSERT_EQ(actual.outputs.size(), 2u);
  for (const char *name : {"out", "lse"}) {
    EXPECT_EQ(actual.find(name)->shape, expected.find(name)->shape);
    EXPECT_EQ(actual.find(name)->values, expected.find(name)->values);
    EXPECT_EQ(actual.find(name)->bounds, expected.find(name)->bounds);
  }
}

/// The tensor [batch, length, heads, dim] with its axes in `order`.
HostTensor inOrder(const HostTensor &plain, int64_t heads, const std::string &order) {
  const std::string letters = "bshd";
  const int64_t sizes[] = {kBatch, kLength, heads, kDim};
  std::vector<int64_t> shape;
  for (char letter : order)
    shape.push_back(sizes[letters.find(letter)]);
  HostTensor out(DType::BF16, shape);
  for (int64_t i = 0; i < out.size(); ++i) {
    int64_t rest = i;
    std::map<char, int64_t> index;
    for (size_t axis = 4; axis-- > 0; rest /= shape[axis])
      index[order[axis]] = rest % shape[axis];
    out.set(i, plain.get(((index['b'] * kLength + index['s']) * heads + index['h']) * kDim + index['d']));
  }
  return out;
}

TEST(Tokens, WithAxesInAnyOrder) {
  HostTensor q(DType::BF16, {kBatch, kLength, kHeads, kDim}),
      k(DType::BF16, {kBatch, kLength, kKvHeads, kDim}), v(DType::BF16, {kBatch, kLength, kKvHeads, kDim});
  q.fillNormal(1);
  k.fillNormal(2);
  v.fillNormal(3);
  HostTensor q2 = inOrder(q, kHeads, "bdhs"), k2 = inOrder(k, kKvHeads, "dshb"),
             v2 = inOrder(v, kKvHeads, "sbhd");
  Arguments plain, ordered;
  plain.tensors = {{"q", q.view()}, {"k", k.view()}, {"v", v.view()}};
  ordered.tensors = {{"q", q2.view()}, {"k", k2.view()}, {"v", v2.view()}};
  std::string text = plainKernel().str(); // k and v share a type: v's is the one before its closing bracket
  text = replaced(text, "4x8xbf16, padded", "4x8xbf16, bdhs");
  text = replaced(text, "4xf32, padded", "4xf32, bdhs");
  text = replaced(text, "%v: !attn.tokens<2x8xbf16, padded", "%v: !attn.tokens<2x8xbf16, sbhd");
  text = replaced(text, "2x8xbf16, padded>, !attn.tokens<2x8xbf16, padded>)",
                  "2x8xbf16, dshb>, !attn.tokens<2x8xbf16, sbhd>)");
  text = replaced(text, "%k: !attn.tokens<2x8xbf16, padded", "%k: !attn.tokens<2x8xbf16, dshb");
  const ReferenceResult expected = runOf(plainKernel().str(), plain), actual = runOf(text, ordered);
  ASSERT_EQ(actual.outputs.size(), 2u);
  EXPECT_EQ(actual.find("lse")->shape, expected.find("lse")->shape);
  EXPECT_EQ(actual.find("lse")->values, expected.find("lse")->values);
  HostTensor rounded(DType::BF16, {kBatch, kLength, kHeads, kDim}, expected.find("out")->values);
  HostTensor moved = inOrder(rounded, kHeads, "bdhs");
  const ReferenceOutput &out = *actual.find("out");
  EXPECT_EQ(out.shape, (std::vector<int64_t>{kBatch, kDim, kHeads, kLength}));
  HostTensor got(DType::BF16, out.shape, out.values);
  for (int64_t i = 0; i < got.size(); ++i)
    ASSERT_EQ(got.get(i), moved.get(i)) << i;

  ordered.tensors["q"].shape = {kBatch, kDim, kLength, kHeads};
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(text);
  ASSERT_TRUE(engine.ok());
  EXPECT_EQ((*engine)->run(ordered).status().message(),
            "expected tensor 'q' of shape [batch, 8, 4, length], got [2, 8, 5, 4]");
}

} // namespace
