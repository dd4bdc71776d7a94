// PagedSequencesModelTest.cpp - random operations against a model that copies every token of every sequence.
//
// `memory` plays the cache: copies and writes are carried out there as the plans say. A cell holds a number
// that depends on its token and all tokens before it, so that a wrong page, a wrong place in it, or a page
// that another sequence has written shows up as a wrong number.
#include "attnc/PageTables.h"

#include <gtest/gtest.h>
#include <map>
#include <random>

namespace attnc {
namespace {

class Model {
public:
  Model(int64_t pages, int pageSize, uint64_t seed)
      : all(*PagedSequences::create(pages, pageSize)), pages(pages), pageSize(pageSize),
        memory(pages * pageSize, 0), random(seed) {}

  void step() {
    const int64_t choice = below(100);
    if (sequences.size() > 12)
      free(pick());
    else if (sequences.empty() || choice < 12)
      start();
    else if (choice < 60)
      append(pick());
    else if (choice < 72)
      truncate(pick());
    else if (choice < 82)
      fork(pick());
    else if (choice < 92)
      publish(pick());
    else
      free(pick());
  }

  /// Every token where it belongs, every count exact, no page lost.
  void check() {
    std::map<int32_t, int64_t> references;
    for (const auto &[id, tokens] : sequences) {
      const auto view = *all.view(id);
      ASSERT_EQ(view.tokens, int64_t(tokens.size()));
      ASSERT_EQ(int64_t(view.pages.size()), (view.tokens + pageSize - 1) / pageSize);
      uint64_t expected = 0;
      for (int64_t i = 0; i < view.tokens; ++i) {
        expected = mix(expected, tokens[i]);
        ASSERT_EQ(memory.at(view.pages[i / pageSize] * int64_t(pageSize) + i % pageSize), expected)
            << "sequence " << id << ", token " << i;
      }
      for (int32_t page : view.pages)
        ++references[page];
    }
    for (int32_t page = 0; page < pages; ++page)
      ASSERT_EQ(all.pool().references(page), references.count(page) ? references[page] : 0) << page;
    ASSERT_EQ(all.pool().available(), pages - int64_t(references.size()));
    ASSERT_EQ(all.count(), int64_t(sequences.size()));
    checkTables();
  }

  void freeAll() {
    while (!sequences.empty())
      free(pick());
    ASSERT_EQ(all.pool().available(), pages);
  }

  int64_t exhausted = 0, copied = 0, found = 0;

private:
  using Tokens = std::vector<int64_t>;

  static uint64_t mix(uint64_t before, int64_t token) {
    return (before * 0x9e3779b97f4a7c15u + uint64_t(token) + 1) ^ (before >> 29);
  }
  int64_t below(int64_t limit) { return std::uniform_int_distribution<int64_t>(0, limit - 1)(random); }
  SequenceId pick() { return std::next(sequences.begin(), below(int64_t(sequences.size())))->first; }

  /// What kernels would be given passes the checks of what kernels are given.
  void checkTables() {
    std::vector<SequenceId> batch;
    for (const auto &[id, tokens] : sequences)
      batch.push_back(id);
    std::vector<int32_t> lens(batch.size()), last(batch.size()), indptr(batch.size() + 1),
        indices(*countPages(all, batch)), table(batch.size() * pages);
    ASSERT_TRUE(writeLengths(all, batch, lens).ok());
    ASSERT_TRUE(writePageLists(all, batch, indptr, indices, last).ok());
    ASSERT_TRUE(writeBlockTable(all, batch, pages, table).ok());
    for (const Status &status : {checkPageTable({pages, pageSize}, PageListData{indptr, indices, last, lens}),
                                 checkPageTable({pages, pageSize}, BlockTableData{table, pages, lens})})
      ASSERT_TRUE(status.ok()) << status.str();
  }

