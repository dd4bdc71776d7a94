// ConvertAttnToTile.cpp - the pass around KernelLowering.
#include "passes/lower/KernelLowering.h"
#include "passes/lower/LowerPasses.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_CONVERTATTNTOTILEPASS
#include "passes/lower/LowerPasses.h.inc"

namespace {
struct ConvertAttnToTilePass : impl::ConvertAttnToTilePassBase<ConvertAttnToTilePass> {
  void runOnOperation() override {
    SmallVector<attn::KernelOp> kernels(getOperation().getOps<attn::KernelOp>());
    for (attn::KernelOp kernel : kernels) {
      auto schedule = kernel->getAttrOfType<tile::ScheduleAttr>("tile.schedule");
      if (!schedule) {
        kernel.emitOpError("expected a tile.schedule, got none: run attn-choose-schedule first");
        return signalPassFailure();
      }
      if (failed(lower::KernelLowering(kernel, schedule).run()))
        return signalPassFailure();
      kernel.erase();
    }
  }
};
} // namespace
} // namespace attnc
