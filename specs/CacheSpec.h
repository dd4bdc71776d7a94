// CacheSpec.h - where the keys and values of earlier tokens are kept (specs/README.md, "cache").
#pragma once

#include "attnc/DType.h"
#include "attnc/Status.h"

#include <cstdint>
#include <optional>
#include <string>

namespace attnc {

/// How a request's pages are listed: a row of a table with room for the most, or all requests' one after the
/// other.
enum class PageTable : uint8_t { Dense, Csr };

/// Requests in groups of beams, which share tokens through a table: input `cache_indirection`, [batch, max_len], i32.
struct Beams {
  int64_t width = 1;
  bool sharedPrompt = false; ///< tokens below the input `prompt_lens`, [batch], are those of a group's first request
  Location where;
};

struct CacheSpec {
  int64_t page = 0; ///< tokens a page; 0: a contiguous cache, [batch, capacity, ...]
  PageTable table = PageTable::Dense;
  bool ownTables = false; ///< K and V have a table each
  bool combined = false;  ///< K and V are one tensor, with an axis of 2 behind that of pages or requests
  /// Of the elements that are stored; the spec's dtype unless they are quantised (E4M3, E5M2, I8).
  std::optional<DType> dtypeK, dtypeV;
  bool fourBitsK = false, fourBitsV = false; ///< i4: two elements in each I8 that is stored
  /// Of quantised elements: whether each KV head has a scale, or one is for all.
  bool scaleByHead = false;
  /// Or each token and head, in caches of their own beside keys and values; or each head and channel.
  bool scaleByToken = false, scaleByChannel = false;
  int64_t scaleGroup = 0; ///< with scales by token: dims that share one; 0: all
  /// Cyclic: the last `window - keep` tokens and the first `keep`; 0: all are held.
  int64_t window = 0, keep = 0;
  std::optional<Beams> beams;
  Location dtypeAt, scaleAt, groupAt, windowAt;
  /// Axes below pages or requests, outermost first: n token, h head, d dim.
  std::string orderK = "nhd", orderV = "nhd";
  Location where, pageAt, tableAt, ownTablesAt, combinedAt, orderAt;

  bool isPaged() const { return page > 0; }
  bool isCsr() const { return isPaged() && table == PageTable::Csr; }
};

/// Whether elements of that type are stored with a scale.
bool isQuantised(DType dtype);

} // namespace attnc
