// CacheEquivalenceTest.cpp - where keys lie changes no bit of a result: caches of every kind against plain
// tensors, whether the kernel appends the new ones or finds them there, chunks against a whole prompt, decode
// against prefill, with one schedule pinned.
//
// Slots that no key has yet are NaN.
#include "runtime/jit/Compile.h"
#include "runtime/nvrtc/NvrtcCompiler.h"

#include "attnc/Runtime.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>

using namespace attnc;

namespace {

constexpr int64_t kHeads = 4, kKvHeads = 2, kDim = 64;
constexpr uint16_t kNaN = 0x7e00; // f16

/// Repeatable f16 in about [-2, 2]: 1 to 2 in steps of 1/64, or its negative.
uint16_t element(uint64_t i) {
  uint64_t x = (i + 1) * 0x9e3779b97f4a7c15ull;
  x ^= x >> 29;
  return static_cast<uint16_t>(0x3800 | (x >> 13 & 0x3f) << 4 | (x >> 41 & 1) << 15 | (x >> 47 & 3) << 10);
}

/// A request: its queries are the last of its tokens.
struct Request {
  int64_t queries, keys;
};

/// Element of a tensor of all tokens, by a token's number in its request.
uint16_t query(int64_t request, int64_t token, int64_t head, int64_t e) {
  return element(static_cast<uint64_t>(((request * 1000 + token) * kHeads + head) * kDim + e));
}
uint16_t key(bool value, int64_t request, int64_t token, int64_t head, int64_t e) {
  return element(0x1000000u * (value ? 2 : 1) +
                 static_cast<uint64_t>(((request * 1000 + token) * kKvHeads + head) * kDim + e));
}

struct Results {
  std::vector<uint16_t> out; ///< [tokens, heads, dim]
  std::vector<float> lse;    ///< [tokens, heads]
};

/// The pages of each request, one pool for all, in no order.
struct Pages {
  int64_t page;
  std::vector<std::vector<int32_t>> of;
  int32_t count = 1; // page 0 is nobody's

  Pages(int64_t page, const std::vector<Request> &requests) : page(page) {
    for (const Request &request : requests) {
      of.emplace_back();
      for (int64_t i = 0; i * page < request.keys; ++i)
        of.back().push_back(count++);
      std::reverse(of.back().begin(), of.back().end());
    }
  }
};

class Runner {
public:
  /// A spec over `lines`, for `requests`.
  Result<Results> run(const std::string &lines, const std::vector<Request> &requests) {
    requests_ = requests;
    appends_ = lines.find("append:") != std::string::npos;
    ATTNC_ASSIGN_OR_RETURN(Spec spec,
                           readSpecText("attnc: 1\nname: equal\nheads: {query: 4, kv: 2}\nhead_dim: 64\n"
                                        "dtype: f16\nlayout: packed\noutputs: [out, lse]\n" +
                                            lines,
                                        "equal.yaml"));
    ATTNC_ASSIGN_OR_RETURN(Target target, Target::parse("sm_80"));
    ATTNC_ASSIGN_OR_RETURN(Program program, compileToProgram(spec, target));
    ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Nvrtc> nvrtc, Nvrtc::open());
    ATTNC_ASSIGN_OR_RETURN(Image image, nvrtc->compile(program, {true}));
    const std::shared_ptr<Device> device = openSimDevice(target);
    const int64_t page = spec.cache ? spec.cache->page : 0;
    const Pages pages(std::max(page, int64_t(1)), page ? requests : std::vector<Request>());
    Arguments arguments;
    for (const TensorSig &sig : program.tensors) {
      std::vector<uint8_t> content;
      Tensor &tensor = arguments.tensors[sig.name];
      tensor.dtype = sig.dtype;
      fill(sig.name, spec, pages, tensor, content);
      ATTNC_ASSIGN_OR_RETURN(tensor.data, device->allocate(std::max(content.size(), size_t(16))));
      std::memcpy(tensor.data, content.data(), content.size()); // addresses of sim are those of the host
    }
    for (const std::string &dim : program.dims)
      if (dim == "q_len" || dim == "kv_len")
        arguments.dims[dim] = longest(dim == "q_len");
    ATTNC_RETURN_IF_ERROR(Kernel(std::make_shared<const Image>(std::move(image))).run(*device, arguments));
    Results results;
    const auto *out = static_cast<const uint16_t *>(arguments.tensors["out"].data);
    results.out.assign(out, out + total(true) * kHeads * kDim);
    const auto *lse = static_cast<const float *>(arguments.tensors["lse"].data);
    results.lse.assign(lse, lse + total(true) * kHeads);
    return results;
  }

private:
  std::vector<Request> requests_;
  bool appends_ = false; ///< the new tokens come as tensors, and the cache lacks them

  /// Of a request: the first token that tensors of k and v have, or that a cache lacks.
  int64_t firstNew(const Request &request) const { return appends_ ? request.keys - request.queries : 0; }

