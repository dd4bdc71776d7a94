// Elements.cpp - conversions between storage types and double.
//
// Must not depend on the compiler's half-precision support: the oracle decodes bits itself.
#include "codegen/reference/Elements.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace attnc::reference {
namespace {

/// A 16-bit format: sign, `exponentBits`, `fractionBits`.
struct Format {
  int exponentBits, fractionBits;
  int bias() const { return (1 << (exponentBits - 1)) - 1; }
};
constexpr Format kHalf{5, 10}, kBfloat{8, 7};

double decode(uint16_t bits, Format format) {
  int exponent = (bits >> format.fractionBits) & ((1 << format.exponentBits) - 1);
  int fraction = bits & ((1 << format.fractionBits) - 1);
  double magnitude;
  if (exponent == (1 << format.exponentBits) - 1)
    magnitude = fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  else if (exponent == 0)
    magnitude = std::ldexp(fraction, 1 - format.bias() - format.fractionBits);
  else
    magnitude =
        std::ldexp(fraction + (1 << format.fractionBits), exponent - format.bias() - format.fractionBits);
  return bits & 0x8000 ? -magnitude : magnitude;
}

uint16_t encode(double value, Format format) {
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  int special = ((1 << format.exponentBits) - 1) << format.fractionBits;
  if (std::isnan(value))
    return uint16_t(sign | special | (1 << (format.fractionBits - 1)));
  if (std::isinf(value))
    return uint16_t(sign | special);
  int exponent;
  double magnitude = std::abs(value);
  std::frexp(magnitude, &exponent); // magnitude = [0.5, 1) * 2^exponent
  // Spacing of the format at this magnitude; below the normal range it stays that of subnormals.
  int lowest = 1 - format.bias() - format.fractionBits;
  int spacing = magnitude == 0 ? lowest : std::max(exponent - 1 - format.fractionBits, lowest);
  int64_t steps = int64_t(std::nearbyint(std::ldexp(magnitude, -spacing))); // the default mode: ties to even
  // The encoding is linear: one more step past a power of two carries into the exponent.
  int64_t encoded = steps + (int64_t(spacing - lowest) << format.fractionBits);
  return uint16_t(sign | std::min<int64_t>(encoded, special));
}

template <class T> T loadAs(const Tensor &tensor, int64_t offset) {
  T value;
  std::memcpy(&value, static_cast<const char *>(tensor.data) + offset * int64_t(sizeof(T)), sizeof(T));
  return value;
}

template <class T> void storeAs(const Tensor &tensor, int64_t offset, T value) {
  std::memcpy(static_cast<char *>(tensor.data) + offset * int64_t(sizeof(T)), &value, sizeof(T));
}

} // namespace

double halfToDouble(uint16_t bits) { return decode(bits, kHalf); }
// bf16 is the upper half of binary32.
double bfloatToDouble(uint16_t bits) { return std::bit_cast<float>(uint32_t(bits) << 16); }
double e4m3ToDouble(uint8_t bits) {
  const int exponent = bits >> 3 & 15, mantissa = bits & 7;
  double magnitude = exponent == 0 ? std::ldexp(mantissa, -9) : std::ldexp(8 + mantissa, exponent - 10);
  if ((bits & 0x7f) == 0x7f)
    magnitude = std::numeric_limits<double>::quiet_NaN();
  return bits & 0x80 ? -magnitude : magnitude;
}
// The upper half of binary16.
double e5m2ToDouble(uint8_t bits) { return halfToDouble(uint16_t(bits << 8)); }
uint16_t doubleToHalf(double value) { return encode(value, kHalf); }
uint16_t doubleToBfloat(double value) { return encode(value, kBfloat); }

/// The nearest multiple of a spacing that grows with the magnitude, of two as near the even one; beyond
/// `largest` that one.
static double nearestFloat(double value, int fractionBits, int lowestSpacing, double largest) {
  if (value == 0 || std::isnan(value))
    return value;
  if (std::isinf(value))
    return std::copysign(largest, value);
  int exponent;
  std::frexp(value, &exponent);
  const int spacing = std::max(exponent - 1 - fractionBits, lowestSpacing);
  const double rounded = std::ldexp(std::nearbyint(std::ldexp(std::fabs(value), -spacing)), spacing);
  return std::copysign(std::min(rounded, largest), value);
}

