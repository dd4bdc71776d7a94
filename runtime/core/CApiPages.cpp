// CApiPages.cpp - the C ABI over PagedSequences, PageTables and checkPageTable.
//
// Must not let an exception out. Adds one thing to what it forwards to: a lock a pool.
#include "runtime/core/CApiConvert.h"
#include "runtime/core/CApiGuard.h"

#include "attnc/PageTables.h"

#include <algorithm>
#include <mutex>

using namespace attnc;

struct attncPagePool_t {
  PagedSequences all;
  std::mutex mutex; ///< handles may be used from several threads
};

namespace {

/// Runs `body` on the pool's sequences, alone.
template <class Body> attncCode locked(attncPagePool pool, Body body) noexcept {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(pool, "a page pool"));
    const std::lock_guard lock(pool->mutex);
    return body(pool->all);
  });
}

/// `count` elements at `data`; null is good enough for none.
template <class T> Result<std::span<T>> listOf(T *data, size_t count, const char *what) {
  if (!data && count > 0)
    return Status(Code::InvalidArgument,
                  std::string("expected ") + what + ", got NULL with a count of " + std::to_string(count));
  return std::span<T>(data, count);
}

/// So that batch + 1 and batch x max_pages can be computed.
Status checkBatch(size_t batch) {
  if (batch < size_t(1) << 31)
    return Status::success();
  return Status(Code::InvalidArgument, "expected a batch below 2^31, got " + std::to_string(batch));
}

Status createPool(const attncPagePoolOptions *given, attncPagePool *out) {
  ATTNC_RETURN_IF_ERROR(needed(out, "a place for the page pool"));
  *out = nullptr;
  attncPagePoolOptions options{};
  ATTNC_RETURN_IF_ERROR(readSized(given, "attncPagePoolOptions", options));
  ATTNC_ASSIGN_OR_RETURN(PagedSequences all, PagedSequences::create(options.pages, options.pageSize));
  *out = new attncPagePool_t{std::move(all), {}};
  return Status::success();
}

/// Calls the check for kernels that only read, or that append too.
template <class Data>
Status checkEither(const PoolShape &pool, const Data &data, const attncPageTable &given) {
  if (!given.qLens)
    return given.lastChunk
               ? Status(Code::InvalidArgument, "attncPageTable: expected qLens beside lastChunk, got none")
               : checkPageTable(pool, data);
  AppendData append{{given.qLens, given.batch}};
  if (given.writeIndices)
    append.first = {given.writeIndices, given.batch};
  if (given.lastChunk)
    append.lastChunk = {given.lastChunk, given.batch};
  return checkPageTable(pool, data, append);
}

Status checkBeamsOf(const PoolShape &pool, const BlockTableData &data, const attncPageTable &given) {
  int64_t elements;
  if (given.maxLen < 0 || __builtin_mul_overflow(static_cast<int64_t>(given.batch), given.maxLen, &elements))
    return Status(Code::InvalidArgument,
                  "attncPageTable: expected maxLen of 0 or more, got " + std::to_string(given.maxLen));
  BeamData beams{{given.cacheIndirection, static_cast<size_t>(elements)}, given.maxLen, given.beamWidth};
  if (given.promptLens)
    beams.prompts = {given.promptLens, given.batch};
  return checkPageTable(pool, data, beams);
}

/// Both forms of a table, or neither, is a mistake.
Status checkTable(const attncPageTable &given) {
  const bool lists = given.pageIndptr || given.pageIndices || given.lastPageLen;
  const bool dense = given.blockTable != nullptr;
  if (lists ? dense : (!dense && given.batch > 0 && given.maxPages > 0))
    return Status(Code::InvalidArgument, std::string("attncPageTable: expected either blockTable or page "
                                                     "lists, got ") +
                                             (lists ? "both" : "neither"));
  ATTNC_RETURN_IF_ERROR(checkBatch(given.batch));
  const PoolShape pool{given.pages, given.pageSize, given.window, given.keep};
  if (!lists) {
    int64_t elements;
    if (given.maxPages < 0 ||
        __builtin_mul_overflow(static_cast<int64_t>(given.batch), given.maxPages, &elements))
      elements = 0; // checkPageTable says what is wrong
    ATTNC_ASSIGN_OR_RETURN(auto table, listOf(given.blockTable, static_cast<size_t>(elements), "blockTable"));
    const bool mayLack = !given.kvLens && given.qLens && given.writeIndices;
    ATTNC_ASSIGN_OR_RETURN(auto kvLens, listOf(given.kvLens, mayLack ? 0 : given.batch, "kvLens"));
    const BlockTableData data{table, given.maxPages, kvLens};
    ATTNC_RETURN_IF_ERROR(checkEither(pool, data, given));
    return given.cacheIndirection ? checkBeamsOf(pool, data, given) : Status::success();
  }
  if (given.cacheIndirection)
    return Status(Code::InvalidArgument,
                  "attncPageTable: expected blockTable beside cacheIndirection, got page lists");
  ATTNC_ASSIGN_OR_RETURN(auto indptr, listOf(given.pageIndptr, given.batch + 1, "pageIndptr"));
  ATTNC_ASSIGN_OR_RETURN(auto indices, listOf(given.pageIndices, given.pageIndexCount, "pageIndices"));
  ATTNC_ASSIGN_OR_RETURN(auto last, listOf(given.lastPageLen, given.batch, "lastPageLen"));
  std::span<const int32_t> kvLens;
  if (given.kvLens)
    kvLens = {given.kvLens, given.batch};
  return checkEither(pool, PageListData{indptr, indices, last, kvLens}, given);
}

} // namespace

