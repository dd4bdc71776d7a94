// CudaDevice.cpp - a GPU behind the Device interface.
//
// Must not know programs' formulas or tensors; must not change settings of the GPU.
#include "attnc/Device.h"

#include "runtime/cuda/CudaContext.h"
#include "runtime/cuda/CudaModule.h"

namespace attnc {
namespace {

CuDevicePtr address(const void *pointer) { return reinterpret_cast<CuDevicePtr>(pointer); }
CuStream asStream(void *stream) { return static_cast<CuStream>(stream); }

class CudaDevice final : public Device {
public:
  CudaDevice(std::shared_ptr<CudaContext> context, int ordinal, Target target)
      : context(std::move(context)), driver(this->context->driver), ordinal(ordinal),
        limits(std::move(target)) {}

  std::string name() const override { return "cuda:" + std::to_string(ordinal); }
  Target target() const override { return limits; }

  Result<void *> allocate(size_t bytes) override {
    // The driver refuses 0 bytes; our interface allows them.
    CuDevicePtr out = 0;
    ATTNC_RETURN_IF_ERROR(call([&] { return driver.cuMemAlloc(&out, bytes ? bytes : 1); },
                               "allocating " + std::to_string(bytes) + " bytes"));
    return reinterpret_cast<void *>(out);
  }

  Status release(void *memory) override {
    if (!memory)
      return Status::success();
    return call([&] { return driver.cuMemFree(address(memory)); }, "releasing memory");
  }

  // Both copies wait: the caller's buffer may be gone after the call, and a download is read at once.
  Status upload(void *device, const void *host, size_t bytes, void *stream) override {
    if (bytes == 0)
      return Status::success();
    return call(
        [&] {
          CuResult result = driver.cuMemcpyHtoDAsync(address(device), host, bytes, asStream(stream));
          return result ? result : driver.cuStreamSynchronize(asStream(stream));
        },
        "copying " + std::to_string(bytes) + " bytes to " + name());
  }

  Status download(void *host, const void *device, size_t bytes, void *stream) override {
    if (bytes == 0)
      return Status::success();
    return call(
        [&] {
          CuResult result = driver.cuMemcpyDtoHAsync(host, address(device), bytes, asStream(stream));
          return result ? result : driver.cuStreamSynchronize(asStream(stream));
        },
        "copying " + std::to_string(bytes) + " bytes from " + name());
  }

  Status fillZero(void *device, size_t bytes, void *stream) override {
    if (bytes == 0)
      return Status::success();
    return call([&] { return driver.cuMemsetD8Async(address(device), 0, bytes, asStream(stream)); },
                "zeroing " + std::to_string(bytes) + " bytes");
  }

  Result<std::unique_ptr<Module>> load(const Image &image) override {
    return CudaModule::load(context, image);
  }

  Status launch(Module &module, const std::string &kernel, const LaunchConfig &config,
                std::span<const std::byte> params) override;

  Status synchronize(void *stream) override {
    return call([&] { return driver.cuStreamSynchronize(asStream(stream)); }, "waiting for " + name());
  }

private:
  template <class Body> Status call(Body body, std::string_view doing) const {
    return context->with([&] { return driver.check(body(), doing); });
  }

  std::shared_ptr<CudaContext> context;
  const Driver &driver;
  const int ordinal;
  const Target limits;
};

Status CudaDevice::launch(Module &module, const std::string &kernel, const LaunchConfig &config,
                          std::span<const std::byte> params) {
  auto *loaded = dynamic_cast<CudaModule *>(&module);
  if (!loaded || loaded->owner() != context.get())
    return Status(Code::InvalidArgument,
                  "expected a module loaded on " + name() + ", got one of another device");
  CuFunction function = loaded->find(kernel);
  if (!function)
    return Status(Code::NotFound, "expected kernel '" + kernel + "' in the module, got none of that name");
  CuLaunchConfig launchConfig{};
  launchConfig.gridDimX = config.grid[0];
  launchConfig.gridDimY = config.grid[1];
  launchConfig.gridDimZ = config.grid[2];
  launchConfig.blockDimX = config.threads;
  launchConfig.blockDimY = launchConfig.blockDimZ = 1;
  launchConfig.sharedMemBytes = config.dynamicSharedBytes;
  launchConfig.stream = asStream(config.stream);
  // A buffer with its size, unlike a list of pointers, cannot make the driver read past the end.
  size_t bytes = params.size();
  void *extra[] = {kCuParamBuffer, const_cast<std::byte *>(params.data()), kCuParamSize, &bytes, kCuParamEnd};
  return call(
      [&] { return driver.cuLaunchKernelEx(&launchConfig, function, nullptr, bytes ? extra : nullptr); },
      "launching kernel '" + kernel + "'");
}

/// The newest architecture in the table that a GPU of this capability runs.
Result<Target> targetOf(int capability) {
  const Target *best = nullptr;
  for (const Target &target : Target::all())
    if (target.computeCapability / 10 == capability / 10 && target.computeCapability <= capability &&
        (!target.archSpecific || target.computeCapability == capability))
      best = &target; // the table is sorted, with an `a` variant after its base
  if (best)
    return *best;
  return Status(Code::Unsupported,
                "expected a GPU of compute capability 7.5 or newer that attnc knows, got " +
                    std::to_string(capability / 10) + "." + std::to_string(capability % 10));
}

} // namespace

Result<std::shared_ptr<CudaContext>> CudaContext::retain(const Driver &driver, int ordinal) {
  int count = 0;
  ATTNC_RETURN_IF_ERROR(driver.check(driver.cuDeviceGetCount(&count), "counting GPUs"));
  if (ordinal < 0 || ordinal >= count)
    return Status(Code::NotFound, "expected a GPU number below " + std::to_string(count) + ", got " +
                                      std::to_string(ordinal));
  CuDevice device = 0;
  ATTNC_RETURN_IF_ERROR(driver.check(driver.cuDeviceGet(&device, ordinal), "opening the GPU"));
  CuContext context = nullptr;
  ATTNC_RETURN_IF_ERROR(
      driver.check(driver.cuDevicePrimaryCtxRetain(&context, device), "retaining the primary context"));
  return std::shared_ptr<CudaContext>(new CudaContext(driver, device, context));
}

CudaContext::~CudaContext() { (void)driver.cuDevicePrimaryCtxRelease(device); }

Result<std::shared_ptr<Device>> openCudaDevice(int ordinal) {
  ATTNC_ASSIGN_OR_RETURN(const Driver *driver, Driver::get());
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<CudaContext> context, CudaContext::retain(*driver, ordinal));
  int major = 0, minor = 0;
  for (auto [attribute, value] : {std::pair(kCuAttributeMajor, &major), std::pair(kCuAttributeMinor, &minor)})
    ATTNC_RETURN_IF_ERROR(driver->check(driver->cuDeviceGetAttribute(value, attribute, context->device),
                                        "asking for the compute capability"));
  ATTNC_ASSIGN_OR_RETURN(Target target, targetOf(10 * major + minor));
  return std::shared_ptr<Device>(
      std::make_shared<CudaDevice>(std::move(context), ordinal, std::move(target)));
}

} // namespace attnc
