// AppendScalesTest.cpp - scales by token that a run finds, and by channel that it is given.
#include "test/reference/AppendFixture.h"

using namespace attnc;
using namespace attnc::test;

namespace {

const std::string kTokens = "!attn.tokens<1x4xf16, packed>", kCache = "!attn.cache<1x4xi8, nhd>",
                  kHalves = "!attn.cache<1x4xi4, nhd>", kScales = "!attn.cache<1x2xf32, nhd>";

/// Two scales a token, each of two elements.
std::string byToken(const std::string &cache = kCache) {
  return "attn.kernel @test(" + argument("k", kTokens) + ", " + argument("k_cache", cache) + ", " +
         argument("k_scales", kScales) + ") -> (" + cache + " {attn.name = \"k_cache\"}, " + kScales +
         " {attn.name = \"k_scales\"}) attributes {lengths = #attn<lengths both>} {\n" +
         "  %c, %s = attn.append %k to %k_cache scale %k_scales : " + kScales + " : " + kTokens + " -> " +
         cache + ", " + kScales + "\n  attn.return %c, %s : " + cache + ", " + kScales + "\n}\n";
}

TEST_F(Appends, ScalesByToken) {
  use("k", HostTensor(DType::F16, {1, 1, 4}, {-254, 127, 0, 0}));
  use("cu_q", HostTensor(DType::I32, {2}, {0, 1}));
  use("kv_lens", HostTensor(DType::I32, {1}, {2}));
  use("k_cache", HostTensor(DType::I8, {1, 3, 1, 4}));
  use("k_scales", HostTensor(DType::F32, {1, 3, 1, 2}));
  const ReferenceOutput cache = runCache(byToken()), scales = runCache(byToken(), "k_scales");
  const std::vector<bool> token{false, true, false};
  for (size_t i = 0; i < 12; ++i)
    EXPECT_EQ(cache.written[i], token[i / 4]) << i;
  for (size_t i = 0; i < 6; ++i)
    EXPECT_EQ(scales.written[i], token[i / 2]) << i;
  // The largest of a group is 127 of its scale; zeros have the scale 1.
  EXPECT_EQ(std::vector(scales.values.begin() + 2, scales.values.begin() + 4), (std::vector<double>{2, 1}));
  EXPECT_EQ(std::vector(cache.values.begin() + 4, cache.values.begin() + 8),
            (std::vector<double>{-127, 64, 0, 0})); // 63.5 is a tie
  EXPECT_GT(scales.bounds[2], 0);
  EXPECT_LT(scales.bounds[2], 1e-6);
  EXPECT_EQ(scales.bounds[3], 0);
  EXPECT_EQ(cache.bounds[4], 0);
  EXPECT_EQ(cache.bounds[5], 1);
  EXPECT_EQ(cache.bounds[6], 0);
}

TEST_F(Appends, ScalesByTokenOfFourBits) {
  use("k", HostTensor(DType::F16, {1, 1, 4}, {-14, 5, 0, 0}));
  use("cu_q", HostTensor(DType::I32, {2}, {0, 1}));
  use("kv_lens", HostTensor(DType::I32, {1}, {2}));
  use("k_cache", HostTensor(DType::I8, {1, 3, 1, 2}, {0x21, 0x43, 0, 0, -1, 0x7f}));
  use("k_scales", HostTensor(DType::F32, {1, 3, 1, 2}));
  const ReferenceOutput cache = runCache(byToken(kHalves)), scales = runCache(byToken(kHalves), "k_scales");
  // The largest of a group is 7 of its scale; 2.5 is a tie.
  EXPECT_EQ(std::vector(scales.values.begin() + 2, scales.values.begin() + 4), (std::vector<double>{2, 1}));
  EXPECT_EQ(cache.values, (std::vector<double>{1, 2, 3, 4, -7, 2, 0, 0, -1, -1, -1, 7}));
  EXPECT_EQ(cache.bounds, (std::vector<double>{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}));
  for (size_t i = 0; i < 12; ++i)
    EXPECT_EQ(cache.written[i], i / 4 == 1) << i;
  // Others keep their bytes; a byte that does not counts for both of its elements.
  ReferenceResult all;
  all.outputs = {cache};
  ASSERT_TRUE(store(all, arguments).ok());
  EXPECT_EQ(held["k_cache"].get(2), 0x29);
  EXPECT_EQ(held["k_cache"].get(1), 0x43);
  EXPECT_TRUE(compare(all, arguments)->passed());
  held["k_cache"].set(1, 0x42);
  EXPECT_EQ(compare(all, arguments)->tensors[0].violations, 2);
}

TEST_F(Appends, ScalesByChannel) {
  const std::string scale = "!attn.side<[\"kv_heads\", 4], f32>";
  use("k", HostTensor(DType::F16, {1, 1, 4}, {1, 2, 3, -400}));
  use("cu_q", HostTensor(DType::I32, {2}, {0, 1}));
  use("kv_lens", HostTensor(DType::I32, {1}, {1}));
  use("k_cache", HostTensor(DType::I8, {1, 1, 1, 4}));
  use("k_scale", HostTensor(DType::F32, {1, 4}, {1, 0.5, 2.9, 2}));
  const ReferenceOutput cache = runCache(
      "attn.kernel @test(" + argument("k", kTokens) + ", " + argument("k_cache", kCache) + ", " +
      argument("k_scale", scale) + ") -> (" + kCache +
      " {attn.name = \"k_cache\"}) attributes {lengths = #attn<lengths both>} {\n  %c = attn.append %k to "
      "%k_cache scale %k_scale : " +
      scale + " : " + kTokens + " -> " + kCache + "\n  attn.return %c : " + kCache + "\n}\n");
  EXPECT_EQ(cache.values, (std::vector<double>{1, 4, 1, -128}));
  EXPECT_EQ(cache.bounds, (std::vector<double>{0, 0, 0, 0}));
}

} // namespace
