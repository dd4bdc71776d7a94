// Tensor.h - a view of memory that the caller owns.
#pragma once

#include "attnc/DType.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace attnc {

/// Pointer, dtype, shape, strides. `data` is an address on the device the kernel runs on: for `cuda`
/// and `sim` memory from Device::allocate, for the reference host memory. Strides are in elements; empty means contiguous.
struct Tensor {
  void *data = nullptr;
  DType dtype = DType::F32;
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;

  int64_t elements() const;
  /// The stride of `axis` in elements, derived if `strides` is empty.
  int64_t stride(size_t axis) const;
  /// Bytes from the first to one past the last element.
  int64_t spanBytes() const;
};

/// Everything a run needs, by name. Names are those of the Program's tensors, scalars and dims.
struct Arguments {
  std::map<std::string, Tensor, std::less<>> tensors;
  std::map<std::string, double, std::less<>> scalars;
  /// Dims that no tensor's shape tells, e.g. the longest q_len of a packed batch.
  std::map<std::string, int64_t, std::less<>> dims;
};

} // namespace attnc
