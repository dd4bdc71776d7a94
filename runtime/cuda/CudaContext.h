// CudaContext.h - the primary context of one GPU, and making it current.
//
// Must not stay current after a call: the host program may use other contexts on the same thread.
#pragma once

#include "runtime/cuda/Driver.h"

#include <memory>

namespace attnc {

/// Holds the primary context of a GPU. Devices and modules share it, so the last one releases it.
class CudaContext {
public:
  static Result<std::shared_ptr<CudaContext>> retain(const Driver &driver, int ordinal);
  ~CudaContext();
  CudaContext(const CudaContext &) = delete;
  CudaContext &operator=(const CudaContext &) = delete;

  /// Runs `body` (returning a Status) with the context current.
  template <class Body> Status with(Body body) const {
    ATTNC_RETURN_IF_ERROR(driver.check(driver.cuCtxPushCurrent(context), "making the context current"));
    Status status = body();
    CuContext popped = nullptr;
    Status restored = driver.check(driver.cuCtxPopCurrent(&popped), "restoring the previous context");
    return status.ok() ? restored : status;
  }

  const Driver &driver;
  const CuDevice device;

private:
  CudaContext(const Driver &driver, CuDevice device, CuContext context)
      : driver(driver), device(device), context(context) {}

  CuContext context;
};

} // namespace attnc
