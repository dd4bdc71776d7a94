// AppendAndAttendTest.cpp - attention reads what is appended, with the errors that a kernel stores.
#include "test/reference/AppendFixture.h"

using namespace attnc;
using namespace attnc::test;

namespace {

/// Attention over a cache that keys and values are appended to; `rope` is put before keys.
std::string attends(bool rope, const std::string &element) {
  const std::string q = "!attn.tokens<4x8xf16, packed>", kv = "!attn.tokens<2x8xf16, packed>",
                    cache = "!attn.cache<2x8x" + element + ", nhd page 3>",
                    rows = "!attn.rows<4xf32, packed>";
  const std::string scale = element == "f16" ? "" : " scale %scale : " + kScale;
  const std::string turn = " dim 8 frequencies [1.0, 0.5, 0.25, 0.125] : (";
  std::string text = "attn.kernel @test(" + argument("q", q) + ", " + argument("k", kv) + ", " +
                     argument("v", kv) + ", " + argument("k_cache", cache) + ", " +
                     argument("v_cache", cache) + ", " + argument("block_table", kTable) +
                     (scale.empty() ? "" : ", " + argument("scale", kScale)) + ") -> (" + q +
                     " {attn.name = \"out\"}, " + rows + " {attn.name = \"lse\"}, " + cache +
                     " {attn.name = \"k_cache\"}, " + cache +
                     " {attn.name = \"v_cache\"}) attributes {lengths = #attn<lengths both>} {\n";
  if (rope)
    text += "  %kr = attn.rope neox keys %k" + turn + kv + ") -> " + kv + "\n";
  const std::string rest = " pages %block_table : " + kTable + scale + " : ";
  text += "  %kc = attn.append " + std::string(rope ? "%kr" : "%k") + " to %k_cache" + rest + kv + " -> " +
          cache + "\n  %vc = attn.append %v to %v_cache" + rest + kv + " -> " + cache +
          "\n  %keys = attn.cached %kc" + rest + cache + " -> " + kv + "\n  %values = attn.cached %vc" +
          rest + cache + " -> " + kv + "\n";
  return text +
         "  %o, %lse = attn.attention %q, %keys, %values scale 1.0 statistics [\"lse\"] anchor bottom_right "
         "score {} mask {} : (" +
         q + ", " + kv + ", " + kv + ") -> (" + q + ", " + rows +
         ")\n  attn.return %o, %lse, %kc, %vc : " + q + ", " + rows + ", " + cache + ", " + cache + "\n}\n";
}

/// The same over keys and values in memory.
std::string plain(bool rope) {
  KernelText text;
  text.heads = 4;
  text.kvHeads = 2;
  text.dim = 8;
  text.layout = "packed";
  text.lengths = "both";
  std::string out = text.str();
  const std::string kv = "!attn.tokens<2x8xf16, packed>";
  if (rope) {
    out.insert(out.find("  %o, %lse ="),
               "  %kr = attn.rope neox keys %k dim 8 frequencies [1.0, 0.5, 0.25, 0.125] : (" + kv + ") -> " +
                   kv + "\n");
    out.replace(out.find("%q, %k, %v scale"), 10, "%q, %kr, %v");
  }
  return out;
}

class AppendsAndAttends : public Appends {
protected:
  /// Requests of 7 and 3 keys, of which 4 and 3 are new.
  AppendsAndAttends() {
    use("q", HostTensor(DType::F16, {7, 4, 8}));
    use("k", HostTensor(DType::F16, {7, 2, 8}));
    use("v", HostTensor(DType::F16, {7, 2, 8}));
    held["q"].fillNormal(1);
    held["k"].fillNormal(2);
    held["v"].fillNormal(3);
    use("cu_q", HostTensor(DType::I32, {3}, {0, 4, 7}));
    use("kv_lens", HostTensor(DType::I32, {2}, {7, 3}));
    use("block_table", HostTensor(DType::I32, {2, 3}, {2, 4, 0, 5, -1, -1}));
    use("scale", HostTensor(DType::F32, {1}, {0.125}));
  }
  /// Pools whose page 2, the first of request 0, holds three old tokens.
  void usePools(DType dtype) {
    for (const char *name : {"k_cache", "v_cache"}) {
      HostTensor pool(dtype, {6, 3, 2, 8});
      HostTensor old(DType::F16, {3, 2, 8});
      old.fillNormal(name[0]);
      for (int64_t i = 0; i < pool.size(); ++i)
        pool.set(i, i / 48 == 2 ? old.get(i % 48) : kNaN);
      use(name, std::move(pool));
      HostTensor all(DType::F16, {10, 2, 8});
      for (int64_t i = 0; i < all.size(); ++i) {
        const int64_t token = i / 16, e = i % 16;
        all.set(i, token < 3 ? old.get(i) : held[std::string(1, name[0])].get((token - 3) * 16 + e));
      }
      held[std::string("all_") + name[0]] = std::move(all);
    }
  }
  Result<ReferenceResult> runPlain(const std::string &text) {
    arguments.tensors["k"] = held["all_k"].view();
    arguments.tensors["v"] = held["all_v"].view();
    use("cu_kv", HostTensor(DType::I32, {3}, {0, 7, 10}));
    return run(text);
  }
};

TEST_F(AppendsAndAttends, WhatIsAppendedIsRead) {
  usePools(DType::F16);
  Result<ReferenceResult> actual = run(attends(false, "f16"));
  ASSERT_TRUE(actual.ok()) << actual.status().str();
  Result<ReferenceResult> expected = runPlain(plain(false));
  ASSERT_TRUE(expected.ok()) << expected.status().str();
  for (const char *name : {"out", "lse"}) {
    EXPECT_EQ(actual->find(name)->values, expected->find(name)->values);
    EXPECT_EQ(actual->find(name)->bounds, expected->find(name)->bounds);
  }
}

TEST_F(AppendsAndAttends, RotatedKeysBringTheirErrors) {
  usePools(DType::F16);
  // All tokens are new, so that the plain kernel rotates them all as well.
  use("kv_lens", HostTensor(DType::I32, {2}, {4, 3}));
  Result<ReferenceResult> actual = run(attends(true, "f16"));
  ASSERT_TRUE(actual.ok()) << actual.status().str();
  use("cu_kv", HostTensor(DType::I32, {3}, {0, 4, 7}));
  Result<ReferenceResult> expected = run(plain(true));
  ASSERT_TRUE(expected.ok()) << expected.status().str();
  for (const char *name : {"out", "lse"}) {
    const ReferenceOutput &got = *actual->find(name), &want = *expected->find(name);
    EXPECT_EQ(got.values, want.values);
    for (size_t i = 0; i < want.bounds.size(); ++i)
      EXPECT_NEAR(got.bounds[i], want.bounds[i], 1e-9 * want.bounds[i]);
  }
}

TEST_F(AppendsAndAttends, QuantisedTokensAreReadAsTheyAreStored) {
  usePools(DType::I8);
  Result<ReferenceResult> first = run(attends(false, "i8"));
  ASSERT_TRUE(first.ok()) << first.status().str();
  // Once they are in the cache, appending them again changes nothing, and a kernel without new tokens agrees.
  ReferenceResult caches;
  caches.outputs = {*first->find("k_cache"), *first->find("v_cache")};
  ASSERT_TRUE(store(caches, arguments).ok());
  Result<ReferenceResult> again = run(attends(false, "i8"));
  ASSERT_TRUE(again.ok()) << again.status().str();
  EXPECT_EQ(first->find("out")->values, again->find("out")->values);
  const ReferenceOutput &keys = *first->find("k_cache");
  for (size_t i = 0; i < keys.values.size(); ++i)
    if (keys.written[i]) {
      EXPECT_EQ(keys.values[i], std::nearbyint(keys.values[i]));
    }
}

TEST_F(AppendsAndAttends, ErrorsOfStoredValuesWidenBounds) {
  // A value in the middle of two numbers of the cache may be either.
  usePools(DType::I8);
  for (int64_t i = 0; i < held["v"].size(); ++i)
    held["v"].set(i, 0.125 * (double(i % 5) + 0.5));
  Result<ReferenceResult> ties = run(attends(false, "i8"));
  for (int64_t i = 0; i < held["v"].size(); ++i)
    held["v"].set(i, 0.125 * double(i % 5));
  Result<ReferenceResult> exact = run(attends(false, "i8"));
  ASSERT_TRUE(ties.ok() && exact.ok());
  // Request 1 has nothing but new tokens: every element is a mean of values that may be 1/8 away.
  for (size_t i = 4 * 4 * 8; i < size_t(7 * 4 * 8); ++i) {
    EXPECT_GT(ties->find("out")->bounds[i], 0.125);
    EXPECT_LT(exact->find("out")->bounds[i], 0.0625);
  }
}

/// Keys are stored as they come, and rotated when they are read.
std::string turnedOnRead(const std::string &element) {
  std::string text = attends(false, element);
  const std::string kv = "!attn.tokens<2x8xf16, packed>";
  const size_t values = text.find("  %values = ");
  text.insert(values, "  %turned = attn.rope neox keys %keys dim 8 frequencies [1.0, 0.5, 0.25, 0.125] : (" +
                          kv + ") -> " + kv + "\n");
  text.replace(text.find("%q, %keys, %values"), 18, "%q, %turned, %values");
  return text;
}

TEST_F(AppendsAndAttends, KeysThatAreRotatedWhenTheyAreRead) {
  usePools(DType::F16);
  Result<ReferenceResult> actual = run(turnedOnRead("f16"));
  ASSERT_TRUE(actual.ok()) << actual.status().str();
  Result<ReferenceResult> expected = runPlain(plain(true));
  ASSERT_TRUE(expected.ok()) << expected.status().str();
  EXPECT_EQ(actual->find("out")->values, expected->find("out")->values);
  EXPECT_EQ(actual->find("out")->bounds, expected->find("out")->bounds);
}

TEST_F(AppendsAndAttends, ErrorsOfStoredKeysAreTurnedAsWell) {
  usePools(DType::I8);
  for (int64_t i = 0; i < held["k"].size(); ++i)
    held["k"].set(i, 0.125 * (double(i % 5) + 0.5));
  Result<ReferenceResult> ties = run(turnedOnRead("i8"));
  for (int64_t i = 0; i < held["k"].size(); ++i)
    held["k"].set(i, 0.125 * double(i % 5));
  Result<ReferenceResult> exact = run(turnedOnRead("i8"));
  ASSERT_TRUE(ties.ok() && exact.ok());
  for (size_t i = 4 * 4; i < size_t(7 * 4); ++i)
    EXPECT_GT(ties->find("lse")->bounds[i], 5 * exact->find("lse")->bounds[i]);
}

TEST_F(AppendsAndAttends, OldContentIsNotRead) {
  std::string text = attends(false, "f16");
  text.replace(text.find("attn.cached %kc"), 15, "attn.cached %k_cache");
  usePools(DType::F16);
  expectError(text, "'attn.cached' op expected a cache with all its new tokens, got it without some");
}

} // namespace
