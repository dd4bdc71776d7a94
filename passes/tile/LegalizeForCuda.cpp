// LegalizeForCuda.cpp - the contract of the CUDA printer: only ops it knows, every repeated scalar named.
#include "passes/tile/TilePasses.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_TILELEGALIZEFORCUDAPASS
#include "passes/tile/TilePasses.h.inc"

namespace {

using namespace tile;

bool hasPrinter(Operation *op) {
  if (isa<TileDialect>(op->getDialect()))
    return true;
  return isa<arith::ConstantOp, arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::DivSIOp,
             arith::FloorDivSIOp, arith::CeilDivSIOp, arith::MinSIOp, arith::MaxSIOp, arith::AndIOp,
             arith::OrIOp, arith::XOrIOp, arith::CmpIOp, arith::CmpFOp, arith::SelectOp, arith::IndexCastOp,
             arith::SIToFPOp, arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp, arith::NegFOp,
             arith::MinimumFOp, arith::MaximumFOp, arith::MinNumFOp, arith::MaxNumFOp, arith::ExtUIOp,
             arith::ExtSIOp, arith::TruncIOp, arith::UIToFPOp, math::ExpOp, math::LogOp, math::SqrtOp,
             math::TanhOp, math::ErfOp, math::AbsFOp, math::AbsIOp, math::Exp2Op>(op);
}

/// Worth a name of its own when used twice: an expression, not a leaf.
bool isExpression(Operation *op) {
  return op->getNumResults() == 1 && op->getNumOperands() > 0 && op->getResult(0).getType().isIntOrIndexOrFloat() &&
         !isa<LetOp, arith::IndexCastOp>(op);
}

StringRef nameFor(Operation *op) {
  if (isa<ReadSideOp>(op))
    return "element";
  if (op->getResult(0).getType().isInteger(1))
    return "holds";
  return op->getResult(0).getType().isF32() ? "value" : "offset";
}

struct LegalizeForCudaPass : impl::TileLegalizeForCudaPassBase<LegalizeForCudaPass> {
  void runOnOperation() override {
    SmallVector<Operation *> repeated;
    auto result = getOperation().walk([&](Operation *op) {
      if (!hasPrinter(op)) {
        op->emitError("expected an op that the CUDA printer knows, got '") << op->getName() << "'";
        return WalkResult::interrupt();
      }
      if (isExpression(op) && !op->getResult(0).use_empty() && !op->getResult(0).hasOneUse())
        repeated.push_back(op);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    for (Operation *op : repeated) {
      OpBuilder b(op->getContext());
      b.setInsertionPointAfter(op);
      Value value = op->getResult(0);
      auto let = LetOp::create(b, op->getLoc(), value.getType(), nameFor(op), value);
      value.replaceAllUsesExcept(let.getResult(), let);
    }
    removeUnused();
  }

  /// Constants and scalars that nothing reads would be printed as unused declarations.
  void removeUnused() {
    bool changed = true;
    while (changed) {
      changed = false;
      SmallVector<Operation *> dead;
      getOperation().walk([&](Operation *op) {
        if (op != getOperation() && isOpTriviallyDead(op))
          dead.push_back(op);
      });
      for (Operation *op : dead) {
        op->erase();
        changed = true;
      }
    }
  }
};

} // namespace
} // namespace attnc
