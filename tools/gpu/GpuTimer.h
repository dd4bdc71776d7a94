// GpuTimer.h - device-side times through CUDA events, and the GPU's name.
#pragma once

#include "attnc/Status.h"

#include <memory>
#include <string>

namespace attnc::gpu {

/// Events on the default stream of GPU 0. Loads the driver itself: the runtime has no use for events.
class GpuTimer {
public:
  static Result<std::unique_ptr<GpuTimer>> open();
  virtual ~GpuTimer() = default;
  virtual Status start() = 0;
  /// Waits for the GPU; milliseconds since `start`.
  virtual Result<double> stop() = 0;
  virtual std::string gpuName() const = 0;
};

} // namespace attnc::gpu
