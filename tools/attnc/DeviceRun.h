// DeviceRun.h - one kernel, run with host tensors on any device.
//
// Must not need MLIR, and must not leak device memory on any path.
#pragma once

#include "attnc/Runtime.h"
#include "tools/attnc/Problem.h"

namespace attnc::cli {

/// Device copies of host tensors, released at the end.
class DeviceTensors {
public:
  explicit DeviceTensors(Device &device) : device(device) {}
  ~DeviceTensors();
  DeviceTensors(const DeviceTensors &) = delete;
  DeviceTensors &operator=(const DeviceTensors &) = delete;

  /// Every tensor of the problem, and its scalars and dims. Where a kernel takes addresses and strides that
  /// are no multiple of 16 bytes, it gets such.
  Result<Arguments> copyIn(const Program &program, Problem &problem);
  /// The outputs, back to the problem.
  Status copyOut(const Program &program, Problem &problem);

private:
  Device &device;
  ByName<void *> addresses;
};

/// Copies the inputs to the device, runs, copies the outputs back. Returns the milliseconds of the run
/// itself, from the launch to the end of synchronisation.
Result<double> execute(const Kernel &kernel, Device &device, Problem &problem);

} // namespace attnc::cli
