// PageTables.h - the tables by which kernels find pages: written into a caller's host memory, and checked
// there.
//
// Must not copy anything to a device, and must not look at the cache itself.
#pragma once

#include "attnc/PagedSequences.h"

#include <cstdint>
#include <span>

namespace attnc {

/// Each of these writes nothing if it fails. A batch may name a sequence twice.

/// table[batch, maxPages]: the pages of each sequence, the rest of its row -1. An error if one has more
/// pages.
Status writeBlockTable(const PagedSequences &sequences, std::span<const SequenceId> batch, int64_t maxPages,
                       std::span<int32_t> table);

/// What writePageLists needs room for.
Result<int64_t> countPages(const PagedSequences &sequences, std::span<const SequenceId> batch);
/// CSR: request i has the pages indices[indptr[i] .. indptr[i + 1]), and lastPageLen[i] tokens in the last of
/// them: 1..P, P if it is full, 0 without a page. indptr has batch + 1 elements, lastPageLen batch; indices
/// may be longer than needed, and its rest is left alone.
Status writePageLists(const PagedSequences &sequences, std::span<const SequenceId> batch,
                      std::span<int32_t> indptr, std::span<int32_t> indices, std::span<int32_t> lastPageLen);

/// kvLens[batch].
Status writeLengths(const PagedSequences &sequences, std::span<const SequenceId> batch,
                    std::span<int32_t> kvLens);

/// Of the pool that a table points into, and which tokens of a request are in it.
struct PoolShape {
  int64_t pages = 0;
  int pageSize = 0;
  /// Of a cyclic cache (`cache.window` and `cache.keep` of a spec): the first `keep` tokens and the last
  /// window - keep; 0: all.
  int64_t window = 0, keep = 0;

  /// Where token `token` of a request lies among its slots: of page slot / pageSize the slot % pageSize-th.
  int64_t slot(int64_t token) const;
  /// How many slots `length` tokens take, the gap behind those that are kept included.
  int64_t slots(int64_t length) const;
};

/// A dense table of batch rows, as writeBlockTable makes it, or anybody else.
struct BlockTableData {
  std::span<const int32_t> table; ///< [batch, maxPages]
  int64_t maxPages = 0;
  std::span<const int32_t> kvLens; ///< [batch]
};

struct PageListData {
  std::span<const int32_t> indptr; ///< [batch + 1]
  std::span<const int32_t> indices;
  std::span<const int32_t> lastPageLen; ///< [batch]
  /// [batch], or empty if the kernel takes none: then the lists alone say how long a request is.
  std::span<const int32_t> kvLens = {};
};

/// Whether a kernel that reads these tables stays within the pool: kv_lens whose slots are at most maxPages *
/// P, and a page id in 0..pages-1 for each page that a length needs. Entries past those are not read, and may
/// be anything. Errors name the request, the entry, what was expected and what came.
Status checkPageTable(const PoolShape &pool, const BlockTableData &data);
/// Not of a cyclic cache, whose pages do not say how long a request is. indptr starts at 0, never falls and
/// ends within `indices`; page ids as above; last_page_len in 1..P, or anything for a request without pages;
/// kv_lens, if given, are (pages - 1) * P + last_page_len.
Status checkPageTable(const PoolShape &pool, const PageListData &data);

/// New tokens that a kernel puts into the cache before it reads it.
struct AppendData {
  std::span<const int32_t> qLens; ///< [batch]: how many each request has
  /// [batch]: the index that a request's first one gets (`write_indices`); empty: they are the last of
  /// kv_len.
  std::span<const int32_t> first = {};
  /// [batch]: which requests get the end of their prompt with these tokens, not 0 for yes. Another one's
  /// tokens are a chunk of a longer prompt and have to end where a page does, so that the next chunk begins
  /// with a page of its own. Empty: any number may be appended.
  std::span<const uint8_t> lastChunk = {};
};

/// The same for a kernel that appends: beside the above, that every new token has a place (a kernel drops one
/// that has not), on a page that is in the pool, that no other request of the batch has, and that its own has
/// once; and, if it is said which chunks are the last ones, that all others end with a page. Of a dense table
/// kvLens may be empty if `first` is given, for kernels that only append.
Status checkPageTable(const PoolShape &pool, const BlockTableData &data, const AppendData &append);
Status checkPageTable(const PoolShape &pool, const PageListData &data, const AppendData &append);

/// Requests in groups of beams that read one another's tokens (`cache.beams` of a spec).
struct BeamData {
  std::span<const int32_t> beams; ///< `cache_indirection`: [batch, maxLen]
  int64_t maxLen = 0;
  int width = 1;
  std::span<const int32_t> prompts = {}; ///< `prompt_lens`: [batch], or empty without a shared prompt
};

/// Whether requests come in whole groups, and each token below kv_lens[r] and past the prompt names one of
/// the group's beams.
Status checkBeams(std::span<const int32_t> kvLens, const BeamData &data);
/// The same in a paged cache, and that each token has a page in the pool in the row of the request that it is
/// read from.
Status checkPageTable(const PoolShape &pool, const BlockTableData &data, const BeamData &beams);

} // namespace attnc
