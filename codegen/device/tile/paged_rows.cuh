// paged_rows.cuh - rows in pages that a table finds: the keys or values of a request in a paged cache.
//
// A view, no data. Must not know how many rows there are: the table is read only for rows that callers found valid.
#pragma once

#include "attnc/tile/global_rows.cuh"

namespace attnc {

/// Row r is row r % Page of `first`, moved to the page table[r / Page].
template <class Rows, int Page> struct PagedRows {
  using Inner = Rows;
  static constexpr int kPage = Page, kBlock = Page, kCols = Rows::kCols, kAlign = Rows::kAlign;
  static constexpr bool kStrided = Rows::kStrided, kHasTable = true;

  Rows first; ///< of page 0
  i64 page_stride; ///< in elements; offsets are 64-bit, as caches pass 4 GiB
  const int *table;

  /// The page that holds row `index`.
  ATTNC_DEVICE int block(int index) const { return table[index / Page]; }
  ATTNC_DEVICE Rows rows(int page) const { return first.moved(page * page_stride); }
  ATTNC_DEVICE Rows inner() const { return first; }
  /// Elements before a row of the request whose table begins `request` entries further on.
  ATTNC_DEVICE i64 offset(int index, i64 request) const {
    return table[request + index / Page] * page_stride + index % Page * first.stride;
  }
  ATTNC_DEVICE auto row(int index) const { return rows(block(index)).row(index % Page); }
  ATTNC_DEVICE auto at(int index, int col) const { return rows(block(index)).at(index % Page, col); }
  ATTNC_DEVICE atom::Bytes16 chunk(int index, int col) const { return rows(block(index)).chunk(index % Page, col); }
  ATTNC_DEVICE void set_chunk(int index, int col, atom::Bytes16 const &chunk) const {
    rows(block(index)).set_chunk(index % Page, col, chunk);
  }
};

/// The same to be written: what the table has outside the pages that there are is passed over.
template <class Rows, int Page> struct WritablePagedRows {
  static constexpr int kPage = Page;
  static constexpr int kCols = Rows::kCols;
  static constexpr bool kStrided = Rows::kStrided;

  Rows first; ///< of page 0
  i64 page_stride;
  const int *table;
  int pages;

  template <class T> ATTNC_DEVICE void set(int index, int col, T element) const {
    const int page = table[index / Page];
    if (static_cast<unsigned>(page) < static_cast<unsigned>(pages))
      first.moved(page * page_stride).set(index % Page, col, element);
  }
  ATTNC_DEVICE void set_chunk(int index, int col, atom::Bytes16 const &chunk) const {
    const int page = table[index / Page];
    if (static_cast<unsigned>(page) < static_cast<unsigned>(pages))
      first.moved(page * page_stride).set_chunk(index % Page, col, chunk);
  }
};

} // namespace attnc
