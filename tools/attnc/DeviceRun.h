// DeviceRun.h - one kernel, run with host tensors on any device.
//
// Must not need MLIR, and must not leak device memory on any path.
#pragma once

#include "attnc/Runtime.h"
#include "tools/attnc/Problem.h"

#include <vector>

namespace attnc::cli {

/// Device copies of host tensors, released at the end.
class DeviceTensors {
public:
  explicit DeviceTensors(Device &device) : device(device) {}
  ~DeviceTensors();
  DeviceTensors(const DeviceTensors &) = delete;
  DeviceTensors &operator=(const DeviceTensors &) = delete;

  /// Every tensor of the problem, and its scalars and dims.
  Result<Arguments> copyIn(const Program &program, Problem &problem);

private:
  Device &device;
  std::vector<void *> addresses;
};

/// Copies the inputs to the device, runs, copies the outputs back. Returns the milliseconds of the run
/// itself, from the launch to the end of synchronisation.
Result<double> execute(const Kernel &kernel, Device &device, Problem &problem);

} // namespace attnc::cli
