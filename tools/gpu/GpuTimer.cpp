// GpuTimer.cpp - six driver calls, found with dlsym.
//
// Must not need CUDA's headers.
#include "tools/gpu/GpuTimer.h"

#include <dlfcn.h>

namespace attnc::gpu {
namespace {

using Event = struct CUevent_st *;
using Context = struct CUctx_st *;

class Timer : public GpuTimer {
public:
  Status load() {
    void *driver = dlopen("libcuda.so.1", RTLD_NOW);
    if (!driver)
      return Status(Code::NotFound, dlerror());
    auto find = [&](auto &function, const char *symbol) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(driver, symbol));
      return function != nullptr;
    };
    int (*init)(unsigned) = nullptr;
    int (*nameOf)(char *, int, int) = nullptr;
    int (*retain)(Context *, int) = nullptr;
    int (*makeCurrent)(Context) = nullptr;
    int (*create)(Event *, unsigned) = nullptr;
    if (!find(init, "cuInit") || !find(nameOf, "cuDeviceGetName") ||
        !find(retain, "cuDevicePrimaryCtxRetain") || !find(makeCurrent, "cuCtxSetCurrent") ||
        !find(create, "cuEventCreate") || !find(record, "cuEventRecord") ||
        !find(wait, "cuEventSynchronize") || !find(elapsed, "cuEventElapsedTime"))
      return Status(Code::NotFound, "libcuda.so.1: expected event functions, got none");
    char text[256] = "";
    Context context = nullptr;
    if (init(0) || nameOf(text, sizeof(text), 0) || retain(&context, 0) || makeCurrent(context) ||
        create(&begin, 0) || create(&end, 0))
      return Status(Code::DeviceError, "cannot make CUDA events on GPU 0");
    name = text;
    return Status::success();
  }

  Status start() override {
    return record(begin, nullptr) ? Status(Code::DeviceError, "cuEventRecord failed") : Status::success();
  }
  Result<double> stop() override {
    float milliseconds = 0;
    if (record(end, nullptr) || wait(end) || elapsed(&milliseconds, begin, end))
      return Status(Code::DeviceError, "the GPU reported a fault while a kernel was timed");
    return milliseconds;
  }
  std::string gpuName() const override { return name; }

private:
  int (*record)(Event, void *) = nullptr;
  int (*wait)(Event) = nullptr;
  int (*elapsed)(float *, Event, Event) = nullptr;
  Event begin = nullptr, end = nullptr;
  std::string name;
};

} // namespace

Result<std::unique_ptr<GpuTimer>> GpuTimer::open() {
  auto timer = std::make_unique<Timer>();
  ATTNC_RETURN_IF_ERROR(timer->load());
  return std::unique_ptr<GpuTimer>(std::move(timer));
}

} // namespace attnc::gpu
