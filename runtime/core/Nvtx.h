// Nvtx.h - named ranges for profilers, where NVTX's headers were there at build time.
//
// Must not cost anything without a profiler: NVTX 3 is a null check then.
#pragma once

#ifdef ATTNC_HAVE_NVTX
#include <nvtx3/nvToolsExt.h>
#endif

namespace attnc {

/// A range from construction to destruction, on the calling thread.
class NvtxRange {
public:
#ifdef ATTNC_HAVE_NVTX
  explicit NvtxRange(const char *name) { nvtxRangePushA(name); }
  ~NvtxRange() { nvtxRangePop(); }
#else
  explicit NvtxRange(const char *) {}
#endif
  NvtxRange(const NvtxRange &) = delete;
  NvtxRange &operator=(const NvtxRange &) = delete;
};

} // namespace attnc
