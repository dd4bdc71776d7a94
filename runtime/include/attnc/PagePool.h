// PagePool.h - which pages of a KV cache are in use, and by how many.
//
// Counts only: must not know what is in a page, whose it is, or where its memory lies.
#pragma once

#include "attnc/Status.h"

#include <cstdint>
#include <vector>

namespace attnc {

/// Pages 0..N-1 of P tokens each, with reference counts. A page is in use (one reference or more), free, or
/// kept: without references, but its content may still be wanted, so that it is handed out only when no page
/// is free, the one that was released first before the others.
///
/// Order: a new pool hands out 0, 1, 2 ...; after that, the page freed last comes first. Equal calls give
/// equal pages. A call that fails changes nothing. Every call takes constant time a page.
///
/// Not thread-safe: const calls may overlap each other, a non-const call no other.
class PagePool {
public:
  static constexpr int kMaxPageSize = 256;

  /// `pages` in 0..2^31-1, as page ids are i32; `pageSize` in 1..256 tokens, any number.
  static Result<PagePool> create(int64_t pages, int pageSize);

  int64_t pages() const { return static_cast<int64_t>(all.size()); }
  int pageSize() const { return tokensPerPage; }
  /// How many pages allocate() can hand out: free and kept ones.
  int64_t available() const { return freeCount + keptCount; }
  int64_t kept() const { return keptCount; }
  /// 0 for a page that is not in use, and for one that the pool does not have.
  int64_t references(int32_t page) const { return has(page) ? all[page].references : 0; }

  struct Allocation {
    std::vector<int32_t> pages;
    /// The last `evicted` of them were kept: their old content is lost from now on.
    int64_t evicted = 0;
  };
  /// `count` pages with one reference each; Exhausted if fewer are available.
  Result<Allocation> allocate(int64_t count);
  /// One reference more, to a page that is in use or kept.
  Status retain(int32_t page);
  /// One reference less. The last one makes the page free, or kept if it was marked so.
  Status release(int32_t page);

  /// Marks a page in use, so that its last release keeps it.
  Status keep(int32_t page);
  /// Takes the mark back; a page that is kept already becomes free. Without a mark it does nothing.
  Status forget(int32_t page);

private:
  struct Page {
    int32_t references = 0;
    bool marked = false;
    int32_t before = -1, after = -1; ///< in the list of kept pages; `after` also in that of free ones
  };

  PagePool(int64_t pages, int pageSize);
  bool has(int32_t page) const { return page >= 0 && page < pages(); }
  bool isKept(int32_t page) const { return all[page].marked && all[page].references == 0; }
  Status expectPage(int32_t page, bool inUse, const char *what) const;
  void pushFree(int32_t page);
  void appendKept(int32_t page);
  void unlinkKept(int32_t page);

  int tokensPerPage;
  std::vector<Page> all;
  int32_t firstFree = -1;
  int64_t freeCount = 0, keptCount = 0;
  int32_t firstKept = -1, lastKept = -1; ///< oldest release, newest release
};

} // namespace attnc
