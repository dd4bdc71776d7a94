// CheckAppends.cpp - whether new tokens have places of their own in the pages that tables name.
//
// Must not look at a table before CheckPageTable.cpp has: what a request reads is known to be in the pool.
#include "attnc/PageTables.h"
#include "runtime/core/TableSizes.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace attnc {
namespace {

Status invalid(const std::string &message) { return Status(Code::InvalidArgument, message); }

/// One request: all entries that its table has for it, how many tokens are read, and which are written.
struct Row {
  std::span<const int32_t> pages;
  int64_t length = 0, first = 0, end = 0;
};

class Checker {
public:
  Checker(const PoolShape &pool, const char *table)
      : pool(pool), table(table), owner(static_cast<size_t>(pool.pages), -1) {}

  Status check(const std::vector<Row> &rows) {
    for (size_t i = 0; i < rows.size(); ++i)
      ATTNC_RETURN_IF_ERROR(write(static_cast<int64_t>(i), rows[i]));
    for (size_t i = 0; i < rows.size(); ++i)
      ATTNC_RETURN_IF_ERROR(read(static_cast<int64_t>(i), rows[i]));
    return Status::success();
  }

private:
  Status write(int64_t request, const Row &row) {
    if (row.first == row.end)
      return Status::success();
    const auto room = static_cast<int64_t>(row.pages.size()) * pool.pageSize;
    if (row.first < 0 || pool.slots(row.end) > room)
      return invalid("request " + std::to_string(request) + ": expected new tokens at 0.." +
                     std::to_string(room - 1) + ", for which " + table + " has pages, got them at " +
                     std::to_string(row.first) + ".." + std::to_string(row.end - 1));
    for (int64_t i : entriesOf(row)) {
      const int32_t page = row.pages[static_cast<size_t>(i)];
      if (page < 0 || page >= pool.pages)
        return invalid("request " + std::to_string(request) + ", page " + std::to_string(i) + " of its " +
                       table + ": expected a page in 0.." + std::to_string(pool.pages - 1) + ", got " +
                       std::to_string(page));
      int64_t &known = owner[static_cast<size_t>(page)];
      if (known >= 0)
        return shared(known, page, request);
      known = request;
    }
    return Status::success();
  }

  Status read(int64_t request, const Row &row) const {
    const int64_t count = (pool.slots(row.length) + pool.pageSize - 1) / pool.pageSize;
    const std::set<int64_t> written = entriesOf(row);
    for (int64_t i = 0; i < count; ++i) {
      if (written.contains(i))
        continue;
      const int32_t page = row.pages[static_cast<size_t>(i)];
      if (const int64_t known = owner[static_cast<size_t>(page)]; known >= 0)
        return shared(known, page, request);
    }
    return Status::success();
  }

  /// Entries of the pages that get new tokens. Of those that share a slot of a cyclic cache the last is
  /// stored.
  std::set<int64_t> entriesOf(const Row &row) const {
    std::set<int64_t> entries;
    auto add = [&](int64_t begin, int64_t end) {
      // From page to page; a ring may go round within one.
      for (int64_t token = begin; token < end;) {
        const int64_t slot = pool.slot(token);
        entries.insert(slot / pool.pageSize);
        token += pool.window ? 1 : pool.pageSize - slot % pool.pageSize;
      }
    };
    const int64_t ring = pool.window - pool.keep, last = std::max(row.end, row.length);
    if (pool.window)
      add(row.first, std::min(row.end, pool.keep));
    add(pool.window ? std::max({row.first, pool.keep, last - ring}) : row.first, row.end);
    return entries;
  }

  static Status shared(int64_t owner, int32_t page, int64_t other) {
    return invalid("expected pages that are written by request " + std::to_string(owner) +
                   " to be its own, got page " + std::to_string(page) + ", which " +
                   (owner == other ? "it has twice" : "request " + std::to_string(other) + " has too"));
  }

