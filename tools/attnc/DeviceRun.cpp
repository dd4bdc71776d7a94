// DeviceRun.cpp - device memory for one run.
#include "tools/attnc/DeviceRun.h"

#include "runtime/jit/Stopwatch.h"

namespace attnc::cli {

DeviceTensors::~DeviceTensors() {
  for (void *address : addresses)
    (void)device.release(address);
}

Result<Arguments> DeviceTensors::copyIn(const Program &program, Problem &problem) {
  Arguments arguments = problem.arguments(program);
  for (auto &[name, host] : problem.tensors) {
    ATTNC_ASSIGN_OR_RETURN(void *address, device.allocate(host.bytes.size()));
    addresses.push_back(address);
    if (!host.bytes.empty())
      ATTNC_RETURN_IF_ERROR(device.upload(address, host.bytes.data(), host.bytes.size()));
    arguments.tensors[name].data = address;
  }
  return arguments;
}

Result<double> execute(const Kernel &kernel, Device &device, Problem &problem) {
  ATTNC_RETURN_IF_ERROR(kernel.prepare(device));
  DeviceTensors memory(device);
  ATTNC_ASSIGN_OR_RETURN(Arguments arguments, memory.copyIn(kernel.program(), problem));
  Stopwatch watch;
  ATTNC_RETURN_IF_ERROR(kernel.run(device, arguments));
  ATTNC_RETURN_IF_ERROR(device.synchronize());
  const double milliseconds = watch.milliseconds();
  for (const TensorSig &sig : kernel.program().tensors) {
    HostTensor &host = problem.tensors.find(sig.name)->second;
    if (sig.output && !host.bytes.empty())
      ATTNC_RETURN_IF_ERROR(
          device.download(host.bytes.data(), arguments.tensors[sig.name].data, host.bytes.size()));
  }
  return milliseconds;
}

} // namespace attnc::cli
