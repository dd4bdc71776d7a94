// PageTables.cpp - tables out of sequences.
//
// Must know the sizes of everything before it writes anything.
#include "attnc/PageTables.h"
#include "runtime/core/TableSizes.h"

#include <algorithm>
#include <string>

namespace attnc {
namespace {

constexpr int64_t kMaxI32 = 2147483647;

Status bad(const std::string &message) { return Status(Code::InvalidArgument, message); }

/// "batch entry 2 (sequence 7): ", in front of an error.
std::string entryText(size_t entry, SequenceId id) {
  return "batch entry " + std::to_string(entry) + " (sequence " + std::to_string(id) + "): ";
}

using Views = std::vector<PagedSequences::View>;

Result<Views> viewAll(const PagedSequences &sequences, std::span<const SequenceId> batch) {
  Views views;
  views.reserve(batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    Result<PagedSequences::View> view = sequences.view(batch[i]);
    if (!view.ok())
      return view.status().prefix("batch entry " + std::to_string(i) + ": ");
    views.push_back(*view);
  }
  return views;
}

Result<int64_t> totalPages(const Views &views, std::span<const SequenceId> batch) {
  int64_t total = 0;
  for (size_t i = 0; i < views.size(); ++i) {
    total += static_cast<int64_t>(views[i].pages.size());
    if (total > kMaxI32)
      return bad(entryText(i, batch[i]) +
                 "expected at most 2147483647 pages up to here, as page_indptr is i32, "
                 "got " +
                 std::to_string(total));
  }
  return total;
}

} // namespace

Status writeBlockTable(const PagedSequences &sequences, std::span<const SequenceId> batch, int64_t maxPages,
                       std::span<int32_t> table) {
  int64_t elements;
  if (maxPages < 0 || __builtin_mul_overflow(static_cast<int64_t>(batch.size()), maxPages, &elements))
    return bad("max_pages: expected 0 or more, and a table below 2^63 elements, got " +
               std::to_string(maxPages));
  ATTNC_RETURN_IF_ERROR(expectElements("block_table", elements, table.size()));
  ATTNC_ASSIGN_OR_RETURN(const Views views, viewAll(sequences, batch));
  for (size_t i = 0; i < views.size(); ++i)
    if (static_cast<int64_t>(views[i].pages.size()) > maxPages)
      return bad(entryText(i, batch[i]) + "expected at most max_pages = " + std::to_string(maxPages) +
                 " pages, got " + std::to_string(views[i].pages.size()));
  for (const PagedSequences::View &view : views) {
    const auto row = table.first(static_cast<size_t>(maxPages));
    std::fill(std::copy(view.pages.begin(), view.pages.end(), row.begin()), row.end(), -1);
    table = table.subspan(row.size());
  }
  return Status::success();
}

Result<int64_t> countPages(const PagedSequences &sequences, std::span<const SequenceId> batch) {
  ATTNC_ASSIGN_OR_RETURN(const Views views, viewAll(sequences, batch));
  return totalPages(views, batch);
}

Status writePageLists(const PagedSequences &sequences, std::span<const SequenceId> batch,
                      std::span<int32_t> indptr, std::span<int32_t> indices, std::span<int32_t> lastPageLen) {
  ATTNC_RETURN_IF_ERROR(expectElements("page_indptr", static_cast<int64_t>(batch.size()) + 1, indptr.size()));
  ATTNC_RETURN_IF_ERROR(
      expectElements("last_page_len", static_cast<int64_t>(batch.size()), lastPageLen.size()));
  ATTNC_ASSIGN_OR_RETURN(const Views views, viewAll(sequences, batch));
  ATTNC_ASSIGN_OR_RETURN(const int64_t total, totalPages(views, batch));
  if (total > static_cast<int64_t>(indices.size()))
    return bad("page_indices: expected room for " + std::to_string(total) + " pages, got " +
               std::to_string(indices.size()));
  const int64_t size = sequences.pool().pageSize();
  auto next = indices.begin();
  indptr[0] = 0;
  for (size_t i = 0; i < views.size(); ++i) {
    const auto pages = static_cast<int64_t>(views[i].pages.size());
    next = std::copy(views[i].pages.begin(), views[i].pages.end(), next);
    indptr[i + 1] = static_cast<int32_t>(next - indices.begin());
    lastPageLen[i] = pages == 0 ? 0 : static_cast<int32_t>(views[i].tokens - (pages - 1) * size);
  }
  return Status::success();
}

Status writeLengths(const PagedSequences &sequences, std::span<const SequenceId> batch,
                    std::span<int32_t> kvLens) {
  ATTNC_RETURN_IF_ERROR(expectElements("kv_lens", static_cast<int64_t>(batch.size()), kvLens.size()));
  ATTNC_ASSIGN_OR_RETURN(const Views views, viewAll(sequences, batch));
  for (size_t i = 0; i < views.size(); ++i)
    kvLens[i] = static_cast<int32_t>(views[i].tokens); // at most PagedSequences::kMaxTokens
  return Status::success();
}

} // namespace attnc
