// check_beams.cuh - whether the tokens that a request reads from its group of beams are there: debug builds alone.
//
// Called by one warp a request. Must not read tables that other requests' warps clean.
#pragma once

#include "attnc/block/check_pages.cuh"

namespace attnc::warp {

/// `beams` says for each of up to `most` tokens which of the group's `width` requests has it, below `prompt` the first one; `cleaned`
/// becomes it with 0 for what is no beam. With pages, a token lies in those of that request, whose table is that many times `stride` entries
/// behind the group's; tokens that a cyclic cache has no more need none.
template <int Page = 1, int Ring = 0, int Keep = 0>
ATTNC_DEVICE int check_beams(const int *beams, int width, int most, int prompt, int *cleaned, int length, int room,
                             const int *table = nullptr, int pages = 0, int stride = 0) {
  using Places = TokenPlaces<Page, Ring, Keep>;
  const int tokens = clamp(length, 0, min(most, Places::tokens(room)));
  int bad = kNone;
  for (int token = lane_index(); token < tokens; token += 32) {
    const bool exists = is_below(beams[token], width);
    cleaned[token] = exists ? beams[token] : 0;
    bool found = exists || token < prompt;
    if (table && found && Places::holds(token, length)) {
      const i64 owner = token < prompt ? 0 : beams[token];
      found = is_below(table[owner * stride + Places::slot(token) / Page], pages);
    }
    bad = found ? bad : min(bad, token);
  }
  bad = least(bad);
  if (length > most)
    return kBadLength;
  return prompt < 0 || prompt > most ? kBadPrompt : bad == kNone ? 0 : kBadToken - bad;
}

} // namespace attnc::warp
