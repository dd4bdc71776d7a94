// Device.cpp - what all devices share: an identity.
//
// Must not know any device.
#include "attnc/Device.h"

#include <atomic>

namespace attnc {

static uint64_t nextDeviceId() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

Device::Device() : identity(nextDeviceId()) {}
Device::~Device() = default;
Module::~Module() = default;

} // namespace attnc
