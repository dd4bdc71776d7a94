// CacheSlotsTest.cpp - where tokens of cyclic caches lie, and whose tokens beams read, against a pen.
#include "codegen/reference/CachedTokens.h"
#include "test/reference/TestKernel.h"

#include "gtest/gtest.h"

using namespace attnc;
using namespace attnc::test;
using namespace attnc::reference;

namespace {

Parameter cacheOf(std::string axes, int64_t page, int64_t window, int64_t keep) {
  Parameter cache;
  cache.name = "k_cache";
  cache.dtype = DType::F16;
  cache.heads = cache.dim = 1;
  cache.cacheAxes = std::move(axes);
  cache.page = page;
  cache.table = page ? "block_table" : "";
  cache.window = window;
  cache.keep = keep;
  return cache;
}

std::vector<int64_t> slots(int64_t page, int64_t window, int64_t keep, int64_t tokens) {
  HostTensor data(DType::F16, {2, 8, 1, 1}), table(DType::I32, {2, 4});
  Arguments arguments;
  arguments.tensors = {{"k_cache", data.view()}, {"block_table", table.view()}};
  const Parameter cache = cacheOf(page ? "pnhd" : "bnhd", page, window, keep);
  Result<TokenPlaces> places = TokenPlaces::of(cache, {}, 0, arguments);
  EXPECT_TRUE(places.ok());
  std::vector<int64_t> out;
  for (int64_t token = 0; token < tokens; ++token)
    out.push_back(places->slot(token));
  return out;
}

/// What each token of request `request` holds: of two beams a request with 10 * request + slot in its slots.
std::vector<double> readBeams(int64_t request, const std::vector<double> &prompts, double entry = 1) {
  HostTensor data(DType::F16, {4, 3, 1, 1}), beams(DType::I32, {4, 5}),
      lengths(DType::I32, {4}, {1, 1, 1, 1});
  for (int64_t i = 0; i < 12; ++i)
    data.set(i, double(10 * (i / 3) + i % 3));
  for (int64_t i = 0; i < 20; ++i)
    beams.set(i, i % 5 == 1 ? entry : 0);
  if (!prompts.empty())
    lengths = HostTensor(DType::I32, {4}, prompts);
  Arguments arguments;
  arguments.tensors = {
      {"k_cache", data.view()}, {"cache_indirection", beams.view()}, {"prompt_lens", lengths.view()}};
  Parameter cache = cacheOf("bnhd", 0, 0, 0);
  cache.beams = "cache_indirection";
  cache.prompts = prompts.empty() ? "" : "prompt_lens";
  cache.beamWidth = 2;
  Result<TokenRows> rows = readCachedRows({&cache, nullptr}, {}, request, 3, arguments);
  return rows.ok() ? rows->values : std::vector<double>();
}

} // namespace

TEST(CacheSlots, GoRoundBehindThoseThatAreKept) {
  EXPECT_EQ(slots(0, 0, 0, 4), (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(slots(0, 6, 0, 8), (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 0, 1}));
  EXPECT_EQ(slots(0, 6, 2, 11), (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 2, 3, 4, 5, 2}));
}

TEST(CacheSlots, OfARingBeginWithAPage) {
  EXPECT_EQ(slots(4, 6, 2, 8), (std::vector<int64_t>{0, 1, 4, 5, 6, 7, 4, 5}));
  EXPECT_EQ(slots(3, 6, 4, 8), (std::vector<int64_t>{0, 1, 2, 3, 6, 7, 6, 7}));
  EXPECT_EQ(slots(1, 6, 4, 8), (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 4, 5}));
}

TEST(CacheSlots, OfBeamsAreThoseOfTheOneThatIsNamed) {
  EXPECT_EQ(readBeams(0, {}), (std::vector<double>{0, 11, 2}));
  EXPECT_EQ(readBeams(3, {}), (std::vector<double>{20, 31, 22})); // its group begins with request 2
  EXPECT_EQ(readBeams(3, {0, 0, 0, 2}), (std::vector<double>{20, 21, 22}));
}

TEST(CacheSlots, OfBeamsBeyondTheGroupAreErrors) {
  EXPECT_TRUE(readBeams(0, {}, 2).empty());
  EXPECT_TRUE(readBeams(0, {}, -1).empty());
  EXPECT_FALSE(readBeams(0, {2, 2, 2, 2}, -1).empty()); // below the prompt nobody looks
}
