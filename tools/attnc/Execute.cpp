// Execute.cpp - which device, and how a comparison reads.
//
// Must not run anything.
#include "tools/attnc/Execute.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace attnc::cli {
namespace {

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
  const Status reason = gpu.status();
  for (const Note &note : reason.notes())
    failure.note(note.message, note.where);
  return failure;
}

nlohmann::json comparisonJson(const Comparison &comparison, Verdict verdict) {
  nlohmann::json tensors = nlohmann::json::array();
  for (const TensorComparison &tensor : comparison.tensors)
    tensors.push_back({{"name", tensor.name},
                       {"elements", tensor.elements},
                       {"untouched", tensor.untouched},
                       {"unchecked", tensor.unchecked},
                       {"violations", tensor.violations},
                       {"max_abs_error", tensor.maxAbsError},
                       {"max_error_over_bound", tensor.maxRatio}});
  return {{"passed", verdict == Verdict::Passed},
          {"result", verdictName(verdict)},
          {"tensors", std::move(tensors)}};
}

std::string comparisonText(const TensorComparison &tensor) {
  char text[160];
  std::snprintf(text, sizeof(text),
                ": %lld elements, max error %.3g, at most %.3g of its bound, %lld unchecked",
                static_cast<long long>(tensor.elements), tensor.maxAbsError, tensor.maxRatio,
                static_cast<long long>(tensor.unchecked));
  return tensor.name + text;
}

} // namespace attnc::cli
