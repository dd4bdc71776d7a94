// CApiPagesTest.cpp - pages, sequences and tables through the C ABI of the shared runtime.
#include "attnc/attnc.h"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace {

using Table = std::vector<int32_t>;

class CApiPages : public ::testing::Test {
protected:
  void SetUp() override {
    attncPagePoolOptions options{};
    options.structSize = sizeof(options);
    options.pages = 4;
    options.pageSize = 4;
    ASSERT_EQ(attncPagePoolCreate(&options, &pool), ATTNC_OK) << attncLastError();
    ASSERT_EQ(attncSequenceCreate(pool, nullptr, 0, 0, &a, nullptr), ATTNC_OK) << attncLastError();
  }
  void TearDown() override { attncPagePoolDestroy(pool); }

  void append(int64_t sequence, int64_t tokens) {
    slots.assign(tokens, -1);
    ASSERT_EQ(attncSequenceAppend(pool, sequence, tokens, slots.data(), &copy), ATTNC_OK) << attncLastError();
  }

  attncPagePool pool = nullptr;
  int64_t a = 0, b = 0;
  std::vector<int64_t> slots;
  attncPageCopy copy{9, 9, 9};
};

TEST_F(CApiPages, AppendForkTruncateFree) {
  append(a, 6);
  EXPECT_EQ(slots, (std::vector<int64_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(copy.tokens, 0);
  ASSERT_EQ(attncSequenceFork(pool, a, &b), ATTNC_OK);
  append(b, 1);
  EXPECT_EQ(slots, (std::vector<int64_t>{10}));
  EXPECT_EQ(copy.source, 1);
  EXPECT_EQ(copy.destination, 2);
  EXPECT_EQ(copy.tokens, 2);
  EXPECT_EQ(attncPagePoolAvailable(pool), 1);
  ASSERT_EQ(attncSequenceTruncate(pool, b, 3), ATTNC_OK);
  int64_t tokens = 0, pages = 0;
  ASSERT_EQ(attncSequenceSize(pool, b, &tokens, &pages), ATTNC_OK);
  EXPECT_EQ(tokens, 3);
  EXPECT_EQ(pages, 1);
  EXPECT_EQ(attncSequenceSize(pool, b, nullptr, nullptr), ATTNC_OK);
  append(b, 0);
  ASSERT_EQ(attncSequenceFree(pool, b), ATTNC_OK);
  EXPECT_EQ(attncSequenceFree(pool, b), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: expected a sequence of this pool, got id 2");
  EXPECT_EQ(attncPagePoolAvailable(pool), 2);
}

TEST_F(CApiPages, OutOfPagesChangesNothing) {
  append(a, 3);
  slots.assign(14, 77);
  copy.tokens = 77;
  EXPECT_EQ(attncSequenceAppend(pool, a, 14, slots.data(), &copy), ATTNC_EXHAUSTED);
  EXPECT_STREQ(attncLastError(),
               "error: sequence 1, 14 more tokens: page pool: expected 4 free pages, got 3 of 4");
  EXPECT_EQ(slots[0], 77);
  EXPECT_EQ(copy.tokens, 77);
  append(a, 13);
  EXPECT_EQ(slots.back(), 15);
}

TEST_F(CApiPages, Prefixes) {
  const std::vector<int64_t> keys{1, 2, 3, 4, 5, 6};
  append(a, 6);
  ASSERT_EQ(attncSequencePublish(pool, a, keys.data(), keys.size()), ATTNC_OK) << attncLastError();
  int64_t tokens = 77;
  ASSERT_EQ(attncSequenceCreate(pool, keys.data(), keys.size(), 0, &b, &tokens), ATTNC_OK);
  EXPECT_EQ(tokens, 4);
  ASSERT_EQ(attncSequenceCreate(pool, keys.data(), keys.size(), 1, &b, &tokens), ATTNC_OK);
  EXPECT_EQ(tokens, 0);
}

TEST_F(CApiPages, Tables) {
  append(a, 5);
  ASSERT_EQ(attncSequenceCreate(pool, nullptr, 0, 0, &b, nullptr), ATTNC_OK);
  const int64_t batch[] = {a, b};
  Table table(6), lens(2), indptr(3), indices(2), last(2);
  ASSERT_EQ(attncPagePoolBlockTable(pool, batch, 2, 3, table.data(), lens.data()), ATTNC_OK);
  EXPECT_EQ(table, (Table{0, 1, -1, -1, -1, -1}));
  EXPECT_EQ(lens, (Table{5, 0}));
  ASSERT_EQ(attncPagePoolPageLists(pool, batch, 2, indptr.data(), indices.data(), 2, last.data(), nullptr),
            ATTNC_OK);
  EXPECT_EQ(indptr, (Table{0, 2, 2}));
  EXPECT_EQ(indices, (Table{0, 1}));
  EXPECT_EQ(last, (Table{1, 0}));
  EXPECT_EQ(attncPagePoolBlockTable(pool, batch, 2, 1, table.data(), nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(),
               "error: batch entry 0 (sequence 1): expected at most max_pages = 1 pages, got 2");
  EXPECT_EQ(attncPagePoolBlockTable(pool, batch, 2, -1, table.data(), nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncPagePoolBlockTable(pool, batch, size_t(-1), 1, table.data(), nullptr),
            ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncPagePoolPageLists(pool, batch, 2, indptr.data(), indices.data(), 1, last.data(), nullptr),
            ATTNC_INVALID_ARGUMENT);

  attncPageTable tables{};
  tables.structSize = sizeof(tables);
  tables.pages = 4;
  tables.pageSize = 4;
  tables.batch = 2;
  tables.kvLens = lens.data();
  tables.blockTable = table.data();
  tables.maxPages = 3;
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_OK) << attncLastError();
  table[1] = 4;
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: request 0, block_table[0, 1]: expected a page in 0..3, got 4");
  tables.maxPages = -1;
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_INVALID_ARGUMENT);
  tables.maxPages = 3;
  tables.pageIndptr = indptr.data();
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: attncPageTable: expected either blockTable or page lists, got both");
  tables.blockTable = nullptr;
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: expected lastPageLen, got NULL with a count of 2");
  tables.lastPageLen = last.data();
  tables.pageIndices = indices.data();
  tables.pageIndexCount = 2;
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_OK) << attncLastError();
  tables.kvLens = nullptr;
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_OK) << attncLastError();
  const std::vector<int32_t> queries{1, 0};
  tables.qLens = queries.data();
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_OK) << attncLastError();
  const std::vector<uint8_t> lastChunk{1, 1}, longer{0, 0};
  tables.lastChunk = lastChunk.data();
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_OK) << attncLastError();
  tables.lastChunk = longer.data(); // five tokens, the last of them new, in pages of four
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_INVALID_ARGUMENT);
  tables.qLens = nullptr;
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: attncPageTable: expected qLens beside lastChunk, got none");
  tables.qLens = queries.data();
  tables.lastChunk = nullptr;
  const std::vector<int32_t> far{99, 99};
  tables.writeIndices = far.data();
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_INVALID_ARGUMENT);
  tables.batch = size_t(-1);
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_INVALID_ARGUMENT);
}

