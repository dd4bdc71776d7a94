// CApiConvert.cpp - DLPack tensors and named values to Arguments.
//
// Must not read the data of a tensor.
#include "runtime/core/CApiConvert.h"

#include <array>
#include <optional>

namespace attnc {
namespace {

Status bad(std::string message) { return Status(Code::InvalidArgument, std::move(message)); }

struct DlpackDType {
  uint8_t code;
  uint8_t bits;
  DType dtype;
};
constexpr std::array<DlpackDType, 11> kDTypes{{
    {kDLFloat, 16, DType::F16},
    {kDLBfloat, 16, DType::BF16},
    {kDLFloat, 32, DType::F32},
    {kDLFloat, 64, DType::F64},
    {kDLInt, 8, DType::I8},
    {kDLUInt, 8, DType::U8},
    {kDLInt, 32, DType::I32},
    {kDLInt, 64, DType::I64},
    {6 /* kDLBool, which old headers lack */, 8, DType::Bool},
    {10 /* kDLFloat8_e4m3fn, the same */, 8, DType::E4M3},
    {12 /* kDLFloat8_e5m2, the same */, 8, DType::E5M2},
}};

std::optional<DType> convertDType(DLDataType given) {
  for (const DlpackDType &row : kDTypes)
    if (row.code == given.code && row.bits == given.bits && given.lanes == 1)
      return row.dtype;
  return std::nullopt;
}

Status checkPlace(const DLDevice &place, std::string_view deviceName, const std::string &where) {
  constexpr int kManaged = 13; // kDLCUDAManaged, which old headers lack
  const int type = static_cast<int>(place.device_type);
  if (deviceName.starts_with("cuda:")) {
    if (type == kManaged || (type == kDLCUDA && deviceName.substr(5) == std::to_string(place.device_id)))
      return Status::success();
  } else if (deviceName.empty() || type == kDLCPU || type == kDLCUDAHost || type == kManaged) {
    return Status::success();
  }
  return bad(where + "expected memory of device " + std::string(deviceName) + ", got DLPack device type " +
             std::to_string(type) + ", id " + std::to_string(place.device_id));
}

Result<Tensor> convertTensor(const std::string &name, const DLTensor &given, std::string_view deviceName) {
  const std::string where = "tensor '" + name + "': ";
  std::optional<DType> dtype = convertDType(given.dtype);
  if (!dtype)
    return bad(where + "expected a dtype that attnc has, got DLPack code " +
               std::to_string(given.dtype.code) + " with " + std::to_string(given.dtype.bits) + " bits and " +
               std::to_string(given.dtype.lanes) + " lanes");
  constexpr int kMaxRank = 64;
  if (given.ndim < 0 || given.ndim > kMaxRank || (given.ndim > 0 && !given.shape))
    return bad(where + "expected a shape with at most 64 axes, got ndim " + std::to_string(given.ndim));
  ATTNC_RETURN_IF_ERROR(checkPlace(given.device, deviceName, where));
  Tensor tensor;
  tensor.data = given.data ? static_cast<char *>(given.data) + given.byte_offset : nullptr;
  tensor.dtype = *dtype;
  tensor.shape.assign(given.shape, given.shape + given.ndim);
  if (given.strides)
    tensor.strides.assign(given.strides, given.strides + given.ndim);
  return tensor;
}

template <class T> Status checkList(const T *items, size_t count, const char *what) {
  if (count > 0 && !items)
    return bad(std::string("expected ") + what + ", got NULL with a count of " + std::to_string(count));
  for (size_t i = 0; i < count; ++i)
    if (!items[i].name)
      return bad(std::string("expected names for ") + what + ", got NULL at index " + std::to_string(i));
  return Status::success();
}

Status twice(const char *name) {
  return bad(std::string("expected each name once, got '") + name + "' twice");
}

} // namespace

Result<Arguments> convertArguments(const attncArguments &given, std::string_view deviceName) {
  ATTNC_RETURN_IF_ERROR(checkList(given.tensors, given.tensorCount, "tensors"));
  ATTNC_RETURN_IF_ERROR(checkList(given.scalars, given.scalarCount, "scalars"));
  ATTNC_RETURN_IF_ERROR(checkList(given.dims, given.dimCount, "dims"));
  Arguments out;
  for (size_t i = 0; i < given.tensorCount; ++i) {
    const attncNamedTensor &item = given.tensors[i];
    if (!item.tensor)
      return bad(std::string("tensor '") + item.name + "': expected a DLTensor, got NULL");
    ATTNC_ASSIGN_OR_RETURN(Tensor tensor, convertTensor(item.name, *item.tensor, deviceName));
    if (!out.tensors.emplace(item.name, std::move(tensor)).second)
      return twice(item.name);
  }
  for (size_t i = 0; i < given.scalarCount; ++i)
    if (!out.scalars.emplace(given.scalars[i].name, given.scalars[i].value).second)
      return twice(given.scalars[i].name);
  for (size_t i = 0; i < given.dimCount; ++i)
    if (!out.dims.emplace(given.dims[i].name, given.dims[i].value).second)
      return twice(given.dims[i].name);
  return out;
}

} // namespace attnc
