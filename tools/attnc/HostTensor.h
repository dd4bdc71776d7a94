// HostTensor.h - tensors that the CLI owns in host memory, and rounding between their dtypes.
//
// Must not know devices, specs or files.
#pragma once

#include "attnc/Status.h"
#include "attnc/Tensor.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace attnc::cli {

/// Contiguous host memory with a dtype and a shape.
struct HostTensor {
  DType dtype = DType::F32;
  std::vector<int64_t> shape;
  std::vector<std::byte> bytes;

  /// All zero. Fails if the shape has more elements than a machine could hold.
  static Result<HostTensor> zeros(DType dtype, std::vector<int64_t> shape);

  int64_t elements() const;
  /// Where element `element` lies along an axis.
  int64_t indexAt(int64_t element, size_t axis) const {
    for (size_t inner = shape.size(); --inner > axis;)
      element /= shape[inner];
    return element % shape[axis];
  }
  /// A view for a run on a device that works in host memory.
  Tensor view();
  /// Element `index` as a number; every dtype.
  double get(int64_t index) const;
  /// Stores `value` rounded to nearest even (floats) or truncated towards zero (integers). For NaN, which
  /// integers have not, an I8 gets its least number.
  void set(int64_t index, double value);
};

/// "[3, 8, 128]".
std::string shapeText(const std::vector<int64_t> &shape);

/// Round to nearest even; overflow gives infinity, NaN stays NaN.
uint16_t floatToHalf(float value);
float halfToFloat(uint16_t bits);
uint16_t floatToBfloat(float value);
float bfloatToFloat(uint16_t bits);
/// Floats of 8 bits. Too large a value becomes the largest, as stores of a cache saturate; NaN stays NaN.
uint8_t floatToFp8(float value, DType dtype);
float fp8ToFloat(uint8_t bits, DType dtype);

/// `from` with every element rounded to `dtype`, once and to nearest even. f16, f32 and f64 become any float
/// type; integers and bool only change width, and a value that does not fit is an error.
Result<HostTensor> convert(const HostTensor &from, DType dtype);

} // namespace attnc::cli