  /// Few different tokens, and beginnings of others' tokens, so that prefixes meet.
  void start() {
    Tokens prefix;
    if (!past.empty() && below(4) > 0) {
      prefix = past[below(int64_t(past.size()))];
      prefix.resize(below(int64_t(prefix.size()) + 1));
    }
    prefix.push_back(below(2));
    const auto started = all.start(prefix);
    ASSERT_EQ(started.tokens % pageSize, 0);
    ASSERT_LE(started.tokens, int64_t(prefix.size()));
    found += started.tokens;
    prefix.resize(started.tokens);
    ASSERT_TRUE(sequences.emplace(started.sequence, prefix).second);
  }

  void append(SequenceId id) {
    Tokens &tokens = sequences[id];
    const int64_t count = below(3) ? below(3 * pageSize) : below(3);
    AppendPlan plan;
    const Status status = all.append(id, count, plan);
    if (!status.ok()) {
      ASSERT_EQ(status.code(), Code::Exhausted) << status.str();
      ASSERT_TRUE(plan.slots.empty() && plan.copies.empty());
      ++exhausted; // check() finds any change
      return;
    }
    for (const PageCopy &copy : plan.copies)
      std::copy_n(memory.begin() + copy.source * pageSize, copy.tokens,
                  memory.begin() + copy.destination * pageSize);
    copied += int64_t(plan.copies.size());
    ASSERT_EQ(int64_t(plan.slots.size()), count);
    uint64_t value = 0;
    for (int64_t token : tokens)
      value = mix(value, token);
    for (int64_t slot : plan.slots) {
      tokens.push_back(below(2));
      memory.at(slot) = value = mix(value, tokens.back());
    }
  }

  void truncate(SequenceId id) {
    Tokens &tokens = sequences[id];
    const int64_t length = int64_t(tokens.size()) - below(std::min<int64_t>(tokens.size() + 1, 2 * pageSize));
    ASSERT_TRUE(all.truncate(id, length).ok());
    tokens.resize(length);
  }

  void fork(SequenceId id) {
    const SequenceId twin = *all.fork(id);
    ASSERT_TRUE(sequences.emplace(twin, sequences[id]).second);
  }

  void publish(SequenceId id) {
    const Tokens &tokens = sequences[id];
    const auto some = std::span(tokens).first(tokens.size() - below(std::min<int64_t>(tokens.size() + 1, 4)));
    const Status status = all.publish(id, some);
    ASSERT_TRUE(status.ok()) << status.str();
    past.push_back(tokens);
    if (past.size() > 20)
      past.erase(past.begin() + below(20));
  }

  void free(SequenceId id) {
    ASSERT_TRUE(all.free(id).ok());
    sequences.erase(id);
  }

  PagedSequences all;
  const int64_t pages;
  const int pageSize;
  std::vector<uint64_t> memory;
  std::mt19937_64 random;
  std::map<SequenceId, Tokens> sequences;
  std::vector<Tokens> past; ///< what was published, to be asked for again
};

class PagedSequencesModel : public ::testing::TestWithParam<std::pair<int, int>> {};

TEST_P(PagedSequencesModel, RandomOperations) {
  const auto [pages, pageSize] = GetParam();
  int64_t exhausted = 0, copied = 0, found = 0;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    Model model(pages, pageSize, seed);
    for (int i = 0; i < 4000; ++i) {
      model.step();
      model.check();
      if (HasFatalFailure())
        FAIL() << "seed " << seed << ", step " << i;
    }
    model.freeAll();
    exhausted += model.exhausted;
    copied += model.copied;
    found += model.found;
  }
  EXPECT_GT(exhausted, 0);
  EXPECT_GT(found, 0);
  EXPECT_EQ(copied > 0, pageSize > 1) << "a page of one token is never partly filled";
}

INSTANTIATE_TEST_SUITE_P(PoolsAndPageSizes, PagedSequencesModel,
                         ::testing::Values(std::pair(24, 1), std::pair(40, 3), std::pair(24, 16),
                                           std::pair(10, 256)));

} // namespace
} // namespace attnc
