// MaskReport.h - what the mask proof found, in words and in tiles at given lengths.
//
// Must not prove anything itself: it reads what the attn passes attached.
#pragma once

#include "attnc/Status.h"
#include "attnc/Target.h"
#include "specs/Spec.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace attnc {

/// Tiles of tile_q x tile_kv, summed over requests.
struct MaskTiles {
  int64_t visited = 0; ///< full + partial: the kernel loads their keys
  int64_t full = 0;    ///< no mask code runs
  int64_t partial = 0; ///< mask code runs
  int64_t empty = 0;   ///< skipped
  /// Query heads counted: 1 if the ranges are the same for every head, else all of them.
  int64_t heads = 1;
};

struct MaskQuestion {
  int64_t tileQ = 0, tileKv = 0;
  /// (q_len, kv_len) of each request.
  std::vector<std::pair<int64_t, int64_t>> requests;
  std::map<std::string, double, std::less<>> scalars;
};

struct MaskReport {
  bool exact = true;                ///< every term of the mask was proved
  std::vector<std::string> visit;   ///< ranges outside of which nothing is visible
  std::string full;                 ///< range inside of which everything is; empty if none was proved
  std::vector<std::string> unknown; ///< terms that were not proved
  /// Elements of inputs that ranges refer to. Their values are the caller's; tiles are counted for half of the keys.
  std::vector<std::string> reads;
  MaskTiles tiles;                  ///< all zero without requests
};

Result<MaskReport> reportMask(const Spec &spec, const Target &target, const MaskQuestion &question);

} // namespace attnc
