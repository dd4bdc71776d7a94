// CachedTokens.h - keys and values that a cache holds, gathered request by request.
//
// Plain host code: pages and strides are followed one token after the other. Must not do maths.
#pragma once

#include "attnc/Tensor.h"
#include "codegen/reference/LogicalTensors.h"
#include "codegen/reference/ReferenceResult.h"

namespace attnc::reference {

/// The lengths of all requests, from `kv_lens`, from a CSR page table, the dim kv_len, or from where tokens
/// are appended; and that the tokens that attention reads are in the cache: pages exist, tables and
/// capacities reach.
Result<std::vector<int64_t>> readCachedLengths(const KernelShape &kernel,
                                               const std::vector<int64_t> &queryLengths,
                                               const Arguments &arguments);

/// Where the tokens of one request lie in a cache.
class TokenPlaces {
public:
  /// `strides` are those that offsets are counted with: the tensor's, or of a copy of it.
  static Result<TokenPlaces> of(const Parameter &cache, const std::vector<int64_t> &strides, int64_t request,
                                const Arguments &arguments);

  /// How many slots there are: the capacity, or what the request's entries of the table can name.
  int64_t room() const { return cache.page ? entries * cache.page : capacity; }
  /// Where a token lies among them; of a cyclic cache behind those that are kept in a ring.
  int64_t slot(int64_t token) const;
  /// How many slots the first `count` tokens of a request take.
  int64_t slotsOf(int64_t count) const;
  /// The page that entry `entry` of the request's table names. InvalidArgument if the pool has no such page.
  Result<int64_t> page(int64_t entry) const;
  /// Calls `visit(element, offset)` for the elements of a token: its place in [heads, dim], of a pair the
  /// heads of keys and then of values, and its offset in the cache.
  template <class Visit>
  Status forEach(int64_t token, int64_t firstHead, int64_t endHead, Visit visit) const {
    int64_t block = request, place = slot(token);
    ATTNC_RETURN_IF_ERROR(checkPlace(token, place));
    if (cache.page) {
      ATTNC_ASSIGN_OR_RETURN(block, page(place / cache.page));
      place %= cache.page;
    }
    const int64_t start = block * blockStride + place * tokenStride;
    for (int64_t head = firstHead; head < endHead; ++head)
      for (int64_t e = 0; e < cache.dim; ++e)
        visit(head * cache.dim + e, start + head / partHeads * partStride + head % partHeads * headStride +
                                        e / (cache.halfBytes ? 2 : 1) * dimStride);
    return Status::success();
  }

private:
  explicit TokenPlaces(const Parameter &cache) : cache(cache) {}
  /// InvalidArgument if the request has no such slot.
  Status checkPlace(int64_t token, int64_t slot) const;

  const Parameter &cache;
  Tensor table;
  int64_t request = 0, pool = 0, capacity = 0;
  int64_t entry = 0, entries = 0; ///< the request's of the table
  int64_t partHeads = 0;
  int64_t blockStride = 0, partStride = 0, tokenStride = 0, headStride = 0, dimStride = 0;
};

/// Of a quantised cache: what stored elements of each head and channel are multiplied by, of a pair the heads
/// of keys and then of values; else ones, also where tokens have scales of their own.
Result<std::vector<double>> readCacheScales(const Parameter &cache, const Arguments &arguments);

/// A cache, and what it holds once tokens are appended; null where none are.
struct CacheContent {
  const Parameter *cache = nullptr;
  const ReferenceOutput *updated = nullptr;
};

/// The first `count` tokens of a request as contiguous [count, heads, dim]; of a pair the heads of keys and
/// then of values. `scales`: those by token, or of no cache.
Result<TokenRows> readCachedRows(const CacheContent &content, const CacheContent &scales, int64_t request,
                                 int64_t count, const Arguments &arguments);

/// Where quantised keys are rotated as they are read, a kernel multiplies them by their scales first and rounds:
/// what that may do is added to their errors. Those of scales by token have it already.
void addScaleErrors(TokenRows &rows, const Parameter &cache);

/// Where keys have scales by channel, a kernel multiplies queries by them and rounds: what that may do to the
/// first `heads` heads of rows of queries is added to their errors.
Status addQueryScaleErrors(TokenRows &rows, const Parameter &queries, int64_t heads, int64_t kvHeads,
                           const Arguments &arguments);

} // namespace attnc::reference
