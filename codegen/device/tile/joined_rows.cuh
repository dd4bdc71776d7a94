// joined_rows.cuh - rows of one view, and from a row on those of another: cached keys or values and new ones behind them.
//
// A view, no data. Must not know how many rows there are: callers pass the valid range.
#pragma once

#include "attnc/tile/global_rows.cuh"

namespace attnc {

/// Row r is row r of `prior`, or from `begin` on row r - begin of `active`.
template <class Prior, class Active> struct JoinedRows {
  static constexpr int kCols = Prior::kCols;
  static_assert(Active::kCols == kCols, "both have the same columns");

  Prior prior;
  Active active;
  int begin; ///< may be negative: then all rows are active
};

template <class Prior, class Active>
ATTNC_DEVICE JoinedRows<Prior, Active> join_rows(Prior prior, Active active, int begin) {
  return {prior, active, begin};
}

} // namespace attnc
