// JoinedTokensTest.cpp - attention over a cache and new tokens that it lacks.
#include "test/reference/AppendFixture.h"

using namespace attnc;
using namespace attnc::test;

namespace {

const std::string kTurn = " dim 8 frequencies [1.0, 0.5, 0.25, 0.125] : (";

/// Joined keys and values; new keys are rotated before (`active`), all after (`read`), or neither.
std::string joins(const std::string &rotated, const std::string &more = "") {
  const std::string q = "!attn.tokens<4x8xf16, packed>", kv = "!attn.tokens<2x8xf16, packed>",
                    cache = "!attn.cache<2x8xf16, nhd page 3>", rows = "!attn.rows<4xf32, packed>";
  auto rope = [&](const std::string &result, const std::string &tokens) {
    return "  " + result + " = attn.rope neox keys " + tokens + kTurn + kv + ") -> " + kv + "\n";
  };
  const std::string pages = " pages %block_table : " + kTable + " : ";
  std::string text = "attn.kernel @test(" + argument("q", q) + ", " + argument("k", kv) + ", " +
                     argument("v", kv) + ", " + argument("k_cache", cache) + ", " +
                     argument("v_cache", cache) + ", " + argument("block_table", kTable) + ") -> (" + q +
                     " {attn.name = \"out\"}, " + rows +
                     " {attn.name = \"lse\"}) attributes {lengths = #attn<lengths both>} {\n" + more;
  if (rotated == "active")
    text += rope("%new", "%k");
  text += "  %kc = attn.cached %k_cache" + pages + cache + " -> " + kv + "\n  %vc = attn.cached %v_cache" +
          pages + cache + " -> " + kv + "\n  %keys = attn.join %kc, " +
          (rotated == "active" ? "%new" : "%k") + " : " + kv + ", " + kv +
          "\n  %values = attn.join %vc, %v : " + kv + ", " + kv + "\n";
  if (rotated == "read")
    text += rope("%turned", "%keys");
  return text + "  %o, %lse = attn.attention %q, " + (rotated == "read" ? "%turned" : "%keys") +
         ", %values scale 1.0 statistics [\"lse\"] anchor bottom_right score {} mask {} : (" + q + ", " + kv +
         ", " + kv + ") -> (" + q + ", " + rows + ")\n  attn.return %o, %lse : " + q + ", " + rows + "\n}\n";
}

/// The same over keys and values in memory, perhaps rotated.
std::string plain(bool rotated) {
  KernelText text;
  text.heads = 4;
  text.kvHeads = 2;
  text.dim = 8;
  text.layout = "packed";
  text.lengths = "both";
  std::string out = text.str();
  const std::string kv = "!attn.tokens<2x8xf16, packed>";
  if (rotated) {
    out.insert(out.find("  %o, %lse ="), "  %kr = attn.rope neox keys %k" + kTurn + kv + ") -> " + kv + "\n");
    out.replace(out.find("%q, %k, %v scale"), 10, "%q, %kr, %v");
  }
  return out;
}

/// Requests of 7, 2 and 3 keys, of which 4, 3 (the last 2 count) and 3 are new: page 2 holds three old tokens
/// of request 0, all else is NaN.
class JoinedTokens : public Appends {
protected:
  JoinedTokens() {
    use("q", HostTensor(DType::F16, {10, 4, 8}));
    held["q"].fillNormal(1);
    use("cu_q", HostTensor(DType::I32, {4}, {0, 4, 7, 10}));
    use("kv_lens", HostTensor(DType::I32, {3}, {7, 2, 3}));
    use("block_table", HostTensor(DType::I32, {3, 1}, {2, -1, -1}));
    for (const std::string part : {"k", "v"}) {
      HostTensor pool(DType::F16, {6, 3, 2, 8}), added(DType::F16, {10, 2, 8}), old(DType::F16, {3, 2, 8});
      added.fillNormal(part == "k" ? 2 : 3);
      old.fillNormal(part[0]);
      for (int64_t i = 0; i < pool.size(); ++i)
        pool.set(i, i / 48 == 2 ? old.get(i % 48) : kNaN);
      HostTensor all(DType::F16, {12, 2, 8});
      for (int64_t token = 0; token < 12; ++token)
        for (int64_t e = 0; e < 16; ++e)
          all.set(token * 16 + e, token < 3   ? old.get(token * 16 + e)
                                  : token < 7 ? added.get((token - 3) * 16 + e)
                                              : added.get((token - 2) * 16 + e));
      use(part, std::move(added));
      use(part + "_cache", std::move(pool));
      held["all_" + part] = std::move(all);
    }
  }
  Result<ReferenceResult> runPlain(const std::string &text) {
    arguments.tensors["k"] = held["all_k"].view();
    arguments.tensors["v"] = held["all_v"].view();
    use("cu_kv", HostTensor(DType::I32, {4}, {0, 7, 9, 12}));
    return run(text);
  }
  void expectSame(const std::string &joined, const std::string &plain) {
    Result<ReferenceResult> actual = run(joined);
    ASSERT_TRUE(actual.ok()) << actual.status().str();
    Result<ReferenceResult> expected = runPlain(plain);
    ASSERT_TRUE(expected.ok()) << expected.status().str();
    for (const char *name : {"out", "lse"}) {
      const ReferenceOutput &got = *actual->find(name), &want = *expected->find(name);
      EXPECT_EQ(got.values, want.values);
      for (size_t i = 0; i < want.bounds.size(); ++i)
        EXPECT_NEAR(got.bounds[i], want.bounds[i], 1e-9 * want.bounds[i]);
    }
  }
};

TEST_F(JoinedTokens, NewOnesFollowThoseOfTheCache) { expectSame(joins(""), plain(false)); }

TEST_F(JoinedTokens, AllAreRotatedAsTheyAreRead) { expectSame(joins("read"), plain(true)); }

/// What is rotated here once is not rotated again: new keys alone have errors.
TEST_F(JoinedTokens, NewOnesAreRotatedAlone) {
  Result<ReferenceResult> all = run(joins("read")), some = run(joins("active")), none = run(joins(""));
  ASSERT_TRUE(all.ok() && some.ok() && none.ok());
  const ReferenceOutput &whole = *all->find("lse"), &part = *some->find("lse"), &exact = *none->find("lse");
  for (size_t i = 0; i < 4 * 4; ++i) { // request 0 has old keys
    EXPECT_NE(part.values[i], whole.values[i]);
    EXPECT_NE(part.values[i], exact.values[i]);
    EXPECT_GT(part.bounds[i], exact.bounds[i]);
  }
  for (size_t i = 7 * 4; i < size_t(10 * 4); ++i) // request 2 has none
    EXPECT_EQ(part.values[i], whole.values[i]);
}

TEST_F(JoinedTokens, NeedPagesForThoseOfTheCacheOnly) {
  use("kv_lens", HostTensor(DType::I32, {3}, {8, 2, 3}));
  expectError(joins(""), "expected room for 2 pages of request 0 in tensor 'block_table', got 1");
}

} // namespace
