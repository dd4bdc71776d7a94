// CudaModule.h - a cubin loaded into a context, with its kernels looked up.
//
// Must not launch.
#pragma once

#include "attnc/Device.h"
#include "runtime/cuda/CudaContext.h"

#include <map>
#include <string>

namespace attnc {

class CudaModule final : public Module {
public:
  /// Loads the image's cubin and raises each kernel's dynamic shared memory to what its launch needs.
  static Result<std::unique_ptr<Module>> load(std::shared_ptr<CudaContext> context, const Image &image);
  ~CudaModule() override;

  /// Null if the module has no such kernel.
  CuFunction find(const std::string &kernel) const;
  const CudaContext *owner() const { return context.get(); }

private:
  explicit CudaModule(std::shared_ptr<CudaContext> context) : context(std::move(context)) {}
  Status loadCubin(const Image &image);
  Status findKernel(const std::string &kernel, int dynamicSharedBytes);

  std::shared_ptr<CudaContext> context;
  CuModule module = nullptr;
  std::map<std::string, CuFunction> functions;
};

} // namespace attnc
