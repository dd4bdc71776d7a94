// check_append.cuh - whether the new tokens of a request have places in its cache: debug builds alone.
//
// Called by one warp a request. Must not read an entry of a table that is not in the request's part of it.
#pragma once

#include "attnc/block/check_pages.cuh"

namespace attnc::warp {

/// Tokens from `begin` on, of which those are stored that are kept or not before `oldest`: the last ones of their slots. `room` counts slots.
template <int Page = 1, int Ring = 0, int Keep = 0>
ATTNC_DEVICE int check_places(int begin, int count, int room, int oldest = 0) {
  if (count <= 0)
    return 0;
  if (begin < 0 || begin > kNone - count)
    return kBadAppend;
  using Places = TokenPlaces<Page, Ring, Keep>;
  int bad = kNone;
  for (int i = lane_index(); i < count; i += 32) // the token behind the last may be no int
    if (const int token = begin + i; Ring == 0 || token < Keep || token >= oldest)
      bad = Places::slot(token) < room ? bad : token;
  return least(bad) == kNone ? 0 : kBadAppend;
}

/// The same of a request in pages, and the first entry that they need and that is not a page.
template <int Page, int Ring = 0, int Keep = 0>
ATTNC_DEVICE int check_append(const int *table, int pages, int begin, int count, int room, int oldest = 0) {
  if (const int report = check_places<Page, Ring, Keep>(begin, count, room, oldest); report != 0)
    return report;
  using Places = TokenPlaces<Page, Ring, Keep>;
  int bad = kNone;
  for (int i = lane_index(); i < count; i += 32)
    if (const int token = begin + i; Ring == 0 || token < Keep || token >= oldest) {
      const int entry = Places::slot(token) / Page;
      bad = is_below(table[entry], pages) ? bad : min(bad, entry);
    }
  bad = least(bad);
  return bad == kNone ? 0 : bad + 1;
}

} // namespace attnc::warp
