// PageTablesTest.cpp - tables out of sequences, and checks of tables of any origin.
#include "attnc/PageTables.h"

#include <gtest/gtest.h>

namespace attnc {
namespace {

using Table = std::vector<int32_t>;

/// Page size 4: sequences of 9 tokens (pages 0, 1, 2), of 0, and of 8 (pages 3, 4).
class PageTables : public ::testing::Test {
protected:
  void SetUp() override {
    for (int64_t tokens : {9, 0, 8}) {
      AppendPlan plan;
      batch.push_back(all.start().sequence);
      ASSERT_TRUE(all.append(batch.back(), tokens, plan).ok());
    }
  }

  PagedSequences all = *PagedSequences::create(6, 4);
  std::vector<SequenceId> batch;
};

TEST_F(PageTables, BlockTable) {
  Table table(12, 77);
  ASSERT_TRUE(writeBlockTable(all, batch, 4, table).ok());
  EXPECT_EQ(table, (Table{0, 1, 2, -1, -1, -1, -1, -1, 3, 4, -1, -1}));
  const std::vector<SequenceId> some{batch[2], batch[2]};
  ASSERT_TRUE(writeBlockTable(all, some, 2, std::span(table).first(4)).ok());
  EXPECT_EQ(table, (Table{3, 4, 3, 4, -1, -1, -1, -1, 3, 4, -1, -1}));
  EXPECT_TRUE(writeBlockTable(all, {}, 4, {}).ok());
  EXPECT_TRUE(writeBlockTable(all, std::span(batch).subspan(1, 1), 0, {}).ok());
}

TEST_F(PageTables, BlockTableErrorsWriteNothing) {
  Table table(6, 77);
  EXPECT_EQ(writeBlockTable(all, batch, 2, table).message(),
            "batch entry 0 (sequence 1): expected at most max_pages = 2 pages, got 3");
  EXPECT_EQ(writeBlockTable(all, batch, 3, table).message(), "block_table: expected 9 elements, got 6");
  EXPECT_EQ(writeBlockTable(all, batch, -1, table).message(),
            "max_pages: expected 0 or more, and a table below 2^63 elements, got -1");
  EXPECT_EQ(writeBlockTable(all, batch, int64_t(1) << 62, table).code(), Code::InvalidArgument);
  batch[1] = 99;
  EXPECT_EQ(writeBlockTable(all, batch, 2, table).message(),
            "batch entry 1: expected a sequence of this pool, got id 99");
  EXPECT_EQ(table, Table(6, 77));
}

TEST_F(PageTables, PageLists) {
  EXPECT_EQ(*countPages(all, batch), 5);
  Table indptr(4, 77), indices(6, 77), last(3, 77), lens(3, 77);
  ASSERT_TRUE(writePageLists(all, batch, indptr, indices, last).ok());
  ASSERT_TRUE(writeLengths(all, batch, lens).ok());
  EXPECT_EQ(indptr, (Table{0, 3, 3, 5}));
  EXPECT_EQ(indices, (Table{0, 1, 2, 3, 4, 77}));
  EXPECT_EQ(last, (Table{1, 0, 4}));
  EXPECT_EQ(lens, (Table{9, 0, 8}));
  EXPECT_TRUE(checkPageTable({6, 4}, PageListData{indptr, indices, last, lens}).ok());
  EXPECT_TRUE(writePageLists(all, {}, std::span(indptr).first(1), {}, {}).ok());
}

TEST_F(PageTables, PageListErrorsWriteNothing) {
  Table indptr(4, 77), indices(4, 77), last(3, 77);
  EXPECT_EQ(writePageLists(all, batch, indptr, indices, last).message(),
            "page_indices: expected room for 5 pages, got 4");
  EXPECT_EQ(writePageLists(all, batch, last, indices, last).message(),
            "page_indptr: expected 4 elements, got 3");
  EXPECT_EQ(writePageLists(all, batch, indptr, indices, indptr).code(), Code::InvalidArgument);
  EXPECT_EQ(writeLengths(all, batch, indptr).message(), "kv_lens: expected 3 elements, got 4");
  EXPECT_EQ(indptr, Table(4, 77));
  EXPECT_EQ(indices, Table(4, 77));
}

TEST(PageTablesOverflow, IndptrIsI32) {
  constexpr int64_t kPages = 1 << 20;
  PagedSequences all = *PagedSequences::create(kPages, 1);
  const SequenceId long1 = all.start().sequence;
  AppendPlan plan;
  ASSERT_TRUE(all.append(long1, kPages, plan).ok());
  std::vector<SequenceId> batch(2047, long1);
  EXPECT_EQ(*countPages(all, batch), 2047 * kPages);
  batch.push_back(long1);
  EXPECT_EQ(countPages(all, batch).status().message(),
            "batch entry 2047 (sequence 1): expected at most 2147483647 pages up to here, as page_indptr is "
            "i32, got 2147483648");
  Table indptr(batch.size() + 1), last(batch.size());
  EXPECT_EQ(writePageLists(all, batch, indptr, {}, last).code(), Code::InvalidArgument);
}

class CheckPageTable : public ::testing::Test {
protected:
  std::string dense() const { return checkPageTable({5, 4}, BlockTableData{table, 3, lens}).message(); }
  std::string lists() const {
    return checkPageTable({5, 4}, PageListData{indptr, indices, last, listLens}).message();
  }

