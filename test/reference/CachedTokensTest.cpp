// CachedTokensTest.cpp - attention over caches is attention over the tokens in them, and what the engine says
// about tables that are wrong.
#include "test/reference/TestKernel.h"

#include "gtest/gtest.h"

#include <limits>

using namespace attnc;
using namespace attnc::test;

namespace {

constexpr int64_t kHeads = 4, kKvHeads = 2, kDim = 8, kPage = 3;

/// Two requests, of 7 and of 3 keys; one query each.
const std::vector<int64_t> kLengths{7, 3};

const char *kDense = "!attn.side<[\"batch\", \"max_pages\"], i32>",
           *kCsr = "!attn.side<[\"total_pages\"], i32>";

/// A kernel over caches of these types, in place of k and v.
std::string cachedKernel(const std::string &cache, const std::string &table, bool pair) {
  KernelText plain;
  plain.heads = kHeads;
  plain.kvHeads = kKvHeads;
  plain.dim = kDim;
  plain.layout = "packed";
  plain.lengths = "both";
  plain.mask = kCausal;
  std::string text = plain.str();
  const std::string type = "!attn.cache<2x8xf16, " + cache + ">", tokens = "!attn.tokens<2x8xf16, packed>";
  const size_t begin = text.find(", %k: "), end = text.find(")\n    ->");
  const std::string name = pair ? "kv_cache" : "k_cache";
  std::string arguments = ", %c: " + type + " {attn.name = \"" + name + "\"}";
  if (!pair)
    arguments += ", %d: " + type + " {attn.name = \"v_cache\"}";
  if (!table.empty())
    arguments +=
        ", %t: " + table + " {attn.name = \"" + (table == kCsr ? "page_indices" : "block_table") + "\"}";
  text.replace(begin, end - begin, arguments);
  const std::string pages = table.empty() ? "" : " pages %t : " + table;
  const std::string ops = "  %k = attn.cached %c" + pages + " : " + type + " -> " + tokens +
                          "\n  %v = attn.cached " + (pair ? "%c values" : "%d") + pages + " : " + type +
                          " -> " + tokens + "\n";
  text.insert(text.find("  %o, %lse ="), ops);
  return text;
}

class Cached : public testing::Test {
protected:
  Cached()
      : q(DType::F16, {2, kHeads, kDim}), cuQ(DType::I32, {3}, {0, 1, 2}), kvLens(DType::I32, {2}, {7, 3}),
        table(DType::I32, {2, 4}, {2, 4, 0, -1, 5, 99, -1, 99}), indices(DType::I32, {5}, {2, 4, 0, 5, 99}),
        indptr(DType::I32, {3}, {0, 3, 4}), last(DType::I32, {2}, {1, 3}),
        keys(DType::F16, {10, kKvHeads, kDim}), values(DType::F16, {10, kKvHeads, kDim}) {
    q.fillNormal(1);
    keys.fillNormal(2);
    values.fillNormal(3);
    arguments.tensors = {{"q", q.view()}, {"cu_q", cuQ.view()}};
  }

