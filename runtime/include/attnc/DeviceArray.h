// DeviceArray.h - a tensor that owns its memory on a device: what a program keeps q, k, v and outputs in.
//
// Must not launch anything, and must not convert elements: those of f16 and bf16 are 16-bit words (uint16_t).
#pragma once

#include "attnc/Device.h"
#include "attnc/Tensor.h"

#include <memory>
#include <ranges>
#include <span>
#include <type_traits>
#include <vector>

namespace attnc {

/// Contiguous device memory with a dtype and a shape. Can be moved, not copied; keeps its device open and
/// releases the memory at its end. Every call here waits until it is done; a download also waits for kernels
/// on its stream.
class DeviceArray {
public:
  /// Filled with zero bytes.
  static Result<DeviceArray> zeros(std::shared_ptr<Device> device, DType dtype, std::vector<int64_t> shape);
  /// A copy of a vector, array or span: the elements of `shape`, innermost axis fastest.
  template <std::ranges::contiguous_range Values>
  static Result<DeviceArray> copyOf(std::shared_ptr<Device> device, DType dtype, std::vector<int64_t> shape,
                                    const Values &values) {
    ATTNC_ASSIGN_OR_RETURN(DeviceArray out, allocate(std::move(device), dtype, std::move(shape)));
    ATTNC_RETURN_IF_ERROR(out.upload(values));
    return out;
  }

  DeviceArray(DeviceArray &&from) noexcept;
  DeviceArray &operator=(DeviceArray &&from) noexcept;
  ~DeviceArray();

  /// What Arguments take; good as long as this object lives and is not moved from.
  const Tensor &view() const { return tensor; }

  /// Overwrites every element. InvalidArgument unless type and number of `values` fit.
  template <std::ranges::contiguous_range Values>
  Status upload(const Values &values, void *stream = nullptr) {
    using T = std::remove_cv_t<std::ranges::range_value_t<Values>>;
    const std::span<const T> all(std::ranges::data(values), std::ranges::size(values));
    ATTNC_RETURN_IF_ERROR(checkElement(elementOf<T>()));
    return uploadBytes(std::as_bytes(all), stream);
  }

  /// Every element, as float (f32), double (f64) or an integer of the dtype's size.
  template <class T> Result<std::vector<T>> download(void *stream = nullptr) const {
    ATTNC_RETURN_IF_ERROR(checkElement(elementOf<T>()));
    std::vector<T> out(static_cast<size_t>(tensor.elements()));
    ATTNC_RETURN_IF_ERROR(downloadBytes(std::as_writable_bytes(std::span<T>(out)), stream));
    return out;
  }

private:
  /// What a C++ element type is, as far as a dtype must match it.
  struct Element {
    bool isFloat;
    int size;
  };
  template <class T> static constexpr Element elementOf() {
    static_assert(std::is_trivially_copyable_v<T>, "elements are copied as bytes");
    return {std::is_floating_point_v<T>, static_cast<int>(sizeof(T))};
  }

  explicit DeviceArray(std::shared_ptr<Device> device) : device(std::move(device)) {}
  static Result<DeviceArray> allocate(std::shared_ptr<Device> device, DType dtype,
                                      std::vector<int64_t> shape);
  Status checkElement(Element element) const;
  Status uploadBytes(std::span<const std::byte> bytes, void *stream);
  Status downloadBytes(std::span<std::byte> bytes, void *stream) const;

  std::shared_ptr<Device> device; ///< null once moved from
  Tensor tensor;
};

} // namespace attnc
