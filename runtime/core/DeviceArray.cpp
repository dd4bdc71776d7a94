// DeviceArray.cpp - device memory that goes with its owner.
//
// Must not know specs, programs or what an array is for.
#include "attnc/DeviceArray.h"

#include <string>
#include <utility>

namespace attnc {

DeviceArray::DeviceArray(DeviceArray &&from) noexcept
    : device(std::move(from.device)), tensor(std::exchange(from.tensor, {})) {}

DeviceArray &DeviceArray::operator=(DeviceArray &&from) noexcept {
  std::swap(device, from.device);
  std::swap(tensor, from.tensor);
  return *this;
}

DeviceArray::~DeviceArray() {
  if (device && tensor.data)
    (void)device->release(tensor.data); // nobody is left to tell
}

Result<DeviceArray> DeviceArray::allocate(std::shared_ptr<Device> device, DType dtype,
                                          std::vector<int64_t> shape) {
  if (!device)
    return Status(Code::InvalidArgument, "expected a device to allocate on, got null");
  for (int64_t extent : shape)
    if (extent < 0)
      return Status(Code::InvalidArgument,
                    "expected a shape of sizes of 0 or more, got " + std::to_string(extent));
  DeviceArray out(std::move(device));
  out.tensor.dtype = dtype;
  out.tensor.shape = std::move(shape);
  const auto bytes = static_cast<size_t>(out.tensor.spanBytes());
  ATTNC_ASSIGN_OR_RETURN(out.tensor.data, out.device->allocate(bytes));
  return out;
}

Result<DeviceArray> DeviceArray::zeros(std::shared_ptr<Device> device, DType dtype,
                                       std::vector<int64_t> shape) {
  ATTNC_ASSIGN_OR_RETURN(DeviceArray out, allocate(std::move(device), dtype, std::move(shape)));
  ATTNC_RETURN_IF_ERROR(out.device->fillZero(out.tensor.data, static_cast<size_t>(out.tensor.spanBytes())));
  // A kernel on another stream does not wait for the fill.
  ATTNC_RETURN_IF_ERROR(out.device->synchronize());
  return out;
}

Status DeviceArray::checkElement(Element element) const {
  if (!device)
    return Status(Code::InvalidArgument, "expected an array, got one that was moved from");
  const bool isFloat = tensor.dtype == DType::F32 || tensor.dtype == DType::F64;
  if (element.isFloat == isFloat && element.size == dtypeSize(tensor.dtype))
    return Status::success();
  auto name = [](bool floating, int size) {
    return std::string(floating ? "floating-point numbers" : "integers") + " of " + std::to_string(size) +
           (size == 1 ? " byte" : " bytes");
  };
  return Status(Code::InvalidArgument, "expected " + name(isFloat, dtypeSize(tensor.dtype)) + " for " +
                                           std::string(dtypeName(tensor.dtype)) + ", got " +
                                           name(element.isFloat, element.size));
}

Status DeviceArray::uploadBytes(std::span<const std::byte> bytes, void *stream) {
  if (bytes.size() != static_cast<size_t>(tensor.spanBytes())) {
    const auto size = static_cast<size_t>(dtypeSize(tensor.dtype));
    return Status(Code::InvalidArgument, "expected " + std::to_string(tensor.elements()) +
                                             " elements for the shape, got " +
                                             std::to_string(bytes.size() / size));
  }
  return bytes.empty() ? Status::success() : device->upload(tensor.data, bytes.data(), bytes.size(), stream);
}

Status DeviceArray::downloadBytes(std::span<std::byte> bytes, void *stream) const {
  return bytes.empty() ? Status::success()
                       : device->download(bytes.data(), tensor.data, bytes.size(), stream);
}

} // namespace attnc
