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
    LoopOp interior = clone(loop, "interior", afterGap(loop, fullBegin), fullEnd);
    clone(loop, "right edge", afterGap(loop, fullEnd), loop.getEnd());
    dropMasks(interior);
    loop.erase();
  }

  /// Where the walk goes on that would be at `position` without the gap.
  static Value afterGap(LoopOp loop, Value position) {
    if (!loop.getGapBegin() || position == loop.getBegin())
      return position;
    OpBuilder b(loop);
    return SkipOp::create(b, loop.getLoc(), position, loop.getGapBegin(), loop.getGapEnd());
  }

  static LoopOp clone(LoopOp loop, StringRef name, Value begin, Value end) {
    OpBuilder b(loop);
    auto copy = LoopOp::create(b, loop.getLoc(), name, begin, end, loop.getStep(), Value(), Value(),
                               loop.getGapBegin(), loop.getGapEnd());
    IRMapping mapping;
    loop.getBody().cloneInto(&copy.getBody(), mapping);
    return copy;
  }

  /// Within the full range there is neither a hidden key nor a gap.
  static void dropMasks(LoopOp interior) {
    interior.getGapBeginMutable().clear();
    interior.getGapEndMutable().clear();
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