  /// All tokens in blocks of `rows`, at their slots; all else is NaN.
  HostTensor cacheOf(const std::vector<const HostTensor *> &parts,
                     const std::vector<std::vector<int64_t>> &blocks, int64_t count, int64_t rows) {
    std::vector<int64_t> shape{count};
    if (parts.size() == 2)
      shape.push_back(2);
    shape.insert(shape.end(), {rows, kKvHeads, kDim});
    HostTensor cache(DType::F16, shape);
    for (int64_t i = 0; i < cache.size(); ++i)
      cache.set(i, std::numeric_limits<double>::quiet_NaN());
    const int64_t row = kKvHeads * kDim;
    for (size_t part = 0; part < parts.size(); ++part)
      for (int64_t request = 0, token = 0; request < 2; ++request)
        for (int64_t i = 0; i < kLengths[size_t(request)]; ++i, ++token)
          for (int64_t e = 0; e < row; ++e)
            cache.set(
                ((blocks[size_t(request)][size_t(i / rows)] * int64_t(parts.size()) + int64_t(part)) * rows +
                 i % rows) *
                        row +
                    e,
                parts[part]->get(token * row + e));
    return cache;
  }
  void usePages() {
    k = cacheOf({&keys}, {{2, 4, 0}, {5}}, 6, kPage);
    v = cacheOf({&values}, {{2, 4, 0}, {5}}, 6, kPage);
    arguments.tensors["k_cache"] = k.view();
    arguments.tensors["v_cache"] = v.view();
    arguments.tensors["kv_lens"] = kvLens.view();
    arguments.tensors["block_table"] = table.view();
  }
  void useCsr() {
    usePages();
    arguments.tensors.erase("kv_lens");
    arguments.tensors.erase("block_table");
    arguments.tensors["page_indices"] = indices.view();
    arguments.tensors["page_indptr"] = indptr.view();
    arguments.tensors["last_page_len"] = last.view();
  }

  Result<ReferenceResult> run(const std::string &text) {
    Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(text);
    if (!engine.ok())
      return engine.status();
    return (*engine)->run(arguments);
  }

  void expectTokens(const std::string &text) {
    Result<ReferenceResult> actual = run(text);
    ASSERT_TRUE(actual.ok()) << actual.status().str();
    KernelText plain;
    plain.heads = kHeads;
    plain.kvHeads = kKvHeads;
    plain.dim = kDim;
    plain.layout = "packed";
    plain.lengths = "both";
    plain.mask = kCausal;
    HostTensor cuKv(DType::I32, {3}, {0, 7, 10});
    arguments.tensors = {{"q", q.view()},
                         {"k", keys.view()},
                         {"v", values.view()},
                         {"cu_q", cuQ.view()},
                         {"cu_kv", cuKv.view()}};
    Result<ReferenceResult> expected = run(plain.str());
    ASSERT_TRUE(expected.ok()) << expected.status().str();
    for (const char *name : {"out", "lse"}) {
      EXPECT_EQ(actual->find(name)->values, expected->find(name)->values);
      EXPECT_EQ(actual->find(name)->bounds, expected->find(name)->bounds);
    }
  }

  void expectError(const std::string &text, const std::string &message) {
    Result<ReferenceResult> result = run(text);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().code(), Code::InvalidArgument);
    EXPECT_EQ(result.status().message(), message);
  }

  HostTensor q, cuQ, kvLens, table, indices, indptr, last, keys, values, k, v;
  Arguments arguments;
  const std::string paged = cachedKernel("nhd page 3", kDense, false),
                    csr = cachedKernel("nhd page 3", kCsr, false),
                    contiguous = cachedKernel("nhd", "", false);
};

TEST_F(Cached, PagesOfADenseTable) {
  usePages();
  expectTokens(paged);
}

TEST_F(Cached, PagesOfACsrTable) {
  useCsr();
  expectTokens(csr);
}

TEST_F(Cached, PairsOfKeysAndValues) {
  usePages();
  k = cacheOf({&keys, &values}, {{2, 4, 0}, {5}}, 6, kPage);
  arguments.tensors["kv_cache"] = k.view();
  expectTokens(cachedKernel("nhd page 3 pair", kDense, true));
}

TEST_F(Cached, ContiguousOfACapacity) {
  usePages();
  k = cacheOf({&keys}, {{0}, {1}}, 2, 9);
  v = cacheOf({&values}, {{0}, {1}}, 2, 9);
  arguments.tensors["k_cache"] = k.view();
  arguments.tensors["v_cache"] = v.view();
  expectTokens(contiguous);
}

