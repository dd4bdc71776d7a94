// AppendTokensTest.cpp - what caches hold after a run, element by element.
#include "codegen/reference/Elements.h"
#include "test/reference/AppendFixture.h"

using namespace attnc;
using namespace attnc::test;

namespace {

/// Appends alone: tokens `k` of one head of two columns to the cache `k_cache`, written from these parts.
struct AppendText {
  std::string cache = "1x2xf16, nhd", extra, ops, rest, tokens = "%k";
  bool returnsRotated = false;

  std::string str() const {
    const std::string type = "!attn.tokens<1x2xf16, packed>", held = "!attn.cache<" + cache + ">";
    std::string text = "attn.kernel @test(" + argument("k", type) + ", " + argument("k_cache", held) + extra +
                       ") -> (" + held + " {attn.name = \"k_cache\"}";
    if (returnsRotated)
      text += ", " + type + " {attn.name = \"k_rotated\"}";
    text += ") attributes {lengths = #attn<lengths both>} {\n" + ops + "  %c = attn.append " + tokens +
            " to %k_cache" + rest + " : " + type + " -> " + held + "\n  attn.return %c";
    return text + (returnsRotated ? ", " + tokens + " : " + held + ", " + type : " : " + held) + "\n}\n";
  }
};

TEST_F(Appends, NewTokensAreTheLast) {
  useTokens();
  useCache(DType::F16, {2, 4, 1, 2});
  expectContent(runCache(AppendText().str()),
                {kNaN, kNaN, 1, 2, 3, 4, kNaN, kNaN, 5, 6, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN});
}

TEST_F(Appends, WriteIndicesAndTokensWithoutAPlace) {
  use("k", HostTensor(DType::F16, {4, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}));
  use("cu_q", HostTensor(DType::I32, {3}, {0, 2, 4}));
  use("first", HostTensor(DType::I32, {2}, {-1, 2}));
  useCache(DType::F16, {2, 3, 1, 2});
  AppendText text;
  text.extra = ", " + argument("first", kFirst);
  text.rest = " first %first : " + kFirst;
  expectContent(runCache(text.str()), {3, 4, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, 5, 6});
}

TEST_F(Appends, MoreTokensThanKeysLoseTheFirst) {
  useTokens();
  use("kv_lens", HostTensor(DType::I32, {2}, {1, 0}));
  useCache(DType::F16, {2, 2, 1, 2});
  expectContent(runCache(AppendText().str()), {3, 4, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN});
}

TEST_F(Appends, PagesAndPairs) {
  useTokens();
  use("v", HostTensor(DType::F16, {3, 1, 2}, {-1, -2, -3, -4, -5, -6}));
  use("block_table", HostTensor(DType::I32, {2, 2}, {2, 0, 1, 99}));
  HostTensor pool(DType::F16, {3, 2, 2, 1, 2}); // page, keys and values, slot
  for (int64_t i = 0; i < pool.size(); ++i)
    pool.set(i, kNaN);
  use("kv_cache", std::move(pool));
  const std::string tokens = "!attn.tokens<1x2xf16, packed>", cache = "!attn.cache<1x2xf16, nhd page 2 pair>",
                    rest = " pages %block_table : " + kTable + " : " + tokens + " -> " + cache + "\n";
  const std::string text =
      "attn.kernel @test(" + argument("k", tokens) + ", " + argument("v", tokens) + ", " +
      argument("kv_cache", cache) + ", " + argument("block_table", kTable) + ") -> (" + cache +
      " {attn.name = \"kv_cache\"}) attributes {lengths = #attn<lengths both>} {\n" +
      "  %a = attn.append %k to %kv_cache" + rest + "  %b = attn.append %v to %a values" + rest +
      "  attn.return %b : " + cache + "\n}\n";
  expectContent(runCache(text, "kv_cache"), {
                                                3,    4,    kNaN, kNaN, -3,   -4,   kNaN, kNaN, // page 0
                                                5,    6,    kNaN, kNaN, -5,   -6,   kNaN, kNaN, // page 1
                                                kNaN, kNaN, 1,    2,    kNaN, kNaN, -1,   -2,   // page 2
                                            });
}

/// A cache of bytes whose scale is `scale`.
AppendText quantised(const std::string &element) {
  AppendText text;
  text.cache = "1x2x" + element + ", nhd";
  text.extra = ", " + argument("k_scale", kScale);
  text.rest = " scale %k_scale : " + kScale;
  return text;
}

TEST_F(Appends, QuotientsAreRoundedAndSaturate) {
  useOneToken(1.1, 300);
  use("k_scale", HostTensor(DType::F32, {1}, {0.5}));
  useCache(DType::E4M3, {1, 1, 1, 2});
  expectContent(runCache(quantised("f8E4M3FN").str()), {2.25, 448}); // 2.199 is nearer to it than to 2
  useOneToken(-0.3, 1000);
  useCache(DType::I8, {1, 1, 1, 2});
  expectContent(runCache(quantised("i8").str()), {-1, 127});
  useCache(DType::I8, {1, 1, 1, 1}); // two in a byte
  expectContent(runCache(quantised("i4").str()), {-1, 7});
  useOneToken(-1000, 0.8);
  expectContent(runCache(quantised("i4").str()), {-8, 2});
}

TEST_F(Appends, TiesMayGoEitherWay) {
  useOneToken(1.0625, 1.1875); // 2.125 and 2.375, in the middle of steps of 1/4
  use("k_scale", HostTensor(DType::F32, {1}, {0.5}));
  useCache(DType::E4M3, {1, 1, 1, 2});
  ReferenceOutput output = runCache(quantised("f8E4M3FN").str());
  EXPECT_EQ(output.values, (std::vector<double>{2, 2.5}));
  EXPECT_EQ(output.bounds, (std::vector<double>{0.25, 0.25}));
  useOneToken(1.25, -0.75); // 2.5 and -1.5
  useCache(DType::I8, {1, 1, 1, 2});
  output = runCache(quantised("i8").str());
  EXPECT_EQ(output.values, (std::vector<double>{2, -2}));
  EXPECT_EQ(output.bounds, (std::vector<double>{1, 1}));
  useCache(DType::I8, {1, 1, 1, 1});
  output = runCache(quantised("i4").str());
  EXPECT_EQ(output.values, (std::vector<double>{2, -2}));
  EXPECT_EQ(output.bounds, (std::vector<double>{1, 1}));
}

/// Kernels divide in f32, or multiply by an inverse that is rounded as well.
TEST_F(Appends, EitherQuotientIsInside) {
  constexpr int64_t kTokens = 4096;
  HostTensor tokens(DType::F16, {kTokens, 1, 2});
  tokens.fillNormal(5);
  use("cu_q", HostTensor(DType::I32, {2}, {0, kTokens}));
  use("kv_lens", HostTensor(DType::I32, {1}, {kTokens}));
  for (auto [dtype, element, scale] :
       {std::tuple(DType::E4M3, "f8E4M3FN", 0.013f), std::tuple(DType::E5M2, "f8E5M2", 0.7f),
        std::tuple(DType::I8, "i8", 0.031f), std::tuple(DType::I8, "i8", 0.25f)}) {
    use("k", tokens);
    use("k_scale", HostTensor(DType::F32, {1}, {scale}));
    useCache(dtype, {1, kTokens, 1, 2});
    const ReferenceOutput output = runCache(quantised(element).str());
    int64_t uncertain = 0;
    for (size_t i = 0; i < output.values.size(); ++i) {
      const float x = float(tokens.get(int64_t(i)));
      for (float quotient : {x / scale, x * (1 / scale)})
        ASSERT_LE(std::fabs(reference::nearestElement(quotient, dtype) - output.values[i]), output.bounds[i])
            << element << " " << x;
      uncertain += output.bounds[i] > 0;
    }
    // Only ties are, which a scale of a power of two has many of.
    EXPECT_LT(uncertain, scale == 0.25f ? 200 : 10) << element;
  }
}

/// Keys turned by their position, one radian a token.
AppendText rotated() {
  AppendText text;
  const std::string type = "!attn.tokens<1x2xf16, packed>";
  text.ops = "  %r = attn.rope neox keys %k dim 2 frequencies [1.0] : (" + type + ") -> " + type + "\n";
  text.tokens = "%r";
  text.returnsRotated = true;
  return text;
}

TEST_F(Appends, KeysTurnByTheirIndexInTheCache) {
  useTokens();
  useCache(DType::F16, {2, 4, 1, 2});
  Result<ReferenceResult> result = run(rotated().str());
  ASSERT_TRUE(result.ok()) << result.status().str();
  const ReferenceOutput &cache = *result->find("k_cache"), &keys = *result->find("k_rotated");
  EXPECT_EQ(keys.shape, (std::vector<int64_t>{3, 1, 2}));
  for (auto [slot, token, a, b, position] :
       {std::tuple(1, 0, 1., 2., 1.), std::tuple(2, 1, 3., 4., 2.), std::tuple(4, 2, 5., 6., 0.)})
    for (const auto &[output, at] : {std::pair(&cache, slot), std::pair(&keys, token)}) {
      const double x = a * std::cos(position) - b * std::sin(position),
                   y = b * std::cos(position) + a * std::sin(position);
      EXPECT_NEAR(output->values[size_t(2 * at)], x, 1e-12);
      EXPECT_NEAR(output->values[size_t(2 * at + 1)], y, 1e-12);
      // Rounded to f16 once, and little more.
      EXPECT_GE(output->bounds[size_t(2 * at)], 0x1p-11 * std::fabs(x));
      EXPECT_LE(output->bounds[size_t(2 * at)], 0x1.01p-11 * std::fabs(x) + 1e-5);
    }
}

TEST_F(Appends, WriteIndicesArePositions) {
  useOneToken(1, 0);
  use("first", HostTensor(DType::I32, {1}, {2}));
  useCache(DType::F16, {1, 4, 1, 2});
  AppendText text = rotated();
  text.extra = ", " + argument("first", kFirst);
  text.rest = " first %first : " + kFirst;
  const ReferenceOutput output = runCache(text.str());
  EXPECT_NEAR(output.values[4], std::cos(2.), 1e-12);
  EXPECT_NEAR(output.values[5], std::sin(2.), 1e-12);
}

TEST_F(Appends, HeadsOfAFusedTensorWithABias) {
  // Head 1 of three; the sum 1 + 2^-11 lies between two numbers of f16, and goes to the even one.
  use("qkv", HostTensor(DType::F16, {1, 3, 2}, {9, 9, 1, 2, 9, 9}));
  use("qkv_bias", HostTensor(DType::F16, {3, 2}, {9, 9, 0x1p-11, 0.5, 9, 9}));
  use("cu_q", HostTensor(DType::I32, {2}, {0, 1}));
  use("kv_lens", HostTensor(DType::I32, {1}, {1}));
  useCache(DType::F16, {1, 1, 1, 2});
  const std::string qkv = "!attn.tokens<3x2xf16, packed>", bias = "!attn.side<[3, 2], f16>",
                    one = "!attn.tokens<1x2xf16, packed>", cache = "!attn.cache<1x2xf16, nhd>";
  expectContent(runCache("attn.kernel @test(" + argument("qkv", qkv) + ", " + argument("qkv_bias", bias) +
                         ", " + argument("k_cache", cache) + ") -> (" + cache +
                         " {attn.name = \"k_cache\"}) attributes {lengths = #attn<lengths both>} {\n"
                         "  %b = attn.add_bias %qkv, %qkv_bias : " +
                         qkv + ", " + bias + "\n  %k = attn.slice_heads %b from 1 : " + qkv + " -> " + one +
                         "\n  %c = attn.append %k to %k_cache : " + one + " -> " + cache +
                         "\n  attn.return %c : " + cache + "\n}\n"),
                {1, 2.5});
}

TEST_F(Appends, PaddedTokensInAnyOrder) {
  // Two requests of up to two tokens, [batch, head, dim, token]; the second has one.
  const std::string tokens = "!attn.tokens<1x2xf16, bhds>", cache = "!attn.cache<1x2xf16, nhd>";
  use("k", HostTensor(DType::F16, {2, 1, 2, 2}, {1, 3, 2, 4, 5, 7, 6, 8}));
  use("q_lens", HostTensor(DType::I32, {2}, {2, 1}));
  use("kv_lens", HostTensor(DType::I32, {2}, {2, 2}));
  useCache(DType::F16, {2, 2, 1, 2});
  const std::string turn =
      "  %r = attn.rope neox keys %k dim 2 frequencies [0.0] : (" + tokens + ") -> " + tokens + "\n";
  const std::string text = "attn.kernel @test(" + argument("k", tokens) + ", " + argument("k_cache", cache) +
                           ") -> (" + cache + " {attn.name = \"k_cache\"}, " + tokens +
                           " {attn.name = \"k_rotated\"}) attributes {lengths = #attn<lengths both>} {\n" +
                           turn + "  %c = attn.append %r to %k_cache : " + tokens + " -> " + cache +
                           "\n  attn.return %c, %r : " + cache + ", " + tokens + "\n}\n";
  Result<ReferenceResult> result = run(text);
  ASSERT_TRUE(result.ok()) << result.status().str();
  const ReferenceOutput &keys = *result->find("k_rotated");
  EXPECT_EQ(keys.shape, (std::vector<int64_t>{2, 1, 2, 2}));
  EXPECT_EQ(keys.values, (std::vector<double>{1, 3, 2, 4, 5, 0, 6, 0}));
  EXPECT_EQ(keys.bounds[5], 0);
  const ReferenceOutput &held = *result->find("k_cache");
  EXPECT_EQ(std::vector<double>(held.values.begin(), held.values.begin() + 4),
            (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(std::vector<double>(held.values.begin() + 6, held.values.end()), (std::vector<double>{5, 6}));
}

TEST_F(Appends, WhatIsNotWrittenKeepsItsBytes) {
  useTokens();
  useCache(DType::F16, {2, 4, 1, 2});
  Result<ReferenceResult> expected = run(AppendText().str());
  ASSERT_TRUE(expected.ok());
  auto outcome = [&] {
    Result<Comparison> comparison = compare(*expected, arguments);
    EXPECT_TRUE(comparison.ok());
    return comparison->str();
  };
  EXPECT_NE(outcome().find("5 outside"), 0u); // nothing is there yet
  ASSERT_TRUE(store(*expected, arguments).ok());
  EXPECT_TRUE(compare(*expected, arguments)->passed()) << outcome();
  // Another NaN is not the NaN that was there.
  auto *words = static_cast<uint16_t *>(arguments.tensors["k_cache"].data);
  words[15] ^= 1;
  EXPECT_NE(outcome().find("first: [1, 3, 0, 1] expected the bytes from before the run (nan), got nan"),
            std::string::npos)
      << outcome();
  ASSERT_TRUE(replaceUntouched(*expected, arguments).ok());
  EXPECT_TRUE(compare(*expected, arguments)->passed()) << outcome();
}

TEST_F(Appends, PagesThatAreWrittenHaveOneOwner) {
  useTokens();
  useCache(DType::F16, {4, 2, 1, 2});
  AppendText text;
  text.cache = "1x2xf16, nhd page 2";
  text.extra = ", " + argument("block_table", kTable);
  text.rest = " pages %block_table : " + kTable;
  auto useTable = [&](const std::vector<double> &pages) {
    use("block_table", HostTensor(DType::I32, {2, 2}, pages));
  };
  useTable({2, 3, 3, 0});
  expectError(text.str(),
              "expected pages that are written by request 0 to be its own, got page 3, which request 1 "
              "has too");
  useTable({2, 2, 1, 0});
  expectError(text.str(),
              "expected pages that are written by request 0 to be its own, got page 2, which it has twice");
  useTable({2, 4, 1, 0});
  expectError(text.str(), "expected pages from 0 to 3 in tensor 'block_table', got 4 as page 1 of request 0");
  // What nobody writes may be shared: request 1 writes its second page.
  use("kv_lens", HostTensor(DType::I32, {2}, {4, 3}));
  useTable({2, 3, 2, 1});
  EXPECT_TRUE(run(text.str()).ok());
}

} // namespace