  int64_t total(bool queries) const {
    int64_t sum = 0;
    for (const Request &request : requests_)
      sum += queries ? request.queries : request.keys;
    return sum;
  }
  int64_t longest(bool queries) const {
    int64_t most = 0;
    for (const Request &request : requests_)
      most = std::max(most, queries ? request.queries : request.keys);
    return most;
  }

  template <class T> static void put(std::vector<uint8_t> &content, const std::vector<T> &values) {
    content.resize(values.size() * sizeof(T));
    std::memcpy(content.data(), values.data(), content.size());
  }

  void fill(const std::string &name, const Spec &spec, const Pages &pages, Tensor &tensor,
            std::vector<uint8_t> &content) const {
    const auto batch = static_cast<int64_t>(requests_.size());
    if (name == "lse" || name == "out") {
      tensor.shape = {total(true), kHeads};
      if (name == "out")
        tensor.shape.push_back(kDim);
      content.resize(static_cast<size_t>(tensor.spanBytes()), 0xff);
    } else if (name == "q") {
      std::vector<uint16_t> values;
      for (int64_t b = 0; b < batch; ++b)
        for (int64_t row = 0; row < requests_[size_t(b)].queries; ++row)
          for (int64_t i = 0; i < kHeads * kDim; ++i)
            values.push_back(
                query(b, requests_[size_t(b)].keys - requests_[size_t(b)].queries + row, i / kDim, i % kDim));
      tensor.shape = {total(true), kHeads, kDim};
      put(content, values);
    } else if (name == "k" || name == "v") {
      std::vector<uint16_t> values;
      for (int64_t b = 0; b < batch; ++b)
        for (int64_t token = firstNew(requests_[size_t(b)]); token < requests_[size_t(b)].keys; ++token)
          for (int64_t i = 0; i < kKvHeads * kDim; ++i)
            values.push_back(key(name == "v", b, token, i / kDim, i % kDim));
      tensor.shape = {total(appends_), kKvHeads, kDim};
      put(content, values);
    } else if (name.ends_with("_cache")) {
      fillCache(name, *spec.cache, pages, tensor, content);
    } else {
      std::vector<int32_t> values = integers(name, pages, tensor);
      if (tensor.shape.empty())
        tensor.shape = {static_cast<int64_t>(values.size())};
      put(content, values);
    }
  }

  std::vector<int32_t> integers(const std::string &name, const Pages &pages, Tensor &tensor) const {
    std::vector<int32_t> values;
    if (name == "cu_q" || name == "cu_kv" || name == "page_indptr")
      values.push_back(0);
    const size_t most = static_cast<size_t>((longest(false) + pages.page - 1) / pages.page) + 1;
    for (size_t b = 0; b < requests_.size(); ++b) {
      const Request &request = requests_[b];
      if (name == "cu_q" || name == "cu_kv")
        values.push_back(values.back() + int32_t(name == "cu_q" ? request.queries : request.keys));
      else if (name == "kv_lens")
        values.push_back(int32_t(request.keys));
      else if (name == "page_indptr")
        values.push_back(values.back() + int32_t(pages.of[b].size()));
      else if (name == "last_page_len")
        values.push_back(request.keys ? int32_t((request.keys - 1) % pages.page + 1) : 0);
      else // a table
        values.insert(values.end(), pages.of[b].begin(), pages.of[b].end());
      if (name.ends_with("block_table"))
        values.resize((b + 1) * most, -1);
    }
    if (name.ends_with("block_table"))
      tensor.shape = {static_cast<int64_t>(requests_.size()), static_cast<int64_t>(most)};
    return values;
  }

  void fillCache(const std::string &name, const CacheSpec &cache, const Pages &pages, Tensor &tensor,
                 std::vector<uint8_t> &content) const {
    const int64_t rows = cache.isPaged() ? cache.page : longest(false) + 5;
    const int64_t blocks = cache.isPaged() ? pages.count : static_cast<int64_t>(requests_.size());
    const std::string order = name == "v_cache" ? cache.orderV : cache.orderK;
    std::map<char, int64_t> sizes{{'n', rows}, {'h', kKvHeads}, {'d', kDim}}, strides;
    int64_t stride = 1;
    for (size_t i = order.size(); i-- > 0; stride *= sizes[order[i]])
      strides[order[i]] = stride;
    const int64_t pair = stride;
    tensor.shape = {blocks};
    if (cache.combined) {
      tensor.shape.push_back(2);
      stride *= 2;
    }
    for (char axis : order)
      tensor.shape.push_back(sizes[axis]);
    std::vector<uint16_t> values(static_cast<size_t>(blocks * stride), kNaN);
    for (bool value : {false, true}) {
      if (!cache.combined && value != (name == "v_cache"))
        continue;
      for (size_t b = 0; b < requests_.size(); ++b)
        for (int64_t token = 0; token < (appends_ ? firstNew(requests_[b]) : requests_[b].keys); ++token)
          for (int64_t i = 0; i < kKvHeads * kDim; ++i) {
            const int64_t block = cache.isPaged() ? pages.of[b][size_t(token / rows)] : int64_t(b);
            const int64_t at = block * stride + (cache.combined && value ? pair : 0) +
                               token % rows * strides['n'] + i / kDim * strides['h'] +
                               i % kDim * strides['d'];
            values[size_t(at)] = key(value, int64_t(b), token, i / kDim, i % kDim);
          }
    }
    put(content, values);
  }
};

