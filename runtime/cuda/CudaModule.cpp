// CudaModule.cpp - cubin to functions.
//
// Must not fall back to compiling PTX in the driver: a kernel that was not built for this GPU is an error.
#include "runtime/cuda/CudaModule.h"

#include <algorithm>
#include <cstring>

namespace attnc {

Result<std::unique_ptr<Module>> CudaModule::load(std::shared_ptr<CudaContext> context, const Image &image) {
  std::unique_ptr<CudaModule> module(new CudaModule(std::move(context)));
  ATTNC_RETURN_IF_ERROR(module->loadCubin(image));
  return std::unique_ptr<Module>(std::move(module));
}

CudaModule::~CudaModule() {
  if (module)
    (void)context->with(
        [&] { return context->driver.check(context->driver.cuModuleUnload(module), "unloading"); });
}

CuFunction CudaModule::find(const std::string &kernel) const {
  auto it = functions.find(kernel);
  return it == functions.end() ? nullptr : it->second;
}

Status CudaModule::loadCubin(const Image &image) {
  if (image.cubin.empty())
    return Status(Code::InvalidArgument,
                  "kernel '" + image.program.name +
                      "': expected a cubin, got PTX alone: it was compiled for the simulator");
  const Driver &driver = context->driver;
  return context->with([&]() -> Status {
    char log[4096] = "";
    int options[] = {kCuJitErrorLogBuffer, kCuJitErrorLogSize};
    void *values[] = {log, reinterpret_cast<void *>(sizeof(log))};
    Status loaded = driver.check(driver.cuModuleLoadDataEx(&module, image.cubin.data(), 2, options, values),
                                 "loading '" + image.program.name + "'");
    if (!loaded.ok()) {
      module = nullptr;
      if (log[0])
        loaded.note(std::string(log, strnlen(log, sizeof(log))));
      return loaded;
    }
    std::map<std::string, int> sharedBytes; // a kernel launched twice gets the larger of both
    for (const Launch &launch : image.program.launches)
      sharedBytes[launch.kernel] = std::max(sharedBytes[launch.kernel], launch.dynamicSharedBytes);
    for (const auto &[kernel, bytes] : sharedBytes)
      ATTNC_RETURN_IF_ERROR(findKernel(kernel, bytes));
    return Status::success();
  });
}

Status CudaModule::findKernel(const std::string &kernel, int dynamicSharedBytes) {
  const Driver &driver = context->driver;
  CuFunction function = nullptr;
  ATTNC_RETURN_IF_ERROR(driver.check(driver.cuModuleGetFunction(&function, module, kernel.c_str()),
                                     "looking up kernel '" + kernel + "'"));
  functions[kernel] = function;
  return driver.check(driver.cuFuncSetAttribute(function, kCuFunctionMaxDynamicShared, dynamicSharedBytes),
                      "asking for " + std::to_string(dynamicSharedBytes) +
                          " bytes of shared memory for kernel '" + kernel + "'");
}

} // namespace attnc