TEST_F(CApiPages, EmptyBatchesNeedNoMemory) {
  const int32_t zero = 0;
  int32_t start = 77;
  EXPECT_EQ(attncPagePoolBlockTable(pool, nullptr, 0, 3, nullptr, nullptr), ATTNC_OK);
  EXPECT_EQ(attncPagePoolPageLists(pool, nullptr, 0, &start, nullptr, 0, nullptr, nullptr), ATTNC_OK);
  EXPECT_EQ(start, 0);
  attncPageTable tables{};
  tables.structSize = sizeof(tables);
  tables.pages = 4;
  tables.pageSize = 4;
  tables.maxPages = 3;
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_OK) << attncLastError();
  tables.pageIndptr = &zero;
  EXPECT_EQ(attncPageTableCheck(&tables), ATTNC_OK) << attncLastError();
}

TEST_F(CApiPages, NullsAndSizesAreErrors) {
  attncPagePool none = nullptr;
  attncPagePoolOptions options{};
  EXPECT_EQ(attncPagePoolCreate(nullptr, &none), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncPagePoolCreate(&options, &none), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: attncPagePoolOptions: expected structSize 24, got 0");
  options.structSize = sizeof(options);
  EXPECT_EQ(attncPagePoolCreate(&options, nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncPagePoolCreate(&options, &none), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: page pool: expected a page size of 1 to 256 tokens, got 0");
  EXPECT_EQ(none, nullptr);
  attncPagePoolDestroy(nullptr);
  EXPECT_EQ(attncPagePoolAvailable(nullptr), 0);
  EXPECT_EQ(attncSequenceFree(nullptr, 1), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attncLastError(), "error: expected a page pool, got NULL");
  EXPECT_EQ(attncSequenceCreate(pool, nullptr, 3, 0, &b, nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncSequenceCreate(pool, nullptr, 0, 0, nullptr, nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncSequenceAppend(pool, a, 1, nullptr, &copy), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncSequenceAppend(pool, a, 1, &b, nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncSequenceFork(pool, a, nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncSequencePublish(pool, a, nullptr, 1), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncPagePoolBlockTable(pool, &a, 1, 1, nullptr, nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncPagePoolPageLists(pool, &a, 1, nullptr, nullptr, 0, nullptr, nullptr),
            ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncPageTableCheck(nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_EQ(attncPagePoolAvailable(pool), 4);
}

TEST_F(CApiPages, SeveralThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([this] {
      for (int round = 0; round < 500; ++round) {
        int64_t mine = 0, slot[4];
        attncPageCopy none;
        ASSERT_EQ(attncSequenceCreate(pool, nullptr, 0, 0, &mine, nullptr), ATTNC_OK);
        ASSERT_EQ(attncSequenceAppend(pool, mine, 4, slot, &none), ATTNC_OK);
        ASSERT_EQ(attncSequenceFree(pool, mine), ATTNC_OK);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(attncPagePoolAvailable(pool), 4);
}

} // namespace