double nearestElement(double value, DType dtype, bool halfByte) {
  if (halfByte)
    return std::clamp(std::nearbyint(value), -8.0, 7.0);
  switch (dtype) {
  case DType::F16:
    return halfToDouble(doubleToHalf(value));
  case DType::BF16:
    return bfloatToDouble(doubleToBfloat(value));
  case DType::F32:
    return float(value);
  case DType::E4M3:
    return nearestFloat(value, 3, -9, 448);
  case DType::E5M2:
    return nearestFloat(value, 2, -16, 57344);
  case DType::I8:
    return std::clamp(std::nearbyint(value), -128.0, 127.0);
  default:
    return value;
  }
}

/// The code of an 8-bit float that nearestFloat gave: codes of a sign ascend with their numbers.
static uint8_t byteOf(double value, DType dtype) {
  const bool e4m3 = dtype == DType::E4M3;
  if (std::isnan(value))
    return 0x7f;
  int low = 0, high = e4m3 ? 0x7e : 0x7b;
  while (low < high) {
    const int middle = (low + high) / 2;
    const double number = e4m3 ? e4m3ToDouble(uint8_t(middle)) : e5m2ToDouble(uint8_t(middle));
    if (number < std::fabs(value))
      low = middle + 1;
    else
      high = middle;
  }
  return uint8_t(low | (std::signbit(value) ? 0x80 : 0));
}

double loadElement(const Tensor &tensor, int64_t offset) {
  switch (tensor.dtype) {
  case DType::F16:
    return halfToDouble(loadAs<uint16_t>(tensor, offset));
  case DType::BF16:
    return bfloatToDouble(loadAs<uint16_t>(tensor, offset));
  case DType::F32:
    return loadAs<float>(tensor, offset);
  case DType::F64:
    return loadAs<double>(tensor, offset);
  case DType::I8:
    return loadAs<int8_t>(tensor, offset);
  case DType::U8:
    return loadAs<uint8_t>(tensor, offset);
  case DType::I32:
    return loadAs<int32_t>(tensor, offset);
  case DType::I64:
    return double(loadAs<int64_t>(tensor, offset));
  case DType::Bool:
    return loadAs<uint8_t>(tensor, offset) != 0;
  case DType::E4M3:
    return e4m3ToDouble(loadAs<uint8_t>(tensor, offset));
  case DType::E5M2:
    return e5m2ToDouble(loadAs<uint8_t>(tensor, offset));
  }
  return 0;
}

void storeElement(const Tensor &tensor, int64_t offset, double value) {
  switch (tensor.dtype) {
  case DType::F16:
    return storeAs(tensor, offset, doubleToHalf(value));
  case DType::BF16:
    return storeAs(tensor, offset, doubleToBfloat(value));
  case DType::F32:
    return storeAs(tensor, offset, float(value));
  case DType::F64:
    return storeAs(tensor, offset, value);
  case DType::I8:
    return storeAs(tensor, offset, int8_t(std::isnan(value) ? 0 : nearestElement(value, tensor.dtype)));
  case DType::U8:
    return storeAs(tensor, offset, uint8_t(value));
  case DType::I32:
    return storeAs(tensor, offset, int32_t(value));
  case DType::I64:
    return storeAs(tensor, offset, int64_t(value));
  case DType::Bool:
    return storeAs(tensor, offset, uint8_t(value != 0));
  case DType::E4M3:
  case DType::E5M2:
    return storeAs(tensor, offset, byteOf(nearestElement(value, tensor.dtype), tensor.dtype));
  }
}

double loadHalf(const Tensor &tensor, int64_t offset, int64_t half) {
  const int bits = loadAs<uint8_t>(tensor, offset) >> (4 * half) & 15;
  return bits < 8 ? bits : bits - 16;
}

void storeHalf(const Tensor &tensor, int64_t offset, int64_t half, double value) {
  const int number = std::isnan(value) ? 0 : int(nearestElement(value, tensor.dtype, /*halfByte=*/true));
  const int other = loadAs<uint8_t>(tensor, offset) & (15 << (4 * (1 - half)));
  storeAs(tensor, offset, uint8_t(other | (number & 15) << (4 * half)));
}

std::string shapeText(const std::vector<int64_t> &shape) {
  std::string text = "[";
  for (size_t axis = 0; axis < shape.size(); ++axis)
    text += (axis ? ", " : "") + std::to_string(shape[axis]);
  return text + "]";
}

} // namespace attnc::reference
