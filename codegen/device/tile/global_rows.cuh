// global_rows.cuh - rows of a tensor in global memory, a run-time stride apart.
//
// A view, no data. Must not know how many rows there are: callers pass the valid range.
#pragma once

#include "attnc/atom/global_chunk.cuh"
#include "attnc/core.cuh"

namespace attnc {

/// Row r is Cols contiguous elements from data + r * stride. Rows start at multiples of Align bytes.
template <class T, int Cols, int Align = 16> struct GlobalRows {
  using Inner = GlobalRows;
  static constexpr int kPage = 1; ///< not in pages
  static constexpr int kCols = Cols, kAlign = Align;
  static constexpr bool kStrided = false;

  T *data;
  i64 stride; ///< in elements

  /// The same rows, `offset` elements further on.
  ATTNC_DEVICE GlobalRows moved(i64 offset) const { return {data + offset, stride}; }
  ATTNC_DEVICE GlobalRows inner() const { return *this; }
  /// Elements before a row of the request that lies `request` elements further on.
  ATTNC_DEVICE i64 offset(int index, i64 request) const { return request + index * stride; }

  /// Address of a row; offsets are 64-bit, as caches pass 4 GiB.
  ATTNC_DEVICE T *row(int index) const { return data + index * stride; }
  ATTNC_DEVICE T *at(int index, int col) const { return row(index) + col; }
  ATTNC_DEVICE void set(int index, int col, T element) const { *at(index, col) = element; }
  /// 16 bytes of a row from column `col` on, a multiple of 16 bytes.
  ATTNC_DEVICE atom::Bytes16 chunk(int index, int col) const { return atom::load_chunk<Align>(row(index) + col); }
  ATTNC_DEVICE void set_chunk(int index, int col, atom::Bytes16 const &chunk) const {
    atom::store_chunk<Align>(row(index) + col, chunk);
  }
};

/// Element (r, c) is data[r * stride + c * column_stride]: a tensor in whose memory rows are not contiguous.
template <class T, int Cols> struct StridedRows {
  using Inner = StridedRows;
  static constexpr int kPage = 1;
  static constexpr int kCols = Cols, kAlign = static_cast<int>(sizeof(T));
  static constexpr bool kStrided = true;

  T *data;
  i64 stride, column_stride; ///< in elements

  ATTNC_DEVICE StridedRows moved(i64 offset) const { return {data + offset, stride, column_stride}; }
  ATTNC_DEVICE StridedRows inner() const { return *this; }
  ATTNC_DEVICE i64 offset(int index, i64 request) const { return request + index * stride; }

  ATTNC_DEVICE T *at(int index, int col) const { return data + (index * stride + col * column_stride); }
  ATTNC_DEVICE void set(int index, int col, T element) const { *at(index, col) = element; }
  /// 16 bytes: the columns of a row from `col` on.
  ATTNC_DEVICE atom::Bytes16 chunk(int index, int col) const {
    return atom::gather_chunk<sizeof(T)>(at(index, col), column_stride);
  }
  ATTNC_DEVICE void set_chunk(int index, int col, atom::Bytes16 const &chunk) const {
    atom::scatter_chunk<sizeof(T)>(at(index, col), column_stride, chunk);
  }
};

} // namespace attnc