  const PoolShape &pool;
  const char *table;
  std::vector<int64_t> owner; ///< which request writes a page; -1 if none does
};

/// Which tokens a request writes; `length` is 0 where nothing is read.
Status takeSpan(const AppendData &append, size_t request, Row &row) {
  const int64_t count = append.qLens[request];
  if (count < 0)
    return invalid("q_lens[" + std::to_string(request) + "]: expected 0 or more, got " +
                   std::to_string(count));
  row.first = append.first.empty() ? row.length - count : append.first[request];
  row.end = row.first + count;
  return Status::success();
}

/// A chunk that another one follows ends with a page.
Status checkChunk(const PoolShape &pool, const AppendData &append, size_t request, const Row &row) {
  if (append.lastChunk.empty() || append.lastChunk[request] != 0 || row.first == row.end ||
      row.end % pool.pageSize == 0)
    return Status::success();
  return invalid("request " + std::to_string(request) +
                 ": expected a chunk that is not its prompt's last to end with a "
                 "page of " +
                 std::to_string(pool.pageSize) + " tokens, got one of " +
                 std::to_string(row.end - row.first) + " that ends after token " + std::to_string(row.end) +
                 ", " + std::to_string(row.end % pool.pageSize) + " into page " +
                 std::to_string(row.end / pool.pageSize) + " of its table");
}

Status checkAppend(const AppendData &append, size_t batch) {
  ATTNC_RETURN_IF_ERROR(expectElements("q_lens", static_cast<int64_t>(batch), append.qLens.size()));
  if (!append.lastChunk.empty())
    ATTNC_RETURN_IF_ERROR(expectElements("last_chunk", static_cast<int64_t>(batch), append.lastChunk.size()));
  return append.first.empty()
             ? Status::success()
             : expectElements("write_indices", static_cast<int64_t>(batch), append.first.size());
}

} // namespace

Status checkPageTable(const PoolShape &pool, const BlockTableData &data, const AppendData &append) {
  const size_t batch = append.qLens.size();
  const std::vector<int32_t> nothing(batch, 0);
  const bool readsNothing = data.kvLens.empty() && !append.first.empty();
  BlockTableData read = data;
  if (readsNothing)
    read.kvLens = nothing;
  ATTNC_RETURN_IF_ERROR(checkPageTable(pool, read));
  ATTNC_RETURN_IF_ERROR(checkAppend(append, read.kvLens.size()));
  std::vector<Row> rows(batch);
  const auto width = static_cast<size_t>(data.maxPages);
  for (size_t i = 0; i < batch; ++i) {
    rows[i].pages = data.table.subspan(i * width, width);
    rows[i].length = read.kvLens[i];
    ATTNC_RETURN_IF_ERROR(takeSpan(append, i, rows[i]));
    ATTNC_RETURN_IF_ERROR(checkChunk(pool, append, i, rows[i]));
  }
  return Checker(pool, "block_table").check(rows);
}

Status checkPageTable(const PoolShape &pool, const PageListData &data, const AppendData &append) {
  ATTNC_RETURN_IF_ERROR(checkPageTable(pool, data));
  const size_t batch = data.lastPageLen.size();
  ATTNC_RETURN_IF_ERROR(checkAppend(append, batch));
  std::vector<Row> rows(batch);
  for (size_t i = 0; i < batch; ++i) {
    const auto begin = static_cast<size_t>(data.indptr[i]), end = static_cast<size_t>(data.indptr[i + 1]);
    rows[i].pages = data.indices.subspan(begin, end - begin);
    if (begin < end)
      rows[i].length = static_cast<int64_t>(end - begin - 1) * pool.pageSize + data.lastPageLen[i];
    ATTNC_RETURN_IF_ERROR(takeSpan(append, i, rows[i]));
    ATTNC_RETURN_IF_ERROR(checkChunk(pool, append, i, rows[i]));
  }
  return Checker(pool, "page_indices").check(rows);
}

} // namespace attnc
