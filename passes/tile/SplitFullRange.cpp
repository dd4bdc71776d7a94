// SplitFullRange.cpp - one loop with a proved full range becomes left edge, interior and right edge.
#include "passes/tile/TilePasses.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_TILESPLITFULLRANGEPASS
#include "passes/tile/TilePasses.h.inc"

namespace {

using namespace tile;

struct SplitFullRangePass : impl::TileSplitFullRangePassBase<SplitFullRangePass> {
  void runOnOperation() override {
    SmallVector<LoopOp> loops;
    getOperation().walk([&](LoopOp loop) {
      if (loop.getFullBegin())
        loops.push_back(loop);
    });
    for (LoopOp loop : loops)
      split(loop);
  }

  void split(LoopOp loop) {
    Value fullBegin = loop.getFullBegin(), fullEnd = loop.getFullEnd();
    if (loop.getBegin() != fullBegin)
      clone(loop, "left edge", loop.getBegin(), fullBegin);
    LoopOp interior = clone(loop, "interior", fullBegin, fullEnd);
    clone(loop, "right edge", fullEnd, loop.getEnd());
    dropMasks(interior);
    loop.erase();
  }

  static LoopOp clone(LoopOp loop, StringRef name, Value begin, Value end) {
    OpBuilder b(loop);
    auto copy = LoopOp::create(b, loop.getLoc(), name, begin, end, loop.getStep(), Value(), Value());
    IRMapping mapping;
    loop.getBody().cloneInto(&copy.getBody(), mapping);
    return copy;
  }

  static void dropMasks(LoopOp interior) {
    for (Operation &op : llvm::make_early_inc_range(interior.getBody().front())) {
      if (auto map = dyn_cast<MapOp>(op); map && map.getBoundary())
        map.erase();
      else if (auto softmax = dyn_cast<OnlineSoftmaxOp>(op); softmax && !softmax.getScoresMayBeInfinite())
        softmax.setMayBeEmpty(false);
    }
  }
};

} // namespace
} // namespace attnc
