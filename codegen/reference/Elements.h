// Elements.h - host tensors of any dtype and stride as doubles.
//
// Must not know what a tensor means.
#pragma once

#include "attnc/Tensor.h"

#include <string>
#include <vector>

namespace attnc::reference {

double halfToDouble(uint16_t bits);
double bfloatToDouble(uint16_t bits);
/// Round to nearest even; overflow gives infinity.
uint16_t doubleToHalf(double value);
uint16_t doubleToBfloat(double value);
/// Floats of 8 bits: 4 of exponent and 3 of mantissa without infinities, 5 and 2 with them.
double e4m3ToDouble(uint8_t bits);
double e5m2ToDouble(uint8_t bits);

/// The element at `offset` elements from the tensor's address.
double loadElement(const Tensor &tensor, int64_t offset);
void storeElement(const Tensor &tensor, int64_t offset, double value);
/// Of an I8 that holds two integers of 4 bits the low one, number 0, or the high one.
double loadHalf(const Tensor &tensor, int64_t offset, int64_t half);
void storeHalf(const Tensor &tensor, int64_t offset, int64_t half, double value);
/// What storeElement makes of a value: the nearest number of a float type or of I8, of two as near the even
/// one. Numbers of 8 bits saturate. With `halfByte` what storeHalf makes of it: -8 to 7.
double nearestElement(double value, DType dtype, bool halfByte = false);

/// Calls `visit(linear, offset)` for every index in row-major order: its position in a contiguous tensor and
/// its offset in this one.
template <class Visit> void forEachElement(const Tensor &tensor, Visit visit) {
  int64_t count = tensor.elements();
  size_t rank = tensor.shape.size();
  std::vector<int64_t> index(rank, 0), strides(rank);
  for (size_t axis = 0; axis < rank; ++axis)
    strides[axis] = tensor.stride(axis);
  int64_t offset = 0;
  for (int64_t linear = 0; linear < count; ++linear) {
    visit(linear, offset);
    for (size_t axis = rank; axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] < tensor.shape[axis])
        break;
      offset -= strides[axis] * tensor.shape[axis];
      index[axis] = 0;
    }
  }
}

/// "[2, 300, 8, 64]".
std::string shapeText(const std::vector<int64_t> &shape);

} // namespace attnc::reference
