// Driver.h - the CUDA driver library, loaded at run time.
//
// Must not need CUDA's headers: one build runs with and without a GPU. Types mirror cuda.h.
#pragma once

#include "attnc/Status.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace attnc {

using CuResult = int;
using CuDevice = int;
using CuDevicePtr = unsigned long long;
using CuContext = struct CUctx_st *;
using CuModule = struct CUmod_st *;
using CuFunction = struct CUfunc_st *;
using CuStream = struct CUstream_st *;

/// CUlaunchConfig.
struct CuLaunchConfig {
  unsigned gridDimX, gridDimY, gridDimZ;
  unsigned blockDimX, blockDimY, blockDimZ;
  unsigned sharedMemBytes;
  CuStream stream;
  void *attributes;
  unsigned attributeCount;
};

/// Values of cuda.h's enums that attnc uses.
inline constexpr CuResult kCuErrorNoDevice = 100;
inline constexpr int kCuAttributeMajor = 75;
inline constexpr int kCuAttributeMinor = 76;
inline constexpr int kCuFunctionMaxDynamicShared = 8;
inline constexpr int kCuJitErrorLogBuffer = 5;
inline constexpr int kCuJitErrorLogSize = 6;
inline void *const kCuParamEnd = nullptr;
inline void *const kCuParamBuffer = reinterpret_cast<void *>(1);
inline void *const kCuParamSize = reinterpret_cast<void *>(2);

struct Driver {
#define ATTNC_DRIVER(name, symbol, ...) CuResult (*name)(__VA_ARGS__) = nullptr;
#include "runtime/cuda/DriverSymbols.def"
#undef ATTNC_DRIVER

  /// Loads and initialises it once; NotFound says what is missing on this machine.
  static Result<const Driver *> get();

  /// Ok, or a DeviceError "<doing>: CUDA_ERROR_...: description".
  Status check(CuResult result, std::string_view doing) const;
};

} // namespace attnc
