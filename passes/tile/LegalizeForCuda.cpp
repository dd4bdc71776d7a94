// LegalizeForCuda.cpp - the contract of the CUDA printer: only ops it knows, every repeated scalar named.
#include "passes/tile/TilePasses.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_TILELEGALIZEFORCUDAPASS
#include "passes/tile/TilePasses.h.inc"

namespace {

using namespace tile;

bool hasPrinter(Operation *op) {
  if (isa<TileDialect>(op->getDialect()))
    return true;
  // C++'s && and || are for conditions, its comparisons of int are signed, and of float ordered (but for !=).
  if (isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(op))
    return op->getResult(0).getType().isInteger(1);
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    return compare.getPredicate() <= arith::CmpIPredicate::sge;
  if (auto compare = dyn_cast<arith::CmpFOp>(op)) {
    using P = arith::CmpFPredicate;
    return llvm::is_contained({P::OEQ, P::OGT, P::OGE, P::OLT, P::OLE, P::UNE}, compare.getPredicate());
  }
  // float(x) of a signed or a bool operand; bool(x) and int(x) would not be what narrowing and i1 signs mean.
  if (isa<arith::UIToFPOp, arith::ExtUIOp>(op))
    return op->getOperand(0).getType().isInteger(1);
  return isa<arith::ConstantOp, arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::DivSIOp,
             arith::FloorDivSIOp, arith::CeilDivSIOp, arith::MinSIOp, arith::MaxSIOp, arith::SelectOp,
             arith::IndexCastOp, arith::SIToFPOp, arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
             arith::NegFOp, arith::MinNumFOp, arith::MaxNumFOp, math::ExpOp, math::Exp2Op, math::LogOp, math::SqrtOp,
             math::TanhOp, math::ErfOp, math::AbsFOp>(op);
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
    if (result.wasInterrupted() || failed(checkConstants()))
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

  /// A constant's name is declared once, at the top of the text.
  LogicalResult checkConstants() {
    llvm::StringMap<ConstantOp> first;
    auto result = getOperation().walk([&](ConstantOp op) {
      auto [found, inserted] = first.try_emplace(op.getName(), op);
      if (inserted || found->second.getValue() == op.getValue())
        return WalkResult::advance();
      InFlightDiagnostic diagnostic = op.emitOpError("expected one value for ")
                                      << op.getName() << ", got " << op.getValue();
      diagnostic.attachNote(found->second.getLoc()) << "another value is " << found->second.getValue();
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
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
