// HostTensor.cpp - element access and rounding.
//
// Must not be clever: it feeds the comparison with the reference, so it is written to be read.
#include "tools/attnc/HostTensor.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace attnc::cli {
namespace {

template <class T> T load(const std::byte *at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
template <class T> void store(std::byte *at, T value) { std::memcpy(at, &value, sizeof(T)); }

bool isFloat(DType dtype) {
  return dtype == DType::F16 || dtype == DType::BF16 || dtype == DType::F32 || dtype == DType::F64 ||
         dtype == DType::E4M3 || dtype == DType::E5M2;
}

/// The float from which a shorter format gets what it would get from `value`: what was cut off leaves its
/// last bit set, so that it is on the right side of every tie. Rounding twice to nearest is not rounding
/// once.
float roundToOdd(double value) {
  float cut = static_cast<float>(value);
  if (static_cast<double>(cut) == value || std::isnan(value))
    return cut;
  if (std::abs(static_cast<double>(cut)) > std::abs(value))
    cut = std::nextafter(cut, 0.0f);
  return std::bit_cast<float>(std::bit_cast<uint32_t>(cut) | 1u);
}

bool fitsInteger(double value, DType dtype) {
  switch (dtype) {
  case DType::I8:
    return value >= -128 && value <= 127;
  case DType::U8:
    return value >= 0 && value <= 255;
  case DType::I32:
    return value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
  case DType::Bool:
    return value == 0 || value == 1;
  default:
    return true;
  }
}

} // namespace

uint16_t floatToHalf(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint16_t sign = (bits >> 16) & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) // NaN keeps its top bits and stays quiet
    return sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu);
  if (magnitude >= 0x477ff000u) // rounds to 65536 or more
    return sign | 0x7c00u;
  if (magnitude < 0x38800000u) { // subnormal: the unit is 2^-24, and the sum's own rounding is nearest even
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return sign | static_cast<uint16_t>(std::bit_cast<uint32_t>(shifted) - std::bit_cast<uint32_t>(0.5f));
  }
  const uint32_t odd = (magnitude >> 13) & 1u;
  return sign | static_cast<uint16_t>((magnitude + 0xfffu + odd - (112u << 23)) >> 13);
}

float halfToFloat(uint16_t bits) {
  const uint32_t sign = uint32_t(bits & 0x8000u) << 16;
  const uint32_t exponent = (bits >> 10) & 0x1fu, mantissa = bits & 0x3ffu;
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(mantissa), -24);
    return sign ? -magnitude : magnitude;
  }
  if (exponent == 31)
    return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

uint16_t floatToBfloat(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u)
    return static_cast<uint16_t>((bits >> 16) | 0x40u);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

float bfloatToFloat(uint16_t bits) { return std::bit_cast<float>(uint32_t(bits) << 16); }

Result<HostTensor> HostTensor::zeros(DType dtype, std::vector<int64_t> shape) {
  HostTensor out;
  int64_t count = 1;
  for (int64_t size : shape) {
    if (size < 0)
      return Status(Code::InvalidArgument, "expected sizes of 0 or more, got shape " + shapeText(shape));
    if (__builtin_mul_overflow(count, size, &count) || count > (int64_t(1) << 40))
      return Status(Code::InvalidArgument, "shape " + shapeText(shape) + " is too large for this machine");
  }
  out.dtype = dtype;
  out.shape = std::move(shape);
  // Host memory is asked for here and nowhere else; failing to get it is the user's shape, not a bug.
  try {
    out.bytes.resize(static_cast<size_t>(count) * dtypeSize(dtype));
  } catch (const std::exception &) {
    return Status(Code::InvalidArgument, "shape " + shapeText(out.shape) + " does not fit in memory");
  }
  return out;
}

float fp8ToFloat(uint8_t bits, DType dtype) {
  if (dtype == DType::E5M2) // the upper half of an f16
    return halfToFloat(static_cast<uint16_t>(bits << 8));
  const int exponent = bits >> 3 & 15, mantissa = bits & 7;
  if (exponent == 15 && mantissa == 7)
    return std::numeric_limits<float>::quiet_NaN();
  const float magnitude = exponent ? std::ldexp(1.0f + static_cast<float>(mantissa) / 8, exponent - 7)
                                   : std::ldexp(static_cast<float>(mantissa), -9);
  return bits & 0x80 ? -magnitude : magnitude;
}

