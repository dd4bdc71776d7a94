// CacheTablesTest.cpp - tables of cyclic caches and of beams, checked before a launch.
#include "attnc/PageTables.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

using namespace attnc;

namespace {

using Table = std::vector<int32_t>;

/// Two tokens stay, four slots go round, from the second page of four on.
constexpr PoolShape kCyclic{5, 4, 6, 2};

std::string check(const Table &table, int64_t maxPages, const Table &lens, const PoolShape &pool = kCyclic) {
  return checkPageTable(pool, BlockTableData{table, maxPages, lens}).message();
}

std::string append(const Table &table, const Table &lens, const Table &queries, const Table &first = {}) {
  return checkPageTable(kCyclic, BlockTableData{table, 2, lens}, AppendData{queries, first}).message();
}

} // namespace

TEST(CyclicTables, Slots) {
  std::vector<int64_t> slots;
  for (int64_t token = 0; token < 11; ++token)
    slots.push_back(kCyclic.slot(token));
  EXPECT_EQ(slots, (std::vector<int64_t>{0, 1, 4, 5, 6, 7, 4, 5, 6, 7, 4}));
  EXPECT_EQ(kCyclic.slots(0), 0);
  EXPECT_EQ(kCyclic.slots(2), 2);
  EXPECT_EQ(kCyclic.slots(3), 5);
  EXPECT_EQ(kCyclic.slots(1000), 8);
  EXPECT_EQ((PoolShape{1, 4}.slots(9)), 9);
}

TEST(CyclicTables, NeedPagesForWhatIsHeld) {
  EXPECT_EQ(check({3, 4}, 2, {1000}), "");
  EXPECT_EQ(check({3, 5}, 2, {1000}), "request 0, block_table[0, 1]: expected a page in 0..4, got 5");
  EXPECT_EQ(check({3, 5}, 2, {2}), ""); // those that are kept
  EXPECT_EQ(
      check({3}, 1, {3}),
      "request 0, kv_lens[0]: expected a length that takes slots in 0..4 (max_pages 1 x page size 4), got 3");
  EXPECT_EQ(check({3}, 1, {std::numeric_limits<int32_t>::max()}, {5, 4, 4}), "");
  EXPECT_EQ(check({3, 4}, 2, {1}, {5, 4, 6, 6}),
            "expected a window of more tokens than are kept, or neither, got 6 and 6");
  EXPECT_EQ(check({3, 4}, 2, {1}, {5, 4, 0, 1}),
            "expected a window of more tokens than are kept, or neither, got 0 and 1");
}

TEST(CyclicTables, AreDense) {
  const Table indptr{0, 1}, indices{0}, last{2};
  EXPECT_EQ(checkPageTable(kCyclic, PageListData{indptr, indices, last}).message(),
            "expected a block table of a cyclic cache, whose pages do not say how long a request is, got "
            "page lists");
}

TEST(CyclicTables, NewTokensGoRound) {
  // Requests share the page of the tokens that are kept, which nobody writes.
  EXPECT_EQ(append({0, 1, 0, 2}, {100, 7}, {1, 3}), "");
  EXPECT_EQ(
      append({0, 1, 0, 1}, {100, 7}, {1, 3}),
      "expected pages that are written by request 0 to be its own, got page 1, which request 1 has too");
  // The first tokens are kept: both pages are written.
  EXPECT_EQ(
      append({0, 1, 0, 2}, {3, 7}, {3, 3}),
      "expected pages that are written by request 0 to be its own, got page 0, which request 1 has too");
  // Of more new tokens than are held the last ones are stored.
  EXPECT_EQ(append({0, 1, 0, 2}, {100, 7}, {50, 3}), "");
  EXPECT_EQ(append({0, 1, 3, 2}, {100, 7}, {1, 3}, {0, 5}), "");
}

TEST(BeamTables, NameBeamsOfTheGroup) {
  const Table lens{3, 2};
  Table beams{0, 1, 0, 1, 1, -7}, prompts;
  auto found = [&](int width = 2, int64_t maxLen = 3) {
    return checkBeams(lens, BeamData{beams, maxLen, width, prompts}).message();
  };
  EXPECT_EQ(found(), ""); // past a request's tokens anything
  beams[4] = 2;
  EXPECT_EQ(found(), "request 1, token 1: expected one of the beams 0..1 in cache_indirection, got 2");
  prompts = {2, 2};
  EXPECT_EQ(found(), ""); // nor below the prompt
  prompts = {2};
  EXPECT_EQ(found(), "prompt_lens: expected 2 elements, got 1");
  prompts = {2, 4};
  EXPECT_EQ(found(), "request 1: expected a prompt of 0 to max_len (3) tokens in prompt_lens, got 4");
  prompts = {-1, 0};
  EXPECT_EQ(found(), "request 0: expected a prompt of 0 to max_len (3) tokens in prompt_lens, got -1");
  EXPECT_EQ(found(3), "expected a multiple of 3 requests, the beams of a group, got 2");
  EXPECT_EQ(found(0), "expected groups of at least 1 beam, got 0");
  EXPECT_EQ(found(2, 4), "cache_indirection: expected batch x max_len elements, got 2 x 4 and 6 elements");
  prompts = {};
  beams = {0, 0, 0, 0};
  EXPECT_EQ(found(2, 2), "request 0: expected max_len to be at least its 3 tokens, got 2");
}

TEST(BeamTables, ReadPagesOfTheOthers) {
  const Table lens{4, 8}; // the second page of request 0 is not its own business
  Table table{0, -1, 1, 2}, beams(16, 1);
  auto found = [&] {
    return checkPageTable({3, 4}, BlockTableData{table, 2, lens}, BeamData{beams, 8, 2}).message();
  };
  EXPECT_EQ(found(), "");
  beams[8 + 4] = 0;
  EXPECT_EQ(found(),
            "request 1, token 4: expected a page of the pool of 3 at block_table[0, 1], as it is read from "
            "request 0, got -1");
  table[1] = 2;
  EXPECT_EQ(found(), "");
}
