// LegalizeForSm75.cpp - what begins with sm_80 is replaced by what sm_75 has. Places no barriers.
#include "passes/tile/TilePasses.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_TILELEGALIZEFORSM75PASS
#include "passes/tile/TilePasses.h.inc"

namespace {
struct LegalizeForSm75Pass : impl::TileLegalizeForSm75PassBase<LegalizeForSm75Pass> {
  void runOnOperation() override {
    SmallVector<Operation *> waits; // and commits
    getOperation().walk([&](Operation *op) {
      if (auto copy = dyn_cast<tile::CopyAsyncOp>(op))
        copy.setThroughRegisters(true);
      else if (auto store = dyn_cast<tile::StoreSharedOp>(op))
        store.setSingly(true);
      else if (auto addition = dyn_cast<tile::AddRowOp>(op))
        addition.setSingly(true);
      else if (auto product = dyn_cast<tile::ScaleRowOp>(op))
        product.setSingly(true);
      else if (auto decoded = dyn_cast<tile::DequantiseOp>(op))
        decoded.setSingly(true);
      else if (auto rope = dyn_cast<tile::RopeOp>(op))
        rope.setSingly(true);
      else if (isa<tile::CommitOp, tile::WaitOp>(op))
        waits.push_back(op);
    });
    for (Operation *op : waits)
      op->erase();
  }
};
} // namespace
} // namespace attnc
