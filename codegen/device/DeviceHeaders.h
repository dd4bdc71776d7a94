// DeviceHeaders.h - the device library's headers as text, embedded in the binary.
#pragma once

#include <span>
#include <string_view>

namespace attnc {

struct DeviceHeader {
  std::string_view name; ///< full name as included: "attnc/warp/mma.cuh"
  std::string_view text;
};

/// Every header of the device library, sorted by name.
std::span<const DeviceHeader> deviceHeaders();

} // namespace attnc
