// Execute.h - choosing a device, the reference, and how a comparison reads.
//
// Must not print.
#pragma once

#include "attnc/Runtime.h"
#include "codegen/reference/ReferenceResult.h"
#include "specs/Spec.h"
#include "tools/attnc/DeviceRun.h"
#include "tools/attnc/Verdict.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>

namespace attnc::cli {

enum class DeviceKind : uint8_t { Auto, Cuda, Sim, Reference };

/// Opens `cuda` or `sim` for kernels of `target`. Auto is the GPU if there is one that can run them. A GPU
/// that is not there is a DeviceError with the reason.
Result<std::shared_ptr<Device>> openDevice(DeviceKind kind, const Target &target, const SimOptions &sim);

/// Copies the inputs to the device, runs, copies the outputs back. Returns the milliseconds of the run
/// itself.
Result<double> execute(const Kernel &kernel, Device &device, Problem &problem);

/// The `reference` device for one spec: fp64 on the host, without any generated CUDA.
class Oracle {
public:
  static Result<std::unique_ptr<Oracle>> create(const Spec &spec);
  virtual ~Oracle() = default;
  virtual Result<ReferenceResult> run(const Arguments &arguments) const = 0;
};

nlohmann::json comparisonJson(const Comparison &comparison, Verdict verdict);
/// "out: 640 elements, max error 1.2e-03, at most 0.41 of its bound, 0 unchecked".
std::string comparisonText(const TensorComparison &tensor);

} // namespace attnc::cli
