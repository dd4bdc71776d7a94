// Tensor.cpp - sizes of tensor views.
//
// Must not touch the data. Sizes saturate at the 64-bit maximum instead of wrapping.
#include "attnc/Tensor.h"

#include <limits>

namespace attnc {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

int64_t saturatingMul(int64_t a, int64_t b) {
  int64_t out;
  return __builtin_mul_overflow(a, b, &out) ? kMax : out;
}

int64_t saturatingAdd(int64_t a, int64_t b) {
  int64_t out;
  return __builtin_add_overflow(a, b, &out) ? kMax : out;
}

} // namespace

int64_t Tensor::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape) {
    if (extent <= 0)
      return 0;
    count = saturatingMul(count, extent);
  }
  return count;
}

int64_t Tensor::stride(size_t axis) const {
  if (!strides.empty())
    return axis < strides.size() ? strides[axis] : 0;
  int64_t step = 1;
  for (size_t i = shape.size(); i-- > axis + 1;)
    step = saturatingMul(step, shape[i]);
  return step;
}

int64_t Tensor::spanBytes() const {
  if (elements() == 0)
    return 0;
  int64_t last = 0;
  for (size_t i = 0; i < shape.size(); ++i)
    last = saturatingAdd(last, saturatingMul(shape[i] - 1, stride(i)));
  return saturatingMul(saturatingAdd(last, 1), dtypeSize(dtype));
}

} // namespace attnc
