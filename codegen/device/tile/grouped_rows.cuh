// grouped_rows.cuh - rows in blocks of a fixed number: the query heads that share a KV head, token after token.
//
// A view, no data. Must not know how many rows there are: callers pass the valid range.
#pragma once

#include "attnc/tile/global_rows.cuh"

namespace attnc {

/// Row r is row r % Group of `first`, moved by r / Group times the stride.
template <class Rows, int Group> struct GroupedRows {
  using Inner = Rows;
  static constexpr int kBlock = Group, kCols = Rows::kCols, kAlign = Rows::kAlign;
  static constexpr bool kStrided = Rows::kStrided, kHasTable = false;

  Rows first;
  i64 block_stride; ///< in elements

  /// What leads from row `index` to the start of its block; kept by callers who visit the block again.
  ATTNC_DEVICE int block(int index) const { return index / Group; }
  ATTNC_DEVICE Rows rows(int block) const { return first.moved(block * block_stride); }
  ATTNC_DEVICE Rows inner() const { return first; }
  ATTNC_DEVICE auto row(int index) const { return rows(block(index)).row(index % Group); }
  ATTNC_DEVICE auto at(int index, int col) const { return rows(block(index)).at(index % Group, col); }
  ATTNC_DEVICE void set_chunk(int index, int col, atom::Bytes16 const &chunk) const {
    rows(block(index)).set_chunk(index % Group, col, chunk);
  }
};

} // namespace attnc
