// InsertBarriers.cpp - puts the waits and syncs that AsyncHazards found before the ops that need them.
#include "passes/tile/AsyncHazards.h"
#include "passes/tile/TilePasses.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_TILEINSERTBARRIERSPASS
#include "passes/tile/TilePasses.h.inc"

namespace {
struct InsertBarriersPass : impl::TileInsertBarriersPassBase<InsertBarriersPass> {
  void runOnOperation() override {
    for (auto &[op, need] : tile::findHazards(getOperation())) {
      if (need.pendingGroups && *need.pendingGroups < 0) {
        op->emitOpError("expected a tile.commit between this op and the copy that fills its tile, got none");
        return signalPassFailure();
      }
      OpBuilder b(op);
      // A slot's address is computed next to its use; keep the two together.
      for (Operation *previous = op->getPrevNode();
           previous &&
           isa<tile::CurrentOp, arith::AddIOp, arith::MulIOp, arith::ConstantOp, tile::ConstantOp>(previous);
           previous = previous->getPrevNode())
        b.setInsertionPoint(previous);
      if (need.pendingGroups)
        tile::WaitOp::create(b, op->getLoc(), *need.pendingGroups);
      if (need.sync)
        tile::SyncOp::create(b, op->getLoc());
    }
  }
};
} // namespace
} // namespace attnc
