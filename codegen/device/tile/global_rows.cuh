// global_rows.cuh - rows of contiguous elements in global memory, a run-time stride apart.
//
// A view, no data. Must not know how many rows there are: callers pass the valid range.
#pragma once

#include "attnc/core.cuh"

namespace attnc {

/// Row r is Cols elements from data + r * stride. Rows start at multiples of 16 bytes.
template <class T, int Cols> struct GlobalRows {
  T *data;
  i64 stride; ///< in elements

  /// Address of a row; offsets are 64-bit, as caches pass 4 GiB.
  ATTNC_DEVICE T *row(int index) const { return data + index * stride; }
};

} // namespace attnc
