// gathered_rows.cuh - tokens of a cache that are looked up one by one: in a ring of slots, or among the tokens of beams.
//
// Views, no data. Must not know how many rows there are: tables are read only for rows that callers found valid. They stand around
// GlobalRows, StridedRows or PagedRows, beams around a ring.
#pragma once

#include "attnc/tile/paged_rows.cuh"

namespace attnc {

/// Where token `index` lies in a cyclic cache: the first Keep have slots of their own, the others share Ring slots from the next page on.
template <int Page, int Ring, int Keep> ATTNC_DEVICE int cyclic_slot(int index) {
  constexpr int kRingBegin = (Keep + Page - 1) / Page * Page;
  return index < Keep ? index : kRingBegin + (index - Keep) % Ring;
}

/// Row r is that of `rows` in its slot.
template <class Rows, int Ring, int Keep = 0> struct CyclicRows {
  using Inner = typename Rows::Inner;
  static constexpr int kPage = Rows::kPage, kBlock = 1, kCols = Rows::kCols, kAlign = Rows::kAlign;
  static constexpr bool kStrided = Rows::kStrided, kHasTable = true;

  Rows slots;

  ATTNC_DEVICE Inner inner() const { return slots.inner(); }
  ATTNC_DEVICE i64 offset(int index, i64 request) const {
    return slots.offset(cyclic_slot<kPage, Ring, Keep>(index), request);
  }
  /// What leads to row `index`, a block of its own.
  ATTNC_DEVICE i64 block(int index) const { return offset(index, 0); }
  ATTNC_DEVICE Inner rows(i64 offset) const { return inner().moved(offset); }
  ATTNC_DEVICE auto row(int index) const { return rows(block(index)).row(0); }
  ATTNC_DEVICE auto at(int index, int col) const { return rows(block(index)).at(0, col); }
  ATTNC_DEVICE atom::Bytes16 chunk(int index, int col) const { return rows(block(index)).chunk(0, col); }
};

/// The same to be written. Of tokens with one slot the last one is stored, and none in a slot that is not there.
template <class Rows, int Ring, int Keep = 0> struct WritableCyclicRows {
  static constexpr int kCols = Rows::kCols;
  static constexpr bool kStrided = Rows::kStrided;

  Rows slots;
  int oldest; ///< of the tokens that are stored; those that are kept may be older
  int end;    ///< of the slots

  /// Where token `index` is stored; not in [0, end) if it is not.
  ATTNC_DEVICE int slot(int index) const {
    return index < Keep || index >= oldest ? cyclic_slot<Rows::kPage, Ring, Keep>(index) : end;
  }
  template <class T> ATTNC_DEVICE void set(int index, int col, T element) const {
    if (const int at = slot(index); at < end)
      slots.set(at, col, element);
  }
  ATTNC_DEVICE void set_chunk(int index, int col, atom::Bytes16 const &chunk) const {
    if (const int at = slot(index); at < end)
      slots.set_chunk(at, col, chunk);
  }
};

/// Row r is that of one of the beams of a group, of which `rows` is the first: the one that beams[r] says, below `prompt` the first.
template <class Rows> struct BeamRows {
  using Inner = typename Rows::Inner;
  static constexpr int kBlock = 1, kCols = Rows::kCols, kAlign = Rows::kAlign;
  static constexpr bool kStrided = Rows::kStrided, kHasTable = true;

  Rows first;
  const int *beams;
  i64 request_stride; ///< in elements; of pages in entries of their table
  int prompt;

  ATTNC_DEVICE Inner inner() const { return first.inner(); }
  ATTNC_DEVICE i64 block(int index) const {
    return first.offset(index, (index < prompt ? 0 : beams[index]) * request_stride);
  }
  ATTNC_DEVICE Inner rows(i64 offset) const { return inner().moved(offset); }
  ATTNC_DEVICE auto row(int index) const { return rows(block(index)).row(0); }
  ATTNC_DEVICE auto at(int index, int col) const { return rows(block(index)).at(0, col); }
  ATTNC_DEVICE atom::Bytes16 chunk(int index, int col) const { return rows(block(index)).chunk(0, col); }
};

} // namespace attnc
