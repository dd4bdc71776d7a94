// CacheContent.h - caches of a problem: how large they have to be, which pages requests have, and which slots
// hold tokens.
//
// Must not know devices. What a program says of its caches are its remarks "cache.*" and "tensor.NAME.axes".
#pragma once

#include "tools/attnc/Problem.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace attnc::cli {

struct CacheLayout {
  int64_t page = 0;             ///< tokens a page; 0 in a contiguous cache
  bool csr = false;             ///< page tables list the pages of all requests one after the other
  int64_t window = 0, keep = 0; ///< of a cyclic cache; 0 of others
  int64_t beams = 1;            ///< requests of a group that share tokens
  bool active = false;          ///< the last q_len tokens of a request are in tensors of their own

  /// Where token `key` of a request lies among its slots.
  int64_t slot(int64_t key) const;
  /// How many slots the first `length` tokens of a request take.
  int64_t slotsOf(int64_t length) const;
  /// Whether a cache of `length` tokens still has token `key`.
  bool holds(int64_t key, int64_t length) const {
    return window == 0 || key < keep || key >= length - (window - keep);
  }
  /// How many of a request's keys are in the cache.
  int64_t held(int64_t keys, int64_t queries) const {
    return active ? std::max<int64_t>(keys - queries, 0) : keys;
  }
};
/// Nothing if the program has no cache.
std::optional<CacheLayout> cacheOf(const Program &program);

/// Whether a cache of the program is updated in place.
bool appendsTokens(const Program &program);

/// Whether `tensor` is a cache, or a table of its pages.
bool isCache(const Program &program, std::string_view tensor);
bool isPageTable(std::string_view tensor);
/// Whether a cache has two elements of 4 bits in a byte.
bool hasHalfBytes(const Program &program, std::string_view cache);

/// What tables and pools need at least, and what is made where nobody says: room to spare everywhere.
ByName<int64_t> cacheDims(const CacheLayout &layout, const std::vector<int64_t> &lengths);

/// Lengths that a CSR table comes to. InvalidArgument if it is none.
Result<std::vector<int64_t>> lengthsOfPages(const CacheLayout &layout, const HostTensor &indptr,
                                            const HostTensor &lastPageLen);

/// Fills `page_indptr` or `last_page_len`; false for other tensors.
bool fillPageLengths(const std::string &name, const CacheLayout &layout, const std::vector<int64_t> &lengths,
                     HostTensor &tensor);
/// Fills a page table: pages in no order, the first pages of some requests shared, and in unused entries no
/// page at all. Requests have pages in common only if all tokens on them are among their first `shareable`.
void fillPageTable(const CacheLayout &layout, const std::vector<int64_t> &lengths,
                   const std::vector<int64_t> &shareable, int64_t pool, uint64_t seed, HostTensor &table);

/// Fills `cache_indirection` or `prompt_lens`; false for other tensors. Tokens are read from requests that
/// have them.
bool fillBeams(const std::string &name, const CacheLayout &layout, const std::vector<int64_t> &lengths,
               uint64_t seed, HostTensor &tensor);
/// Which request token `key` of a request is read from.
int64_t ownerOf(const CacheLayout &layout, const Problem &problem, int64_t request, int64_t key);
/// Groups are whole, and beams are those of a group: InvalidArgument names the tensor and the request.
Status checkBeams(const CacheLayout &layout, const Problem &problem, const std::vector<int64_t> &lengths);

/// Every page that a request needs is in its table and in the pool, no request is longer than its capacity,
/// and no page that a request writes is another one's too: InvalidArgument names the tensor and the request.
Status checkCaches(const Program &program, const Problem &problem);

/// Writes NaN to the slots of a cache in which no request has a key that `keep` says yes to.
using KeepKey = std::function<bool(int64_t request, int64_t key)>;
void poisonSlots(const Program &program, const std::string &cache, const KeepKey &keep, Problem &problem);

/// Yes to the keys that a run does not write: of a cache that is not updated, to all.
KeepKey isOldKey(const Program &program, const Problem &problem, const std::string &cache);

} // namespace attnc::cli
