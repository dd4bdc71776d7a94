// check_pages.cuh - whether the tokens of a request can be read from its cache: debug builds alone.
//
// Called by one warp a request, in front of the kernel that reads. Must not read a page.
#pragma once

#include "attnc/atom/shuffle.cuh"

namespace attnc::warp {

/// What a report says beside 0, all is well, and 1 + the first entry that is not a page.
constexpr int kBadLength = -1;

/// Reports a length that has no room; `readable` is how much of it has.
ATTNC_DEVICE void check_length(int length, int room, int *report, int *readable) {
  if (lane_index() != 0)
    return;
  *report = length < 0 || length > room ? kBadLength : 0;
  *readable = clamp(length, 0, max(room, 0));
}

/// The same of a request in pages, and `cleaned`: its table entries with page 0 for those that are no page. Where there are no
/// pages at all nothing is readable.
template <int Page>
ATTNC_DEVICE void check_pages(const int *table, int pages, int *cleaned, int length, int room, int *report, int *readable) {
  const int tokens = clamp(length, 0, max(room, 0));
  int bad = 0x7fffffff;
  for (int i = lane_index(); i < ceil_div(tokens, Page); i += 32) {
    const int page = table[i];
    const bool exists = static_cast<unsigned>(page) < static_cast<unsigned>(pages);
    cleaned[i] = exists ? page : 0;
    bad = exists ? bad : min(bad, i);
  }
#pragma unroll
  for (int step = 16; step > 0; step /= 2)
    bad = min(bad, atom::shuffle(bad, lane_index() ^ step));
  if (lane_index() != 0)
    return;
  *report = length < 0 || length > room ? kBadLength : bad == 0x7fffffff ? 0 : bad + 1;
  *readable = pages > 0 ? tokens : 0;
}

} // namespace attnc::warp
