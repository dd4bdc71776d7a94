// side_tensor.cuh - reads of the tensors that mask and score expressions declare under `inputs:`.
//
// A read outside the shape is not performed and gives 0. Must not be used for queries, keys or values.
#pragma once

#include "attnc/core.cuh"

namespace attnc {

/// How an element of type T is stored, and what a read of it gives.
template <class T> struct SideElement {
  using Storage = T;
  using Value = T;
  ATTNC_DEVICE static Value widen(Storage x) { return x; }
};
template <> struct SideElement<f16> {
  using Storage = f16;
  using Value = float;
  ATTNC_DEVICE static Value widen(Storage x) { return to_float(x); }
};
template <> struct SideElement<bf16> {
  using Storage = bf16;
  using Value = float;
  ATTNC_DEVICE static Value widen(Storage x) { return to_float(x); }
};
/// Any byte but 0 is true.
template <> struct SideElement<bool> {
  using Storage = unsigned char;
  using Value = bool;
  ATTNC_DEVICE static Value widen(Storage x) { return x != 0; }
};
template <> struct SideElement<unsigned char> : SideElement<bool> {};

/// A contiguous row-major tensor of up to 4 axes. T is f16, bf16, float, int or bool (one byte an element).
template <class T, int Rank> struct SideTensor {
  using Value = typename SideElement<T>::Value;

  const typename SideElement<T>::Storage *data;
  int shape[Rank];

  /// The element at the indices, outermost axis first, widened to float, int or bool.
  template <class... Index> ATTNC_DEVICE Value read(Index... index) const {
    static_assert(sizeof...(Index) == Rank, "a read gives one index per axis");
    const int indices[] = {static_cast<int>(index)...};
    bool inside = true;
    i64 offset = 0;
#pragma unroll
    for (int axis = 0; axis < Rank; ++axis) {
      inside &=
          static_cast<unsigned>(indices[axis]) < static_cast<unsigned>(shape[axis]); // below 0 is above all
      offset = offset * shape[axis] + indices[axis];
    }
    return inside ? SideElement<T>::widen(data[offset]) : Value(0);
  }

  /// The first element along the last axis; null if the other indices lie outside the shape.
  template <class... Index> ATTNC_DEVICE const typename SideElement<T>::Storage *row(Index... index) const {
    static_assert(sizeof...(Index) + 1 == Rank, "a row is named by all axes but the last");
    const int indices[] = {static_cast<int>(index)..., 0};
    bool inside = true;
    i64 offset = 0;
#pragma unroll
    for (int axis = 0; axis + 1 < Rank; ++axis) {
      inside &= static_cast<unsigned>(indices[axis]) < static_cast<unsigned>(shape[axis]);
      offset = (offset + indices[axis]) * shape[axis + 1];
    }
    return inside ? data + offset : nullptr;
  }

  /// The first position of [from, to) along the last axis whose element is above `value`, else `to`; the range is
  /// clipped to the axis, and its elements ascend. The other indices say which row; outside the shape all are 0.
  template <class... Index> ATTNC_DEVICE int search(int from, int to, int value, Index... index) const {
    from = max(from, 0);
    to = min(to, shape[Rank - 1]);
    const auto *elements = row(index...);
    while (from < to) {
      const int middle = from + (to - from) / 2;
      const Value element = elements ? SideElement<T>::widen(elements[middle]) : Value(0);
      if (element > value)
        to = middle;
      else
        from = middle + 1;
    }
    return to;
  }

  /// Whether the way from `node` by the parents along the last axis comes to `ancestor`. It only goes down: a parent
  /// that is not lower ends it.
  template <class... Index> ATTNC_DEVICE bool reaches(int node, int ancestor, Index... index) const {
    while (node > ancestor && node < shape[Rank - 1]) {
      const int parent = read(index..., node);
      if (parent >= node)
        break;
      node = parent;
    }
    return node == ancestor && ancestor >= 0 && node < shape[Rank - 1];
  }
};

} // namespace attnc