extern "C" {

attncCode attncPagePoolCreate(const attncPagePoolOptions *options, attncPagePool *out) {
  return guarded([&] { return createPool(options, out); });
}

void attncPagePoolDestroy(attncPagePool pool) { delete pool; }

int64_t attncPagePoolAvailable(attncPagePool pool) {
  if (!pool)
    return 0;
  const std::lock_guard lock(pool->mutex);
  return pool->all.pool().available();
}

attncCode attncSequenceCreate(attncPagePool pool, const int64_t *prefix, size_t prefixCount, uint64_t space,
                              int64_t *sequence, int64_t *tokens) {
  return locked(pool, [&](PagedSequences &all) -> Status {
    ATTNC_RETURN_IF_ERROR(needed(sequence, "a place for the sequence"));
    ATTNC_ASSIGN_OR_RETURN(auto keys, listOf(prefix, prefixCount, "the tokens of the prefix"));
    const PagedSequences::Started started = all.start(keys, space);
    *sequence = started.sequence;
    if (tokens)
      *tokens = started.tokens;
    return Status::success();
  });
}

attncCode attncSequenceAppend(attncPagePool pool, int64_t sequence, int64_t tokens, int64_t *slots,
                              attncPageCopy *copy) {
  return locked(pool, [&](PagedSequences &all) -> Status {
    ATTNC_RETURN_IF_ERROR(needed(copy, "a place for the copy"));
    if (tokens > 0)
      ATTNC_RETURN_IF_ERROR(needed(slots, "a place for the slots"));
    AppendPlan plan;
    ATTNC_RETURN_IF_ERROR(all.append(sequence, tokens, plan));
    *copy = {};
    if (!plan.copies.empty()) // one sequence has one last page
      *copy = {plan.copies[0].source, plan.copies[0].destination, plan.copies[0].tokens};
    std::copy(plan.slots.begin(), plan.slots.end(), slots);
    return Status::success();
  });
}

attncCode attncSequenceTruncate(attncPagePool pool, int64_t sequence, int64_t tokens) {
  return locked(pool, [&](PagedSequences &all) { return all.truncate(sequence, tokens); });
}

attncCode attncSequenceFork(attncPagePool pool, int64_t sequence, int64_t *out) {
  return locked(pool, [&](PagedSequences &all) -> Status {
    ATTNC_RETURN_IF_ERROR(needed(out, "a place for the sequence"));
    ATTNC_ASSIGN_OR_RETURN(*out, all.fork(sequence));
    return Status::success();
  });
}

attncCode attncSequenceFree(attncPagePool pool, int64_t sequence) {
  return locked(pool, [&](PagedSequences &all) { return all.free(sequence); });
}

attncCode attncSequencePublish(attncPagePool pool, int64_t sequence, const int64_t *tokens, size_t count) {
  return locked(pool, [&](PagedSequences &all) -> Status {
    ATTNC_ASSIGN_OR_RETURN(auto keys, listOf(tokens, count, "tokens"));
    return all.publish(sequence, keys);
  });
}

attncCode attncSequenceSize(attncPagePool pool, int64_t sequence, int64_t *tokens, int64_t *pages) {
  return locked(pool, [&](PagedSequences &all) -> Status {
    ATTNC_ASSIGN_OR_RETURN(const PagedSequences::View view, all.view(sequence));
    if (tokens)
      *tokens = view.tokens;
    if (pages)
      *pages = static_cast<int64_t>(view.pages.size());
    return Status::success();
  });
}

attncCode attncPagePoolBlockTable(attncPagePool pool, const int64_t *sequences, size_t batch,
                                  int64_t maxPages, int32_t *table, int32_t *kvLens) {
  return locked(pool, [&](PagedSequences &all) -> Status {
    ATTNC_RETURN_IF_ERROR(checkBatch(batch));
    ATTNC_ASSIGN_OR_RETURN(auto ids, listOf(sequences, batch, "sequences"));
    int64_t elements;
    if (maxPages < 0 || __builtin_mul_overflow(static_cast<int64_t>(batch), maxPages, &elements))
      elements = 0; // writeBlockTable says what is wrong
    ATTNC_ASSIGN_OR_RETURN(auto entries, listOf(table, static_cast<size_t>(elements), "a block table"));
    ATTNC_RETURN_IF_ERROR(writeBlockTable(all, ids, maxPages, entries));
    return kvLens ? writeLengths(all, ids, {kvLens, batch}) : Status::success();
  });
}

attncCode attncPagePoolPageLists(attncPagePool pool, const int64_t *sequences, size_t batch, int32_t *indptr,
                                 int32_t *indices, size_t capacity, int32_t *lastPageLen, int32_t *kvLens) {
  return locked(pool, [&](PagedSequences &all) -> Status {
    ATTNC_RETURN_IF_ERROR(checkBatch(batch));
    ATTNC_ASSIGN_OR_RETURN(auto ids, listOf(sequences, batch, "sequences"));
    ATTNC_ASSIGN_OR_RETURN(auto starts, listOf(indptr, batch + 1, "a place for page_indptr"));
    ATTNC_ASSIGN_OR_RETURN(auto pages, listOf(indices, capacity, "a place for page_indices"));
    ATTNC_ASSIGN_OR_RETURN(auto last, listOf(lastPageLen, batch, "a place for last_page_len"));
    ATTNC_RETURN_IF_ERROR(writePageLists(all, ids, starts, pages, last));
    return kvLens ? writeLengths(all, ids, {kvLens, batch}) : Status::success();
  });
}

attncCode attncPageTableCheck(const attncPageTable *table) {
  return guarded([&]() -> Status {
    attncPageTable given{};
    ATTNC_RETURN_IF_ERROR(readSized(table, "attncPageTable", given));
    return checkTable(given);
  });
}

} // extern "C"
