// PagePool.cpp - two intrusive lists over the pages: a stack of free ones, a queue of kept ones.
//
// Must not throw for a caller's mistake, and must check everything before it changes anything.
#include "attnc/PagePool.h"

#include <limits>
#include <new>
#include <string>

namespace attnc {
namespace {

constexpr int32_t kMaxPages = std::numeric_limits<int32_t>::max();

Status bad(const std::string &message) { return Status(Code::InvalidArgument, "page pool: " + message); }

} // namespace

Result<PagePool> PagePool::create(int64_t pages, int pageSize) {
  if (pages < 0 || pages > kMaxPages)
    return bad("expected 0 to 2147483647 pages, got " + std::to_string(pages));
  if (pageSize < 1 || pageSize > kMaxPageSize)
    return bad("expected a page size of 1 to 256 tokens, got " + std::to_string(pageSize));
  try {
    return PagePool(pages, pageSize);
  } catch (const std::bad_alloc &) {
    return Status(Code::Exhausted, "page pool: expected host memory for the bookkeeping of " +
                                       std::to_string(pages) + " pages, got none");
  }
}

PagePool::PagePool(int64_t pages, int pageSize) : tokensPerPage(pageSize), all(static_cast<size_t>(pages)) {
  for (int64_t page = pages; page-- > 0;)
    pushFree(static_cast<int32_t>(page));
}

Result<PagePool::Allocation> PagePool::allocate(int64_t count) {
  if (count < 0)
    return bad("expected a number of pages of 0 or more, got " + std::to_string(count));
  if (count > available())
    return Status(Code::Exhausted, "page pool: expected " + std::to_string(count) + " free pages, got " +
                                       std::to_string(available()) + " of " + std::to_string(pages()));
  Allocation out;
  out.pages.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    int32_t page = firstFree;
    if (page >= 0) {
      firstFree = all[page].after;
      --freeCount;
    } else {
      page = firstKept;
      unlinkKept(page);
      ++out.evicted;
    }
    all[page] = {.references = 1};
    out.pages.push_back(page);
  }
  return out;
}

Status PagePool::retain(int32_t page) {
  ATTNC_RETURN_IF_ERROR(expectPage(page, false, "to retain"));
  if (all[page].references == std::numeric_limits<int32_t>::max())
    return bad("expected fewer than 2147483647 references to page " + std::to_string(page));
  if (isKept(page))
    unlinkKept(page);
  ++all[page].references;
  return Status::success();
}

Status PagePool::release(int32_t page) {
  ATTNC_RETURN_IF_ERROR(expectPage(page, true, "to release"));
  if (--all[page].references > 0)
    return Status::success();
  if (all[page].marked)
    appendKept(page);
  else
    pushFree(page);
  return Status::success();
}

Status PagePool::keep(int32_t page) {
  ATTNC_RETURN_IF_ERROR(expectPage(page, true, "to keep"));
  all[page].marked = true;
  return Status::success();
}

Status PagePool::forget(int32_t page) {
  if (!has(page))
    return expectPage(page, false, "to forget");
  if (isKept(page)) {
    unlinkKept(page);
    pushFree(page);
  }
  all[page].marked = false;
  return Status::success();
}

/// `inUse`: a kept page is not good enough.
Status PagePool::expectPage(int32_t page, bool inUse, const char *what) const {
  if (!has(page))
    return bad(std::string("expected a page ") + what + " in 0.." + std::to_string(pages() - 1) + ", got " +
               std::to_string(page));
  if (all[page].references > 0 || (!inUse && isKept(page)))
    return Status::success();
  return bad(std::string("expected a page ") + what + " that is in use, got page " + std::to_string(page) +
             ", which has no references");
}

void PagePool::pushFree(int32_t page) {
  all[page].after = firstFree;
  firstFree = page;
  ++freeCount;
}

void PagePool::appendKept(int32_t page) {
  all[page].before = lastKept;
  all[page].after = -1;
  (lastKept >= 0 ? all[lastKept].after : firstKept) = page;
  lastKept = page;
  ++keptCount;
}

void PagePool::unlinkKept(int32_t page) {
  const Page &entry = all[page];
  (entry.before >= 0 ? all[entry.before].after : firstKept) = entry.after;
  (entry.after >= 0 ? all[entry.after].before : lastKept) = entry.before;
  --keptCount;
}

} // namespace attnc
