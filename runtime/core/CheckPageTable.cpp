// CheckPageTable.cpp - whether tables of any origin stay within their pool.
//
// Must not trust an entry before it has checked it, and must not read entries that no kernel reads.
#include "attnc/PageTables.h"
#include "runtime/core/TableSizes.h"

#include <algorithm>
#include <string>

namespace attnc {
namespace {

/// Expected `expected`, got `got`, at `place` of request `request`.
Status wrong(size_t request, const std::string &place, const std::string &expected, int64_t got) {
  return Status(Code::InvalidArgument, "request " + std::to_string(request) + ", " + place + ": expected " +
                                           expected + ", got " + std::to_string(got));
}

std::string upTo(int64_t first, int64_t last) { return std::to_string(first) + ".." + std::to_string(last); }

Status checkShape(const PoolShape &pool) {
  if (pool.pages < 0 || pool.pageSize < 1)
    return Status(Code::InvalidArgument, "expected a pool of 0 pages or more, of 1 token or more, got " +
                                             std::to_string(pool.pages) + " pages of " +
                                             std::to_string(pool.pageSize));
  if (pool.window < 0 || pool.keep < 0 || (pool.window == 0 ? pool.keep != 0 : pool.keep >= pool.window))
    return Status(Code::InvalidArgument, "expected a window of more tokens than are kept, or neither, got " +
                                             std::to_string(pool.window) + " and " +
                                             std::to_string(pool.keep));
  return Status::success();
}

/// `table` and `first` name the entries: block_table[3, 0], page_indices[17].
Status checkPages(const PoolShape &pool, size_t request, std::span<const int32_t> pages, const char *table,
                  int64_t first, bool dense) {
  for (size_t i = 0; i < pages.size(); ++i)
    if (pages[i] < 0 || pages[i] >= pool.pages) {
      const std::string entry = dense ? std::to_string(request) + ", " + std::to_string(i)
                                      : std::to_string(first + static_cast<int64_t>(i));
      return wrong(request, std::string(table) + "[" + entry + "]",
                   pool.pages == 0 ? "no page, as the pool has none" : "a page in " + upTo(0, pool.pages - 1),
                   pages[i]);
    }
  return Status::success();
}

} // namespace

int64_t PoolShape::slot(int64_t token) const {
  if (window == 0 || token < keep)
    return token;
  const int64_t page = std::max(pageSize, 1), ring = (keep + page - 1) / page * page;
  return ring + (token - keep) % (window - keep);
}

int64_t PoolShape::slots(int64_t length) const {
  const int64_t held = window ? std::min(length, window) : length;
  return held > 0 ? slot(held - 1) + 1 : 0;
}

Status checkPageTable(const PoolShape &pool, const BlockTableData &data) {
  ATTNC_RETURN_IF_ERROR(checkShape(pool));
  const size_t batch = data.kvLens.size();
  int64_t elements, longest;
  if (data.maxPages < 0 || __builtin_mul_overflow(data.maxPages, static_cast<int64_t>(batch), &elements) ||
      __builtin_mul_overflow(data.maxPages, static_cast<int64_t>(pool.pageSize), &longest))
    return Status(Code::InvalidArgument,
                  "max_pages: expected 0 or more, and a table below 2^63 elements, got " +
                      std::to_string(data.maxPages));
  ATTNC_RETURN_IF_ERROR(expectElements("block_table", elements, data.table.size()));
  for (size_t i = 0; i < batch; ++i) {
    const int64_t length = data.kvLens[i];
    if (length < 0 || pool.slots(length) > longest)
      return wrong(i, "kv_lens[" + std::to_string(i) + "]",
                   (pool.window ? "a length that takes slots in " : "a length in ") + upTo(0, longest) +
                       " (max_pages " + std::to_string(data.maxPages) + " x page size " +
                       std::to_string(pool.pageSize) + ")",
                   length);
    const auto row = data.table.subspan(i * static_cast<size_t>(data.maxPages));
    const int64_t needed = (pool.slots(length) + pool.pageSize - 1) / pool.pageSize;
    ATTNC_RETURN_IF_ERROR(
        checkPages(pool, i, row.first(static_cast<size_t>(needed)), "block_table", 0, true));
  }
  return Status::success();
}

Status checkPageTable(const PoolShape &pool, const PageListData &data) {
  ATTNC_RETURN_IF_ERROR(checkShape(pool));
  if (pool.window)
    return Status(Code::InvalidArgument,
                  "expected a block table of a cyclic cache, whose pages do not say how "
                  "long a request is, got page lists");
  const size_t batch = data.lastPageLen.size();
  ATTNC_RETURN_IF_ERROR(expectElements("page_indptr", static_cast<int64_t>(batch) + 1, data.indptr.size()));
  if (!data.kvLens.empty())
    ATTNC_RETURN_IF_ERROR(expectElements("kv_lens", static_cast<int64_t>(batch), data.kvLens.size()));
  if (data.indptr[0] != 0)
    return Status(Code::InvalidArgument, "page_indptr[0]: expected 0, got " + std::to_string(data.indptr[0]));
  for (size_t i = 0; i < batch; ++i) {
    const std::string index = "[" + std::to_string(i) + "]";
    const int64_t begin = data.indptr[i], end = data.indptr[i + 1];
    const auto limit = static_cast<int64_t>(data.indices.size());
    if (end < begin || end > limit)
      return wrong(i, "page_indptr[" + std::to_string(i + 1) + "]",
                   upTo(begin, limit) + " (the entry before it, the number of page_indices)", end);
    const auto pages = data.indices.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
    ATTNC_RETURN_IF_ERROR(checkPages(pool, i, pages, "page_indices", begin, false));
    const int64_t last = data.lastPageLen[i];
    if (!pages.empty() && (last < 1 || last > pool.pageSize))
      return wrong(i, "last_page_len" + index, "a length in " + upTo(1, pool.pageSize), last);
    const int64_t length = pages.empty() ? 0 : (end - begin - 1) * pool.pageSize + last;
    if (!data.kvLens.empty() && data.kvLens[i] != length)
      return wrong(i, "kv_lens" + index,
                   std::to_string(length) + " (" + std::to_string(pages.size()) + " pages, the last with " +
                       std::to_string(pages.empty() ? 0 : last) + ")",
                   data.kvLens[i]);
  }
  return Status::success();
}

} // namespace attnc