Results resultsOf(const std::string &lines, const std::vector<Request> &requests) {
  Result<Results> results = Runner().run(lines, requests);
  EXPECT_TRUE(results.ok()) << lines << results.status().str();
  return results.ok() ? *results : Results();
}

void expectEqual(const Results &got, const Results &expected, const std::string &what) {
  EXPECT_FALSE(expected.out.empty());
  for (uint16_t bits : expected.out)
    ASSERT_LT(bits & 0x7fff, 0x7c00) << what << ": not finite";
  EXPECT_EQ(got.out, expected.out) << what;
  EXPECT_EQ(got.lse.size(), expected.lse.size()) << what;
  EXPECT_EQ(std::memcmp(got.lse.data(), expected.lse.data(), expected.lse.size() * sizeof(float)), 0) << what;
}

const std::string kPins = "schedule: {tile_q: 64, tile_kv: 32, stages: 2, warps: 4}\n";
const std::vector<std::string> kCaches{
    "{layout: contiguous}",
    "{layout: contiguous, pools: combined, order: hnd}",
    "{layout: contiguous, order: {k: hdn}}",
    "{layout: paged, page: 16}",
    "{layout: paged, page: 1, table: csr}",
    "{layout: paged, page: 3, order: hnd}",
    "{layout: paged, page: 64, table: csr, pools: combined, order: hnd}",
    "{layout: paged, page: 256, tables: separate, order: {k: hdn, v: dhn}}"};

TEST(CacheEquivalence, ACacheAndTensorsGiveTheSameBits) {
  const std::vector<Request> requests{{70, 133}, {1, 64}, {3, 0}, {65, 65}, {0, 17}};
  for (const std::string mask : {"mask: causal\n", "mask: {sliding_window: 41}\n"}) {
    const std::string lines = "phase: prefill\n" + mask + kPins;
    const Results expected = resultsOf(lines, requests);
    for (const std::string &cache : kCaches)
      expectEqual(resultsOf(lines + "cache: " + cache + "\n", requests), expected, mask + cache);
  }
}

TEST(CacheEquivalence, NewTokensMayBeAppendedOrThere) {
  const std::vector<Request> requests{{70, 133}, {1, 64}, {3, 0}, {65, 65}, {0, 17}, {1, 1}};
  const std::string lines = "phase: prefill\nmask: causal\n" + kPins;
  const Results expected = resultsOf(lines, requests);
  for (const std::string &cache : kCaches)
    expectEqual(resultsOf(lines + "append: end\ncache: " + cache + "\n", requests), expected,
                "append " + cache);
}

/// Chunks of any size, launched one after the other over a cache that grows: a row sees the same tiles of
/// keys, beside tiles in which it sees nothing.
TEST(CacheEquivalence, ChunksGiveTheBitsOfAWholePrompt) {
  const int64_t kPrompt = 150;
  const std::string lines =
      "phase: prefill\nmask: causal\ncache: {layout: paged, page: 16, table: csr}\n" + kPins;
  const Results whole = resultsOf(lines, {{kPrompt, kPrompt}});
  Results chunks;
  int64_t done = 0;
  for (int64_t chunk : {37, 64, 1, 48}) {
    done += chunk;
    const Results part = resultsOf(lines, {{chunk, done}});
    chunks.out.insert(chunks.out.end(), part.out.begin(), part.out.end());
    chunks.lse.insert(chunks.lse.end(), part.lse.begin(), part.lse.end());
  }
  ASSERT_EQ(done, kPrompt);
  expectEqual(chunks, whole, "chunks");
}

/// Packed or not, new tokens get what the last rows of a prefill get, if tiles of keys are the same.
TEST(CacheEquivalence, DecodeGivesTheBitsOfPrefill) {
  const std::string cache = "mask: causal\ncache: {layout: paged, page: 16}\n";
  const Results whole = resultsOf("phase: prefill\n" + cache + kPins, {{130, 130}});
  for (int64_t tokens : {1, 4, 16})
    for (const std::string packing : {"true", "false"}) {
      const Results decoded = resultsOf("phase: decode\nnew_tokens: " + std::to_string(tokens) + "\n" +
                                            cache + "schedule: {tile_kv: 32, packing: " + packing + "}\n",
                                        {{tokens, 130}});
      const Results last{{whole.out.end() - tokens * kHeads * kDim, whole.out.end()},
                         {whole.lse.end() - tokens * kHeads, whole.lse.end()}};
      expectEqual(decoded, last, std::to_string(tokens) + " tokens, packing " + packing);
    }
}

} // namespace