uint8_t floatToFp8(float value, DType dtype) {
  const bool isE5M2 = dtype == DType::E5M2;
  const uint8_t sign = std::signbit(value) ? 0x80 : 0, largest = isE5M2 ? 0x7b : 0x7e;
  if (std::isnan(value))
    return 0x7f;
  // Codes of positive numbers are in order: the two around the value, and of two as near the even one.
  uint8_t low = 0, high = largest;
  const float magnitude = std::abs(value);
  if (magnitude >= fp8ToFloat(largest, dtype))
    return sign | largest;
  while (high - low > 1) {
    const auto middle = static_cast<uint8_t>((low + high) / 2);
    (fp8ToFloat(middle, dtype) <= magnitude ? low : high) = middle;
  }
  const float below = magnitude - fp8ToFloat(low, dtype), above = fp8ToFloat(high, dtype) - magnitude;
  return sign | (below < above || (below == above && low % 2 == 0) ? low : high);
}

int64_t HostTensor::elements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

Tensor HostTensor::view() { return Tensor{bytes.data(), dtype, shape, {}}; }

double HostTensor::get(int64_t index) const {
  const std::byte *at = bytes.data() + index * dtypeSize(dtype);
  switch (dtype) {
  case DType::F16:
    return halfToFloat(load<uint16_t>(at));
  case DType::BF16:
    return bfloatToFloat(load<uint16_t>(at));
  case DType::F32:
    return load<float>(at);
  case DType::F64:
    return load<double>(at);
  case DType::I8:
    return load<int8_t>(at);
  case DType::U8:
    return load<uint8_t>(at);
  case DType::I32:
    return load<int32_t>(at);
  case DType::I64:
    return static_cast<double>(load<int64_t>(at));
  case DType::Bool:
    return load<uint8_t>(at) != 0;
  case DType::E4M3:
  case DType::E5M2:
    return fp8ToFloat(load<uint8_t>(at), dtype);
  }
  return 0;
}

void HostTensor::set(int64_t index, double value) {
  if (dtype == DType::I8 && std::isnan(value))
    value = -128;
  if (dtype == DType::I32 && std::isnan(value))
    value = std::numeric_limits<int32_t>::min();
  std::byte *at = bytes.data() + index * dtypeSize(dtype);
  switch (dtype) {
  case DType::F16:
    return store(at, floatToHalf(roundToOdd(value)));
  case DType::BF16:
    return store(at, floatToBfloat(roundToOdd(value)));
  case DType::F32:
    return store(at, static_cast<float>(value));
  case DType::F64:
    return store(at, value);
  case DType::I8:
    return store(at, static_cast<int8_t>(value));
  case DType::U8:
    return store(at, static_cast<uint8_t>(value));
  case DType::I32:
    return store(at, static_cast<int32_t>(value));
  case DType::I64:
    return store(at, static_cast<int64_t>(value));
  case DType::Bool:
    return store(at, static_cast<uint8_t>(value != 0));
  case DType::E4M3:
  case DType::E5M2:
    return store(at, floatToFp8(roundToOdd(value), dtype));
  }
}

std::string shapeText(const std::vector<int64_t> &shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i)
    out += (i ? ", " : "") + std::to_string(shape[i]);
  return out + "]";
}

Result<HostTensor> convert(const HostTensor &from, DType dtype) {
  if (from.dtype == dtype)
    return from;
  const bool isFp8 = dtype == DType::E4M3 || dtype == DType::E5M2;
  if (isFp8 && from.dtype == DType::U8) {
    HostTensor bits = from; // files have no name for these types
    bits.dtype = dtype;
    return bits;
  }
  const bool allowed =
      isFloat(dtype) ? isFloat(from.dtype) && from.dtype != DType::BF16 : !isFloat(from.dtype);
  if (!allowed)
    return Status(Code::InvalidArgument,
                  "expected " + std::string(isFloat(dtype) ? "f16, f32 or f64" : dtypeName(dtype)) +
                      (isFp8 ? ", or u8 for bits," : "") + " elements, got " +
                      std::string(dtypeName(from.dtype)));
  ATTNC_ASSIGN_OR_RETURN(HostTensor out, HostTensor::zeros(dtype, from.shape));
  const int64_t count = from.elements();
  for (int64_t i = 0; i < count; ++i) {
    const double value = from.get(i);
    if (!fitsInteger(value, dtype))
      return Status(Code::InvalidArgument, "element " + std::to_string(i) + " does not fit in " +
                                               std::string(dtypeName(dtype)) + ": " +
                                               std::to_string(static_cast<int64_t>(value)));
    out.set(i, value);
  }
  return out;
}

} // namespace attnc::cli