TEST_F(Cached, StridesAreFollowed) {
  usePages();
  // Pools with a page of another cache behind each page, and tables with a column too much.
  HostTensor wide(DType::F16, {6, 2, kPage, kKvHeads, kDim}), wideTable(DType::I32, {2, 6});
  for (int64_t i = 0; i < k.size(); ++i)
    wide.set(i / (kPage * kKvHeads * kDim) * 2 * kPage * kKvHeads * kDim + i % (kPage * kKvHeads * kDim),
             k.get(i));
  for (int64_t i = 0; i < 8; ++i)
    wideTable.set(i / 4 * 6 + i % 4, table.get(i));
  Tensor &pool = arguments.tensors["k_cache"], &list = arguments.tensors["block_table"];
  pool = wide.view();
  pool.shape = {6, kPage, kKvHeads, kDim};
  pool.strides = {2 * kPage * kKvHeads * kDim, kKvHeads * kDim, kDim, 1};
  list = wideTable.view();
  list.shape = {2, 4};
  list.strides = {6, 1};
  expectTokens(paged);
}

TEST_F(Cached, WrongPools) {
  usePages();
  v = HostTensor(DType::F16, {6, kPage, kKvHeads, kDim - 1});
  arguments.tensors["v_cache"] = v.view();
  expectError(paged, "expected tensor 'v_cache' of shape [pages, 3, 2, 8], got [6, 3, 2, 7]");
  v = HostTensor(DType::F16, {3, 9, kKvHeads, kDim});
  arguments.tensors["v_cache"] = v.view();
  arguments.tensors["k_cache"] = v.view();
  expectError(contiguous, "expected tensor 'k_cache' of shape [2, capacity, 2, 8], got [3, 9, 2, 8]");
  v = HostTensor(DType::F16, {2, 6, kKvHeads, kDim});
  arguments.tensors["k_cache"] = v.view();
  expectError(contiguous,
              "expected lengths of at most the capacity of tensor 'k_cache' (6), got 7 of request 0");
}

TEST_F(Cached, WrongDenseTables) {
  usePages();
  table.set(1, 6);
  expectError(paged, "expected pages from 0 to 5 in tensor 'block_table', got 6 as page 1 of request 0");
  table.set(1, -1);
  expectError(paged, "expected pages from 0 to 5 in tensor 'block_table', got -1 as page 1 of request 0");
  table = HostTensor(DType::I32, {2, 2}, {2, 4, 5, 5});
  arguments.tensors["block_table"] = table.view();
  expectError(paged, "expected room for 3 pages of request 0 in tensor 'block_table', got 2");
  table = HostTensor(DType::I32, {1, 4}, {2, 4, 0, 0});
  arguments.tensors["block_table"] = table.view();
  expectError(paged, "expected tensor 'block_table' of shape [2, max_pages], got [1, 4]");
  table = HostTensor(DType::I32, {8});
  arguments.tensors["block_table"] = table.view();
  expectError(paged, "expected tensor 'block_table' of shape [2, max_pages], got [8]");
  kvLens.set(1, -1);
  table = HostTensor(DType::I32, {2, 4}, {2, 4, 0, 0, 0, 0, 0, 0});
  arguments.tensors["block_table"] = table.view();
  expectError(paged, "expected lengths of at least 0 in tensor 'kv_lens', got -1");
}

TEST_F(Cached, WrongCsrTables) {
  useCsr();
  last.set(0, 4);
  expectError(csr, "expected 1 to 3 in tensor 'last_page_len', got 4 of request 0");
  last.set(0, 0);
  expectError(csr, "expected 1 to 3 in tensor 'last_page_len', got 0 of request 0");
  last.set(0, 1);
  indices.set(3, 6);
  expectError(csr, "expected pages from 0 to 5 in tensor 'page_indices', got 6 as page 0 of request 1");
  indices.set(3, 5);
  indices = HostTensor(DType::I32, {1, 5});
  arguments.tensors["page_indices"] = indices.view();
  expectError(csr, "expected tensor 'page_indices' of shape [total_pages], got [1, 5]");
}

} // namespace
