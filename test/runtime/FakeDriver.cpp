// FakeDriver.cpp - a stand-in libcuda.so.1: one H100-like GPU in host memory that records its calls.
//
// Lets the driver path run on machines without a GPU. Must not pretend more than CudaDeviceTest asks for.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::string calls;
int contextDepth = 0;
int failWith = 0;
std::string failIn;

int record(const char *name, const std::string &detail = "") {
  calls += std::string(name) + (detail.empty() ? "" : " ") + detail + "\n";
  return failIn == name ? failWith : 0;
}

/// Calls that need a current context fail without one, as the real ones do.
int inContext(const char *name, const std::string &detail = "") {
  int result = record(name, detail);
  return contextDepth == 0 ? 201 : result;
}

struct LaunchConfig {
  unsigned grid[3], block[3], shared;
  void *stream;
  void *attributes;
  unsigned attributeCount;
};

} // namespace

extern "C" {

// How tests steer and inspect it.
const char *fakeDriverCalls() { return calls.c_str(); }
void fakeDriverReset() {
  calls.clear();
  failIn.clear();
}
void fakeDriverFail(const char *call, int code) {
  failIn = call;
  failWith = code;
}

int cuInit(unsigned) { return 0; }
int cuDriverGetVersion(int *version) {
  *version = 13000;
  return 0;
}
int cuGetErrorName(int code, const char **name) {
  *name = code == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : code == 700 ? "CUDA_ERROR_ILLEGAL_ADDRESS" : nullptr;
  return *name ? 0 : 1;
}
int cuGetErrorString(int code, const char **text) {
  *text = code == 2 ? "out of memory" : nullptr;
  return *text ? 0 : 1;
}
int cuDeviceGetCount(int *count) {
  *count = 1;
  return 0;
}
int cuDeviceGet(int *device, int ordinal) {
  *device = 40 + ordinal;
  return 0;
}
int cuDeviceGetAttribute(int *value, int attribute, int) {
  const char *capability = getenv("FAKE_CAPABILITY");
  const int number = capability ? atoi(capability) : 90;
  *value = attribute == 75 ? number / 10 : number % 10;
  return 0;
}
int cuDevicePrimaryCtxRetain(void **context, int device) {
  *context = reinterpret_cast<void *>(uintptr_t(0xc0));
  return record("retain", std::to_string(device));
}
int cuDevicePrimaryCtxRelease_v2(int device) { return record("release", std::to_string(device)); }
int cuCtxPushCurrent_v2(void *) {
  ++contextDepth;
  return 0;
}
int cuCtxPopCurrent_v2(void **) {
  --contextDepth;
  return 0;
}
int cuCtxSynchronize() { return inContext("cuCtxSynchronize"); }
int cuMemAlloc_v2(unsigned long long *out, size_t bytes) {
  *out = reinterpret_cast<unsigned long long>(malloc(bytes));
  return inContext("cuMemAlloc", std::to_string(bytes));
}
int cuMemFree_v2(unsigned long long memory) {
  free(reinterpret_cast<void *>(memory));
  return inContext("cuMemFree");
}
int cuMemcpyHtoDAsync_v2(unsigned long long to, const void *from, size_t bytes, void *) {
  memcpy(reinterpret_cast<void *>(to), from, bytes);
  return inContext("cuMemcpyHtoDAsync", std::to_string(bytes));
}
int cuMemcpyDtoHAsync_v2(void *to, unsigned long long from, size_t bytes, void *) {
  memcpy(to, reinterpret_cast<void *>(from), bytes);
  return inContext("cuMemcpyDtoHAsync", std::to_string(bytes));
}
int cuMemsetD8Async(unsigned long long at, unsigned char value, size_t bytes, void *) {
  memset(reinterpret_cast<void *>(at), value, bytes);
  return inContext("cuMemsetD8Async", std::to_string(bytes));
}
int cuStreamSynchronize(void *stream) {
  return inContext("cuStreamSynchronize", std::to_string(reinterpret_cast<uintptr_t>(stream)));
}
int cuModuleLoadDataEx(void **module, const void *, unsigned options, int *keys, void **values) {
  *module = reinterpret_cast<void *>(uintptr_t(0xd0));
  for (unsigned i = 0; i < options; ++i)
    if (keys[i] == 5) // the error log
      snprintf(static_cast<char *>(values[i]), 64, "the log of the driver");
  return inContext("cuModuleLoadDataEx");
}
int cuModuleUnload(void *) { return inContext("cuModuleUnload"); }
int cuModuleGetFunction(void **function, void *, const char *name) {
  *function = reinterpret_cast<void *>(uintptr_t(0xf0));
  return inContext("cuModuleGetFunction", name);
}
int cuFuncSetAttribute(void *, int attribute, int value) {
  return inContext("cuFuncSetAttribute", std::to_string(attribute) + " " + std::to_string(value));
}
int cuLaunchKernelEx(const LaunchConfig *config, void *, void **params, void **extra) {
  std::string detail;
  for (unsigned n : {config->grid[0], config->grid[1], config->grid[2], config->block[0], config->block[1],
                     config->block[2], config->shared})
    detail += std::to_string(n) + " ";
  detail += std::to_string(reinterpret_cast<uintptr_t>(config->stream));
  if (params || (extra && (extra[0] != reinterpret_cast<void *>(1) ||
                           extra[2] != reinterpret_cast<void *>(2) || extra[4] != nullptr)))
    return 1;
  if (extra) {
    const auto *bytes = static_cast<const unsigned char *>(extra[1]);
    detail += " |";
    for (size_t i = 0; i < *static_cast<size_t *>(extra[3]); ++i)
      detail += " " + std::to_string(bytes[i]);
  }
  return inContext("cuLaunchKernelEx", detail);
}

} // extern "C"
