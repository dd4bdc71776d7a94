// Driver.cpp - finds libcuda.so.1 and turns its codes into text.
//
// Must not keep any state of a device.
#include "runtime/cuda/Driver.h"

#include <dlfcn.h>

namespace attnc {
namespace {

Result<const Driver *> loadDriver() {
  // The driver is never unloaded: contexts and its own threads outlive any handle.
  void *handle = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return Status(Code::NotFound, "expected an NVIDIA driver, got none: " + std::string(dlerror()));
  static Driver driver;
  std::string missing;
#define ATTNC_DRIVER(name, symbol, ...)                                                                      \
  driver.name = reinterpret_cast<CuResult (*)(__VA_ARGS__)>(dlsym(handle, symbol));                          \
  if (!driver.name)                                                                                          \
    missing += std::string(missing.empty() ? "" : ", ") + symbol;
#include "runtime/cuda/DriverSymbols.def"
#undef ATTNC_DRIVER
  if (!missing.empty())
    return Status(Code::NotFound,
                  "expected an NVIDIA driver of CUDA 12.0 or newer, got one without " + missing);
  if (CuResult result = driver.cuInit(0)) {
    Status failure =
        driver.check(result, "expected a working NVIDIA driver and a GPU, got cuInit failing with");
    return Status(Code::NotFound, failure.message());
  }
  return &driver;
}

} // namespace

Result<const Driver *> Driver::get() {
  static const Result<const Driver *> loaded = loadDriver();
  return loaded;
}

Status Driver::check(CuResult result, std::string_view doing) const {
  if (result == 0)
    return Status::success();
  const char *name = nullptr, *description = nullptr;
  std::string text = std::string(doing) + ": ";
  if (cuGetErrorName(result, &name) == 0 && name)
    text += name;
  else
    text += "CUDA error " + std::to_string(result);
  if (cuGetErrorString(result, &description) == 0 && description)
    text += std::string(" (") + description + ")";
  return Status(Code::DeviceError, std::move(text));
}

} // namespace attnc
