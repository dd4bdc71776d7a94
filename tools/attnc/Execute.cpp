// Execute.cpp - device memory for one run.
//
// Must not leak device memory on any path.
#include "tools/attnc/Execute.h"

#include "runtime/jit/Stopwatch.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace attnc::cli {
namespace {

/// Device copies of host tensors, released at the end.
class DeviceTensors {
public:
  explicit DeviceTensors(Device &device) : device(device) {}
  ~DeviceTensors() {
    for (void *address : addresses)
      (void)device.release(address);
  }

  Result<Tensor> copyIn(HostTensor &tensor) {
    ATTNC_ASSIGN_OR_RETURN(void *address, device.allocate(tensor.bytes.size()));
    addresses.push_back(address);
    if (!tensor.bytes.empty())
      ATTNC_RETURN_IF_ERROR(device.upload(address, tensor.bytes.data(), tensor.bytes.size()));
    Tensor view = tensor.view();
    view.data = address;
    return view;
  }

private:
  Device &device;
  std::vector<void *> addresses;
};

/// A cubin runs on its own major version, on the same minor or a later one; an `a` variant only on its own.
bool canRun(const Target &gpu, const Target &kernel) {
  if (kernel.archSpecific)
    return gpu.computeCapability == kernel.computeCapability;
  return gpu.computeCapability / 10 == kernel.computeCapability / 10 &&
         gpu.computeCapability >= kernel.computeCapability;
}

} // namespace

Result<std::shared_ptr<Device>> openDevice(DeviceKind kind, const Target &target, const SimOptions &sim) {
  if (kind == DeviceKind::Sim)
    return openSimDevice(target, sim);
  Result<std::shared_ptr<Device>> gpu = openCudaDevice();
  if (gpu.ok() && canRun((*gpu)->target(), target))
    return gpu;
  if (kind == DeviceKind::Auto)
    return openSimDevice(target, sim);
  if (gpu.ok())
    return Status(Code::DeviceError, "expected a GPU that runs " + target.name() + " kernels, got " +
                                         (*gpu)->name() + " of " + (*gpu)->target().name());
  Status failure(Code::DeviceError, "no CUDA device: " + gpu.status().message());
  for (const Note &note : gpu.status().notes())
    failure.note(note.message, note.where);
  return failure;
}

Result<double> execute(const Kernel &kernel, Device &device, Problem &problem) {
  ATTNC_RETURN_IF_ERROR(kernel.prepare(device));
  DeviceTensors memory(device);
  Arguments arguments = problem.arguments(kernel.program());
  for (auto &[name, tensor] : problem.tensors) {
    ATTNC_ASSIGN_OR_RETURN(arguments.tensors[name], memory.copyIn(tensor));
  }
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

nlohmann::json comparisonJson(const Comparison &comparison) {
  nlohmann::json tensors = nlohmann::json::array();
  for (const TensorComparison &tensor : comparison.tensors)
    tensors.push_back({{"name", tensor.name},
                       {"elements", tensor.elements},
                       {"unchecked", tensor.unchecked},
                       {"violations", tensor.violations},
                       {"max_abs_error", tensor.maxAbsError},
                       {"max_error_over_bound", tensor.maxRatio}});
  return {{"passed", comparison.passed()}, {"tensors", std::move(tensors)}};
}

std::string comparisonText(const TensorComparison &tensor) {
  char text[160];
  std::snprintf(text, sizeof(text), "%s: %lld elements, max error %.3g, at most %.3g of its bound",
                tensor.name.c_str(), static_cast<long long>(tensor.elements), tensor.maxAbsError,
                tensor.maxRatio);
  return text;
}

} // namespace attnc::cli
