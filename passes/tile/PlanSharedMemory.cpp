// PlanSharedMemory.cpp - offsets of shared tiles and rings in dynamic shared memory.
#include "passes/tile/TilePasses.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_TILEPLANSHAREDMEMORYPASS
#include "passes/tile/TilePasses.h.inc"

namespace {
struct PlanSharedMemoryPass : impl::TilePlanSharedMemoryPassBase<PlanSharedMemoryPass> {
  void runOnOperation() override {
    int64_t next = 0; // stays a multiple of 1024, a swizzle period: SharedType's C2 and C3
    getOperation().walk([&](tile::AllocOp alloc) {
      Type type = alloc.getStorage().getType();
      int64_t bytes = 0;
      if (auto shared = dyn_cast<tile::SharedType>(type))
        bytes = shared.bytes();
      else if (auto ring = dyn_cast<tile::RingType>(type))
        bytes = ring.bytes();
      else
        return;
      alloc.setOffset(next);
      next += bytes;
    });
    getOperation().setSharedBytes(next);
  }
};
} // namespace
} // namespace attnc
