// check_pages.cuh - whether the tokens of a request can be read from its cache: debug builds alone.
//
// Called by one warp a request, in front of the kernel that reads. Must not read a page.
#pragma once

#include "attnc/atom/shuffle.cuh"
#include "attnc/tile/token_places.cuh"

namespace attnc::warp {

/// What a report says beside 0, all is well, and 1 + the first entry that is not a page. kBadToken is less the token.
constexpr int kBadLength = -1, kBadAppend = -2, kBadPrompt = -3, kBadToken = -4;

/// In place of an index where nothing is wrong.
constexpr int kNone = 0x7fffffff;

/// The least one of the lanes' values.
ATTNC_DEVICE int least(int x) {
#pragma unroll
  for (int step = 16; step > 0; step /= 2)
    x = min(x, atom::shuffle(x, lane_index() ^ step));
  return x;
}

ATTNC_DEVICE bool is_below(int x, int end) { return static_cast<unsigned>(x) < static_cast<unsigned>(end); }

/// Reports a length that has no room; `readable` is how much of it has.
template <int Page = 1, int Ring = 0, int Keep = 0> ATTNC_DEVICE int check_length(int length, int room, int *readable) {
  const int most = TokenPlaces<Page, Ring, Keep>::tokens(room);
  if (lane_index() == 0)
    *readable = clamp(length, 0, most);
  return length < 0 || length > most ? kBadLength : 0;
}

/// The same of a request in pages, and `cleaned`: its table with page 0 for entries that are no page. Where there are no pages at
/// all nothing is readable. Other requests may read what lies behind this one's tokens, so all of its entries are cleaned. Parts of a wrong CSR table may overlap: then
/// several write the same, which is no race of volatile stores.
template <int Page, int Ring = 0, int Keep = 0>
ATTNC_DEVICE int check_pages(const int *table, int pages, volatile int *cleaned, int length, int room, int *readable) {
  using Places = TokenPlaces<Page, Ring, Keep>;
  const int most = Places::tokens(room), tokens = clamp(length, 0, most), needed = ceil_div(Places::slots(tokens), Page);
  int bad = kNone;
  for (int i = lane_index(); i < room / Page; i += 32) {
    const bool exists = is_below(table[i], pages);
    cleaned[i] = exists ? table[i] : 0;
    bad = exists || i >= needed ? bad : min(bad, i);
  }
  bad = least(bad);
  if (lane_index() == 0)
    *readable = pages > 0 ? tokens : 0;
  return length < 0 || length > most ? kBadLength : bad == kNone ? 0 : bad + 1;
}

/// The first report that is not 0.
template <class... Reports> ATTNC_DEVICE void store_report(int *to, Reports... reports) {
  int first = 0;
  ((first = first != 0 ? first : reports), ...);
  if (lane_index() == 0)
    *to = first;
}

} // namespace attnc::warp
