// RecordingDevice.h - a device that runs nothing and remembers what it was asked.
#pragma once

#include "attnc/Device.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

namespace attnc::test {

struct RecordedLaunch {
  std::string kernel;
  LaunchConfig config;
  std::vector<std::byte> params;

  template <class T> T at(size_t offset) const {
    T value;
    std::memcpy(&value, params.data() + offset, sizeof(value));
    return value;
  }
};

class RecordingDevice final : public Device {
public:
  explicit RecordingDevice(Target target) : limits(std::move(target)) {}

  std::string name() const override { return "recording"; }
  Target target() const override { return limits; }
  Result<void *> allocate(size_t bytes) override {
    if (bytes > allocationLimit)
      return Status(Code::DeviceError, "out of memory");
    void *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256 + 256);
    std::memset(memory, 0xcd, bytes);
    live[memory] = bytes;
    return memory;
  }
  Status release(void *address) override {
    if (!live.erase(address))
      return Status(Code::DeviceError, "released twice");
    std::free(address);
    return Status::success();
  }
  Status upload(void *device, const void *host, size_t bytes, void *) override {
    std::memcpy(device, host, bytes);
    return Status::success();
  }
  Status download(void *host, const void *device, size_t bytes, void *) override {
    std::memcpy(host, device, bytes);
    return Status::success();
  }
  Status fillZero(void *device, size_t bytes, void *) override {
    std::memset(device, 0, bytes);
    return Status::success();
  }
  Result<std::unique_ptr<Module>> load(const Image &) override {
    ++loads;
    return std::make_unique<Module>();
  }
  Status launch(Module &, const std::string &kernel, const LaunchConfig &config,
                std::span<const std::byte> params) override {
    std::lock_guard lock(mutex);
    launches.push_back({kernel, config, {params.begin(), params.end()}});
    for (auto [memory, bytes] : live)
      liveBytes.push_back(std::string(static_cast<char *>(memory), bytes));
    return kernel == failOn ? Status(Code::DeviceError, "told to fail") : Status::success();
  }
  Status synchronize(void *) override {
    ++synchronizations;
    return Status::success();
  }

  Target limits;
  size_t allocationLimit = size_t(1) << 30;
  std::string failOn;
  std::mutex mutex;
  std::vector<RecordedLaunch> launches;
  std::vector<std::string> liveBytes; ///< contents of runtime-owned memory at each launch
  std::map<void *, size_t> live;
  int loads = 0;
  int synchronizations = 0;
};

} // namespace attnc::test
