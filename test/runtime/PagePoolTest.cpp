// PagePoolTest.cpp - reference counts and the order of pages; the index of prefixes.
#include "attnc/PagePool.h"
#include "runtime/core/PrefixIndex.h"

#include <gtest/gtest.h>

namespace attnc {
namespace {

using Pages = std::vector<int32_t>;

TEST(PagePool, Limits) {
  EXPECT_TRUE(PagePool::create(0, 1).ok());
  EXPECT_TRUE(PagePool::create(7, 256).ok());
  EXPECT_EQ(PagePool::create(-1, 16).status().message(), "page pool: expected 0 to 2147483647 pages, got -1");
  EXPECT_EQ(PagePool::create(int64_t(1) << 31, 16).status().message(),
            "page pool: expected 0 to 2147483647 pages, got 2147483648");
  EXPECT_EQ(PagePool::create(1, 0).status().message(),
            "page pool: expected a page size of 1 to 256 tokens, got 0");
  EXPECT_EQ(PagePool::create(1, 257).status().code(), Code::InvalidArgument);
}

TEST(PagePool, OrderIsAscendingThenLastFreedFirst) {
  PagePool pool = *PagePool::create(5, 16);
  EXPECT_EQ(pool.allocate(3)->pages, (Pages{0, 1, 2}));
  ASSERT_TRUE(pool.release(0).ok());
  ASSERT_TRUE(pool.release(2).ok());
  EXPECT_EQ(pool.allocate(4)->pages, (Pages{2, 0, 3, 4}));
  EXPECT_EQ(pool.available(), 0);
}

TEST(PagePool, OutOfPagesChangesNothing) {
  PagePool pool = *PagePool::create(3, 16);
  ASSERT_TRUE(pool.allocate(1).ok());
  const Status status = pool.allocate(3).status();
  EXPECT_EQ(status.code(), Code::Exhausted);
  EXPECT_EQ(status.message(), "page pool: expected 3 free pages, got 2 of 3");
  EXPECT_EQ(pool.allocate(-1).status().code(), Code::InvalidArgument);
  EXPECT_EQ(pool.available(), 2);
  EXPECT_EQ(pool.allocate(0)->pages, Pages{});
  EXPECT_EQ(pool.allocate(2)->pages, (Pages{1, 2}));
}

TEST(PagePool, References) {
  PagePool pool = *PagePool::create(2, 16);
  ASSERT_TRUE(pool.allocate(1).ok());
  ASSERT_TRUE(pool.retain(0).ok());
  EXPECT_EQ(pool.references(0), 2);
  ASSERT_TRUE(pool.release(0).ok());
  EXPECT_EQ(pool.available(), 1);
  ASSERT_TRUE(pool.release(0).ok());
  EXPECT_EQ(pool.available(), 2);
  EXPECT_EQ(pool.release(0).message(),
            "page pool: expected a page to release that is in use, got page 0, which has no references");
  EXPECT_EQ(pool.retain(1).code(), Code::InvalidArgument);
  EXPECT_EQ(pool.keep(1).code(), Code::InvalidArgument);
  EXPECT_EQ(pool.retain(2).message(), "page pool: expected a page to retain in 0..1, got 2");
  EXPECT_EQ(pool.forget(-1).code(), Code::InvalidArgument);
  EXPECT_EQ(pool.references(-1), 0);
}

TEST(PagePool, KeptPagesGoLastAndOldestFirst) {
  PagePool pool = *PagePool::create(4, 16);
  ASSERT_TRUE(pool.allocate(4).ok());
  for (int32_t page : {1, 2, 3})
    ASSERT_TRUE(pool.keep(page).ok());
  for (int32_t page : {2, 3, 1, 0})
    ASSERT_TRUE(pool.release(page).ok());
  EXPECT_EQ(pool.kept(), 3);
  EXPECT_EQ(pool.available(), 4);
  ASSERT_TRUE(pool.retain(3).ok()); // out of the middle of the list, and back to its end
  EXPECT_EQ(pool.kept(), 2);
  ASSERT_TRUE(pool.release(3).ok());
  const PagePool::Allocation taken = *pool.allocate(3);
  EXPECT_EQ(taken.pages, (Pages{0, 2, 1}));
  EXPECT_EQ(taken.evicted, 2);
  ASSERT_TRUE(pool.release(2).ok()); // its mark is gone
  EXPECT_EQ(pool.kept(), 1);
  ASSERT_TRUE(pool.forget(3).ok());
  EXPECT_EQ(pool.kept(), 0);
  EXPECT_EQ(pool.allocate(2)->evicted, 0);
}

TEST(PrefixIndex, KeysHoldTokensAndPredecessors) {
  const std::vector<int64_t> a{1, 2}, b{1, 3};
  const PrefixIndex::Key start = PrefixIndex::start(0);
  EXPECT_NE(start, PrefixIndex::start(1));
  EXPECT_EQ(PrefixIndex::after(start, a), PrefixIndex::after(PrefixIndex::start(0), a));
  EXPECT_NE(PrefixIndex::after(start, a), PrefixIndex::after(start, b));
  EXPECT_NE(PrefixIndex::after(PrefixIndex::after(start, b), a), PrefixIndex::after(start, a));
}

TEST(PrefixIndex, OnePageAKeyAndOneKeyAPage) {
  PrefixIndex index;
  const PrefixIndex::Key one = PrefixIndex::start(1), two = PrefixIndex::start(2);
  EXPECT_TRUE(index.add(one, 5));
  EXPECT_FALSE(index.add(one, 6));
  EXPECT_FALSE(index.add(two, 5));
  EXPECT_EQ(index.find(one), 5);
  EXPECT_EQ(index.find(two), -1);
  EXPECT_EQ(index.keyOf(6), nullptr);
  index.remove(6);
  index.remove(5);
  EXPECT_EQ(index.find(one), -1);
  EXPECT_EQ(index.keyOf(5), nullptr);
  EXPECT_TRUE(index.add(two, 5));
}

} // namespace
} // namespace attnc
