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

struct CacheSpec {
  int64_t page = 0; ///< tokens a page; 0: a contiguous cache, [batch, capacity, ...]
  PageTable table = PageTable::Dense;
  bool ownTables = false; ///< K and V have a table each
  bool combined = false;  ///< K and V are one tensor, with an axis of 2 behind that of pages or requests
  /// Of the elements that are stored; the spec's dtype unless they are quantised (E4M3, E5M2, I8).
  std::optional<DType> dtypeK, dtypeV;
  /// Of quantised elements: whether each KV head has a scale, or one is for all.
  bool scaleByHead = false;
  Location dtypeAt, scaleAt;
  /// Axes below pages or requests, outermost first: n token, h head, d dim.
  std::string orderK = "nhd", orderV = "nhd";
  Location where, pageAt, tableAt, ownTablesAt, combinedAt, orderAt;

  bool isPaged() const { return page > 0; }
  bool isCsr() const { return isPaged() && table == PageTable::Csr; }
};

/// Whether elements of that type are stored with a scale.
bool isQuantised(DType dtype);

} // namespace attnc