  Table table{4, 0, -1, -1, -1, -1, 1, 2, 3}, lens{8, 0, 12};
  Table indptr{0, 2, 2, 5}, indices{4, 0, 1, 2, 3}, last{4, 0, 4}, listLens{8, 0, 12};
};

TEST_F(CheckPageTable, Good) {
  EXPECT_EQ(dense(), "");
  EXPECT_EQ(lists(), "");
  listLens.clear();
  last[1] = 12345; // without pages it is not read
  EXPECT_EQ(lists(), "");
  indices.push_back(-7); // past the end of the lists
  EXPECT_EQ(lists(), "");
  EXPECT_TRUE(checkPageTable({0, 1}, BlockTableData{}).ok());
  const Table zero{0};
  EXPECT_TRUE(checkPageTable({0, 1}, PageListData{zero, {}, {}}).ok());
}

TEST_F(CheckPageTable, BlockTable) {
  lens[0] = 9;
  EXPECT_EQ(dense(), "request 0, block_table[0, 2]: expected a page in 0..4, got -1");
  lens[0] = 8;
  table[7] = 5;
  EXPECT_EQ(dense(), "request 2, block_table[2, 1]: expected a page in 0..4, got 5");
  lens[2] = 4; // then it is not read
  EXPECT_EQ(dense(), "");
  lens[2] = 13;
  EXPECT_EQ(dense(), "request 2, kv_lens[2]: expected a length in 0..12 (max_pages 3 x page size 4), got 13");
  lens[2] = -1;
  EXPECT_EQ(dense(), "request 2, kv_lens[2]: expected a length in 0..12 (max_pages 3 x page size 4), got -1");
  table.pop_back();
  EXPECT_EQ(dense(), "block_table: expected 9 elements, got 8");
  EXPECT_EQ(checkPageTable({5, 0}, BlockTableData{}).message(),
            "expected a pool of 0 pages or more, of 1 token or more, got 5 pages of 0");
  EXPECT_EQ(checkPageTable({5, 4}, BlockTableData{table, -1, lens}).code(), Code::InvalidArgument);
  const Table one{1}, page{0};
  EXPECT_EQ(checkPageTable({0, 4}, BlockTableData{page, 1, one}).message(),
            "request 0, block_table[0, 0]: expected no page, as the pool has none, got 0");
}

TEST_F(CheckPageTable, PageLists) {
  indices[3] = -1;
  EXPECT_EQ(lists(), "request 2, page_indices[3]: expected a page in 0..4, got -1");
  indices[3] = 5;
  EXPECT_EQ(lists(), "request 2, page_indices[3]: expected a page in 0..4, got 5");
  indices[3] = 2;
  last[2] = 0;
  EXPECT_EQ(lists(), "request 2, last_page_len[2]: expected a length in 1..4, got 0");
  last[2] = 5;
  EXPECT_EQ(lists(), "request 2, last_page_len[2]: expected a length in 1..4, got 5");
  last[2] = 3;
  EXPECT_EQ(lists(), "request 2, kv_lens[2]: expected 11 (3 pages, the last with 3), got 12");
  last[2] = 4;
  listLens[1] = 1;
  EXPECT_EQ(lists(), "request 1, kv_lens[1]: expected 0 (0 pages, the last with 0), got 1");
}

TEST_F(CheckPageTable, Indptr) {
  indptr = {1, 2, 2, 5};
  EXPECT_EQ(lists(), "page_indptr[0]: expected 0, got 1");
  indptr = {0, 2, 1, 5};
  EXPECT_EQ(lists(), "request 1, page_indptr[2]: expected 2..5 (the entry before it, the number of "
                     "page_indices), got 1");
  indptr = {0, 2, 2, 6};
  EXPECT_EQ(lists(), "request 2, page_indptr[3]: expected 2..5 (the entry before it, the number of "
                     "page_indices), got 6");
  indptr = {0, 2, 2};
  EXPECT_EQ(lists(), "page_indptr: expected 4 elements, got 3");
  indptr = {0, 2, 2, 5};
  listLens = {8};
  EXPECT_EQ(lists(), "kv_lens: expected 3 elements, got 1");
}

/// Two requests of 5 and 6 tokens in pages of 4, of which 2 and 3 are new.
class NewTokens : public ::testing::Test {
protected:
  std::string dense(Table table) {
    const Status status =
        checkPageTable(pool, BlockTableData{table, 3, lens}, AppendData{queries, first, lastChunk});
    return status.ok() ? "" : status.message();
  }
  std::string lists(Table indices, Table last = {1, 2}) {
    const Status status =
        checkPageTable(pool, PageListData{indptr, indices, last}, AppendData{queries, first, lastChunk});
    return status.ok() ? "" : status.message();
  }

