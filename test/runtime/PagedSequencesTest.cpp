// PagedSequencesTest.cpp - one rule of sharing a test; PagedSequencesModelTest.cpp puts them together.
#include "attnc/PagedSequences.h"

#include <gtest/gtest.h>
#include <numeric>

namespace attnc {
namespace {

using Pages = std::vector<int32_t>;
using Slots = std::vector<int64_t>;

Pages pagesOf(const PagedSequences &all, SequenceId id) {
  const auto view = *all.view(id);
  return {view.pages.begin(), view.pages.end()};
}

AppendPlan append(PagedSequences &all, SequenceId id, int64_t tokens) {
  AppendPlan plan;
  const Status status = all.append(id, tokens, plan);
  EXPECT_TRUE(status.ok()) << status.str();
  return plan;
}

std::vector<int64_t> countingTokens(int64_t count) {
  std::vector<int64_t> tokens(count);
  std::iota(tokens.begin(), tokens.end(), 100);
  return tokens;
}

TEST(PagedSequences, AppendFillsPages) {
  PagedSequences all = *PagedSequences::create(8, 3);
  const SequenceId a = all.start().sequence, b = all.start().sequence;
  EXPECT_EQ(append(all, a, 2).slots, (Slots{0, 1}));
  EXPECT_EQ(append(all, b, 1).slots, (Slots{3}));
  EXPECT_EQ(append(all, a, 5).slots, (Slots{2, 6, 7, 8, 9}));
  EXPECT_EQ(pagesOf(all, a), (Pages{0, 2, 3}));
  EXPECT_EQ(all.view(a)->tokens, 7);
  EXPECT_EQ(append(all, a, 0).slots, Slots{});
  EXPECT_EQ(all.pool().available(), 4);
}

TEST(PagedSequences, PlansAddUp) {
  PagedSequences all = *PagedSequences::create(8, 4);
  const SequenceId a = all.start().sequence;
  append(all, a, 2);
  const SequenceId b = *all.fork(a);
  AppendPlan plan;
  ASSERT_TRUE(all.append(b, 1, plan).ok());
  ASSERT_TRUE(all.append(a, 1, plan).ok()); // alone by now
  EXPECT_EQ(plan.slots, (Slots{6, 2}));
  EXPECT_EQ(plan.copies, (std::vector<PageCopy>{{0, 1, 2}}));
}

TEST(PagedSequences, EveryPageSize) {
  for (int size : {1, 3, 16, 256}) {
    PagedSequences all = *PagedSequences::create(5, size);
    const SequenceId a = all.start().sequence;
    for (int64_t token = 0; token < 5 * size; ++token)
      ASSERT_EQ(append(all, a, 1).slots, (Slots{token})) << size;
    AppendPlan plan;
    EXPECT_EQ(all.append(a, 1, plan).code(), Code::Exhausted);
    // A full page is shared without a copy.
    ASSERT_TRUE(all.truncate(a, 3 * size).ok());
    const SequenceId b = *all.fork(a);
    plan = append(all, b, 1);
    EXPECT_TRUE(plan.copies.empty());
    EXPECT_EQ(plan.slots, (Slots{3 * size}));
    EXPECT_EQ(all.pool().references(2), 2);
    ASSERT_TRUE(all.free(a).ok());
    ASSERT_TRUE(all.free(b).ok());
    EXPECT_EQ(all.pool().available(), 5);
  }
}

TEST(PagedSequences, OutOfPagesInAnAppendChangesNothing) {
  PagedSequences all = *PagedSequences::create(3, 4);
  const SequenceId a = all.start().sequence;
  append(all, a, 6);
  AppendPlan plan{{{7, 8, 1}}, {42}};
  const Status status = all.append(a, 7, plan);
  EXPECT_EQ(status.code(), Code::Exhausted);
  EXPECT_EQ(status.message(), "sequence 1, 7 more tokens: page pool: expected 2 free pages, got 1 of 3");
  EXPECT_EQ(plan.slots, (Slots{42}));
  EXPECT_EQ(plan.copies.size(), 1u);
  EXPECT_EQ(pagesOf(all, a), (Pages{0, 1}));
  EXPECT_EQ(all.view(a)->tokens, 6);
  EXPECT_EQ(all.pool().available(), 1);
  EXPECT_EQ(append(all, a, 6).slots, (Slots{6, 7, 8, 9, 10, 11}));
}

TEST(PagedSequences, OutOfPagesForACopyChangesNothing) {
  PagedSequences all = *PagedSequences::create(1, 4);
  const SequenceId a = all.start().sequence;
  append(all, a, 2);
  const SequenceId b = *all.fork(a);
  AppendPlan plan;
  EXPECT_EQ(all.append(b, 1, plan).code(), Code::Exhausted);
  EXPECT_EQ(all.pool().references(0), 2);
  EXPECT_EQ(pagesOf(all, b), Pages{0});
  ASSERT_TRUE(all.free(a).ok());
  EXPECT_EQ(append(all, b, 1).slots, Slots{2}); // nobody else has it
}

TEST(PagedSequences, TruncateGivesPagesBack) {
  PagedSequences all = *PagedSequences::create(4, 4);
  const SequenceId a = all.start().sequence;
  append(all, a, 13);
  ASSERT_TRUE(all.truncate(a, 13).ok());
  EXPECT_EQ(pagesOf(all, a).size(), 4u);
  ASSERT_TRUE(all.truncate(a, 8).ok());
  EXPECT_EQ(pagesOf(all, a), (Pages{0, 1}));
  ASSERT_TRUE(all.truncate(a, 5).ok());
  EXPECT_EQ(append(all, a, 1).slots, Slots{5});
  ASSERT_TRUE(all.truncate(a, 0).ok());
  EXPECT_EQ(all.pool().available(), 4);
  EXPECT_EQ(all.truncate(a, 1).message(), "sequence 1: expected a length in 0..0 to truncate to, got 1");
  EXPECT_EQ(all.truncate(a, -1).code(), Code::InvalidArgument);
}

TEST(PagedSequences, CopyHoldsTheTruncatedLength) {
  PagedSequences all = *PagedSequences::create(4, 8);
  const SequenceId a = all.start().sequence;
  append(all, a, 6);
  const SequenceId b = *all.fork(a);
  ASSERT_TRUE(all.truncate(b, 2).ok());
  const AppendPlan plan = append(all, b, 1);
  EXPECT_EQ(plan.copies, (std::vector<PageCopy>{{0, 1, 2}}));
  EXPECT_EQ(plan.slots, Slots{10});
}

TEST(PagedSequences, ErrorsNameTheSequence) {
  PagedSequences all = *PagedSequences::create(4, 8);
  AppendPlan plan;
  const SequenceId a = all.start().sequence;
  append(all, a, 1);
  EXPECT_EQ(all.append(a, -1, plan).message(), "sequence 1: expected 0 to 2147483646 more tokens, as a "
                                               "length is an i32, got -1");
  EXPECT_EQ(all.append(a, PagedSequences::kMaxTokens, plan).code(), Code::InvalidArgument);
  EXPECT_EQ(all.append(a, PagedSequences::kMaxTokens - 1, plan).code(), Code::Exhausted);
  ASSERT_TRUE(all.free(a).ok());
  for (const Status &status : {all.append(a, 1, plan), all.truncate(a, 0), all.free(a), all.publish(a, {}),
                               all.fork(a).status(), all.view(a).status()})
    EXPECT_EQ(status.message(), "expected a sequence of this pool, got id 1");
  EXPECT_EQ(all.start().sequence, 2) << "ids are not used twice";
  EXPECT_EQ(all.count(), 1);
}

TEST(PagedSequences, PrefixIsSharedWhileItsOwnerLives) {
  PagedSequences all = *PagedSequences::create(8, 4);
  const std::vector<int64_t> tokens = countingTokens(11);
  const SequenceId a = all.start(tokens).sequence;
  append(all, a, 11);
  EXPECT_EQ(all.start(tokens).tokens, 0) << "not published";
  ASSERT_TRUE(all.publish(a, tokens).ok());
  const auto b = all.start(tokens);
  EXPECT_EQ(b.tokens, 8) << "full pages only";
  EXPECT_EQ(pagesOf(all, b.sequence), (Pages{0, 1}));
  EXPECT_EQ(all.pool().references(0), 2);
  EXPECT_EQ(all.start(std::span(tokens).first(7)).tokens, 4);
  EXPECT_EQ(all.start(std::span(tokens).subspan(4)).tokens, 0) << "the same tokens at another place";
  EXPECT_EQ(all.start(tokens, 1).tokens, 0) << "another space";
}

TEST(PagedSequences, PublishGoesOnWhereItStopped) {
  PagedSequences all = *PagedSequences::create(8, 2);
  const std::vector<int64_t> tokens = countingTokens(8);
  const SequenceId a = all.start().sequence;
  for (int64_t length = 1; length <= 8; ++length) {
    append(all, a, 1);
    ASSERT_TRUE(all.publish(a, std::span(tokens).first(length)).ok());
    EXPECT_EQ(all.start(tokens).tokens, length / 2 * 2);
  }
  EXPECT_EQ(all.publish(a, countingTokens(9)).message(),
            "sequence 1: expected at most its 8 tokens to publish, got 9");
}

TEST(PagedSequences, FreedPrefixStaysUntilPagesAreNeeded) {
  PagedSequences all = *PagedSequences::create(4, 4);
  const std::vector<int64_t> tokens = countingTokens(12);
  const SequenceId a = all.start().sequence;
  append(all, a, 12);
  ASSERT_TRUE(all.publish(a, tokens).ok());
  ASSERT_TRUE(all.free(a).ok());
  EXPECT_EQ(all.pool().available(), 4);
  EXPECT_EQ(all.pool().kept(), 3);
  const auto b = all.start(tokens);
  EXPECT_EQ(b.tokens, 12);
  EXPECT_EQ(pagesOf(all, b.sequence), (Pages{0, 1, 2}));
  EXPECT_EQ(all.pool().kept(), 0);
  ASSERT_TRUE(all.free(b.sequence).ok());

  // One page is free; the second one that is needed is the end of the prefix.
  const SequenceId c = all.start().sequence;
  append(all, c, 8);
  EXPECT_EQ(pagesOf(all, c), (Pages{3, 2}));
  EXPECT_EQ(all.start(tokens).tokens, 8);
}

TEST(PagedSequences, RewrittenPageIsNotFound) {
  PagedSequences all = *PagedSequences::create(4, 4);
  const std::vector<int64_t> tokens = countingTokens(8);
  std::vector<int64_t> other = tokens;
  other[3] = -1;
  const SequenceId a = all.start().sequence;
  append(all, a, 8);
  ASSERT_TRUE(all.publish(a, tokens).ok());
  ASSERT_TRUE(all.truncate(a, 3).ok());
  EXPECT_EQ(all.pool().kept(), 1);
  EXPECT_EQ(append(all, a, 5).slots, (Slots{3, 8, 9, 10, 11})) << "in place: no copy for rejected tokens";
  EXPECT_EQ(all.start(tokens).tokens, 0);
  ASSERT_TRUE(all.publish(a, other).ok());
  EXPECT_EQ(all.start(other).tokens, 8);
  EXPECT_EQ(all.start(tokens).tokens, 0);
}

TEST(PagedSequences, RewrittenPageIsNotKept) {
  PagedSequences all = *PagedSequences::create(2, 4);
  const SequenceId a = all.start().sequence;
  append(all, a, 4);
  ASSERT_TRUE(all.publish(a, countingTokens(4)).ok());
  ASSERT_TRUE(all.truncate(a, 3).ok());
  append(all, a, 1);
  ASSERT_TRUE(all.free(a).ok());
  EXPECT_EQ(all.pool().kept(), 0);
}

TEST(PagedSequences, SharedPublishedPageIsCopied) {
  PagedSequences all = *PagedSequences::create(4, 4);
  const std::vector<int64_t> tokens = countingTokens(4);
  const SequenceId a = all.start().sequence;
  append(all, a, 4);
  ASSERT_TRUE(all.publish(a, tokens).ok());
  const SequenceId b = all.start(tokens).sequence;
  ASSERT_TRUE(all.truncate(b, 3).ok());
  EXPECT_EQ(append(all, b, 1).copies, (std::vector<PageCopy>{{0, 1, 3}}));
  EXPECT_EQ(all.start(tokens).tokens, 4);
}

TEST(PagedSequences, TwoWithTheSameTokensPublishOnce) {
  PagedSequences all = *PagedSequences::create(4, 4);
  const std::vector<int64_t> tokens = countingTokens(4);
  const SequenceId a = all.start().sequence, b = all.start().sequence;
  append(all, a, 4);
  append(all, b, 4);
  ASSERT_TRUE(all.publish(b, tokens).ok());
  ASSERT_TRUE(all.publish(a, tokens).ok());
  EXPECT_EQ(pagesOf(all, all.start(tokens).sequence), Pages{1});
  ASSERT_TRUE(all.free(a).ok());
  EXPECT_EQ(all.pool().kept(), 0);
}

TEST(PagedSequences, ContradictingTokensAreAnError) {
  PagedSequences all = *PagedSequences::create(4, 4);
  const SequenceId a = all.start().sequence;
  append(all, a, 8);
  const SequenceId b = *all.fork(a);
  ASSERT_TRUE(all.publish(a, countingTokens(8)).ok());
  std::vector<int64_t> other = countingTokens(8);
  other[7] = 0;
  EXPECT_EQ(all.publish(b, other).message(),
            "sequence 2: expected page 1 with the tokens that it was published with, got others");
}

} // namespace
} // namespace attnc
