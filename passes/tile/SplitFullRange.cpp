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
    LoopOp interior = clone(loop, "interior", firstTile(loop, fullBegin), fullEnd);
    clone(loop, "right edge", firstTile(loop, fullEnd), loop.getEnd());
    dropMasks(interior);
    loop.erase();
  }

  /// The first tile that is visited from `position` on.
  static Value firstTile(LoopOp loop, Value position) {
    if (!loop.getWalk() || position == loop.getBegin())
      return position;
    OpBuilder b(loop);
    return NextTileOp::create(b, loop.getLoc(), loop.getWalk(), position);
  }

  static LoopOp clone(LoopOp loop, StringRef name, Value begin, Value end) {
    OpBuilder b(loop);
    auto copy = LoopOp::create(b, loop.getLoc(), name, begin, end, loop.getStep(), Value(), Value(),
                               loop.getWalk());
    IRMapping mapping;
    loop.getBody().cloneInto(&copy.getBody(), mapping);
    return copy;
  }

  /// Within the full range no key is hidden and no tile passed over.
  static void dropMasks(LoopOp interior) {
    interior.getWalkMutable().clear();
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