  const PoolShape pool{6, 4};
  Table lens{5, 6}, queries{2, 3}, indptr{0, 2, 4}, first;
  std::vector<uint8_t> lastChunk;
};

TEST_F(NewTokens, HavePagesOfTheirOwn) {
  EXPECT_EQ(dense({0, 1, -1, 2, 3, -1}), "");
  EXPECT_EQ(lists({0, 1, 2, 3}), "");
  EXPECT_EQ(
      dense({0, 1, -1, 2, 1, -1}),
      "expected pages that are written by request 0 to be its own, got page 1, which request 1 has too");
  // Request 0 has new tokens on both pages, request 1 too.
  EXPECT_EQ(
      lists({0, 1, 0, 3}),
      "expected pages that are written by request 0 to be its own, got page 0, which request 1 has too");
  EXPECT_EQ(dense({1, 1, -1, 2, 3, -1}),
            "expected pages that are written by request 0 to be its own, got page 1, which it has twice");
  // A page that only request 1 writes, and request 0 reads.
  queries = {1, 2};
  EXPECT_EQ(
      dense({3, 1, -1, 2, 3, -1}),
      "expected pages that are written by request 1 to be its own, got page 3, which request 0 has too");
  EXPECT_EQ(dense({2, 1, -1, 2, 3, -1}), ""); // no one writes page 2
}

TEST_F(NewTokens, HavePlaces) {
  queries = {6, 3};
  EXPECT_EQ(dense({0, 1, -1, 2, 3, -1}),
            "request 0: expected new tokens at 0..11, for which block_table has pages, got them at -1..4");
  queries = {2, -1};
  EXPECT_EQ(dense({0, 1, -1, 2, 3, -1}), "q_lens[1]: expected 0 or more, got -1");
  queries = {2};
  EXPECT_EQ(dense({0, 1, -1, 2, 3, -1}), "q_lens: expected 2 elements, got 1");
}

TEST_F(NewTokens, OfAChunkEndWithAPage) {
  const Table table{0, 1, -1, 2, 3, -1};
  lastChunk = {1, 0};
  EXPECT_EQ(
      dense(table),
      "request 1: expected a chunk that is not its prompt's last to end with a page of 4 tokens, got one "
      "of 3 that ends after token 6, 2 into page 1 of its table");
  EXPECT_EQ(lists({0, 1, 2, 3}), dense(table));
  lastChunk = {1, 1};
  EXPECT_EQ(dense(table), "");
  lens = {5, 8};
  lastChunk = {1, 0};
  EXPECT_EQ(dense(table), "");
  EXPECT_EQ(lists({0, 1, 2, 3}, {1, 4}), "");
  lens = {5, 6};
  queries = {2, 0}; // without new tokens nothing ends
  EXPECT_EQ(dense(table), "");
  first = {3, 1}; // by the place of the last one, not by kv_len
  queries = {2, 3};
  EXPECT_EQ(dense(table), "");
  lastChunk = {1};
  EXPECT_EQ(dense(table), "last_chunk: expected 2 elements, got 1");
}

TEST_F(NewTokens, GoWhereIndicesSay) {
  first = {7, 8};
  EXPECT_EQ(dense({0, 1, 4, 2, 3, 5}), "");
  EXPECT_EQ(dense({0, 1, -1, 2, 3, 5}),
            "request 0, page 2 of its block_table: expected a page in 0..5, got -1");
  EXPECT_EQ(lists({0, 1, 2, 3}),
            "request 0: expected new tokens at 0..7, for which page_indices has pages, got them at 7..8");
  lens = {}; // of a kernel that only appends
  EXPECT_EQ(dense({-1, 1, 4, -1, -1, 5}), "");
  EXPECT_EQ(
      dense({-1, 1, 4, -1, -1, 4}),
      "expected pages that are written by request 0 to be its own, got page 4, which request 1 has too");
  first = {1};
  EXPECT_EQ(dense({-1, 1, 4, -1, -1, 5}), "write_indices: expected 2 elements, got 1");
}

} // namespace
} // namespace attnc
