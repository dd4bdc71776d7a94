// Device.h - the one interface behind which `cuda` and `sim` live.
//
// A Device loads Images and launches kernels by symbol; it knows nothing of specs, programs' formulas or
// tensors. All calls are thread-safe. No call throws.
#pragma once

#include "attnc/Kernel.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace attnc {

/// A kernel image loaded on one device. Destroying it unloads it.
class Module {
public:
  virtual ~Module();
};

/// What a tensor's or a workspace's memory is called.
struct BufferName {
  const void *address = nullptr;
  std::string_view name;
};

struct LaunchConfig {
  std::array<uint32_t, 3> grid{1, 1, 1};
  uint32_t threads = 0;
  uint32_t dynamicSharedBytes = 0;
  /// A CUstream on `cuda` (null is the legacy default stream); ignored by `sim`, which runs synchronously.
  void *stream = nullptr;
  /// For reports of `sim`; ignored by `cuda`. Must live as long as the call.
  std::span<const BufferName> buffers = {};
};

/// Options of the simulator (also `attnc run --sim-seed`, `--sim-threads`).
struct SimOptions {
  uint64_t seed = 0;   ///< order in which warps run; 0 is program order
  int threads = 1;     ///< host threads over CTAs; 1 replays exactly
  uint64_t maxInstructions = 0; ///< warp instructions before giving up; 0 is no limit
  /// Races, uninitialised reads, copies in flight; bounds and alignment are checked always.
  bool checks = true;
};

class Device {
public:
  Device();
  virtual ~Device();
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;

  /// Unique among all devices this process ever opened; loaded modules are kept under it.
  uint64_t id() const { return identity; }

  /// "cuda:0", "sim".
  virtual std::string name() const = 0;
  /// The architecture whose limits it enforces.
  virtual Target target() const = 0;

  /// Device memory, at least 256-byte aligned, contents undefined. `bytes` may be 0.
  virtual Result<void *> allocate(size_t bytes) = 0;
  virtual Status release(void *address) = 0;
  virtual Status upload(void *device, const void *host, size_t bytes, void *stream = nullptr) = 0;
  virtual Status download(void *host, const void *device, size_t bytes, void *stream = nullptr) = 0;
  virtual Status fillZero(void *device, size_t bytes, void *stream = nullptr) = 0;

  virtual Result<std::unique_ptr<Module>> load(const Image &image) = 0;
  /// `params` is the bytes of the kernel's parameter space (its one struct argument).
  virtual Status launch(Module &module, const std::string &kernel, const LaunchConfig &config,
                        std::span<const std::byte> params) = 0;
  virtual Status synchronize(void *stream = nullptr) = 0;

  /// Counters of the launches since the last call, as JSON text; "{}" where there are none.
  virtual std::string takeCounters() { return "{}"; }

private:
  uint64_t identity;
};

/// GPU number `ordinal` through the driver API; NotFound with the reason if there is no driver or no such GPU.
Result<std::shared_ptr<Device>> openCudaDevice(int ordinal = 0);
/// The PTX simulator, with the limits of `target`.
std::shared_ptr<Device> openSimDevice(const Target &target, const SimOptions &options = {});

} // namespace attnc
