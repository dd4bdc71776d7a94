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
  return isa<arith::ConstantOp, arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::DivSIOp, arith::RemSIOp,
             arith::FloorDivSIOp, arith::CeilDivSIOp, arith::MinSIOp, arith::MaxSIOp, arith::SelectOp,
             arith::IndexCastOp, arith::SIToFPOp, arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
             arith::NegFOp, arith::MinNumFOp, arith::MaxNumFOp, math::ExpOp, math::Exp2Op, math::LogOp,
             math::SqrtOp, math::TanhOp, math::ErfOp, math::AbsFOp>(op);
}

/// Worth a name of its own when used twice: an expression, not a leaf. A cast is worth what it casts.
bool isExpression(Operation *op) {
  if (auto cast = dyn_cast<arith::IndexCastOp>(op)) {
    Operation *source = cast.getIn().getDefiningOp();
    return source && isExpression(source);
  }
  return op->getNumResults() == 1 && op->getNumOperands() > 0 &&
         op->getResult(0).getType().isIntOrIndexOrFloat() && !isa<LetOp>(op);
}

/// A field of the parameter struct.
bool isField(Type type) {
  return isa<PointerType>(type) || type.isIndex() || type.isInteger(32) || type.isInteger(64) || type.isF32();
}

LogicalResult checkArguments(KernelOp kernel) {
  for (auto [index, type] : llvm::enumerate(kernel.getArgumentTypes()))
    if (!isField(type))
      return kernel.emitOpError("expected pointers, index, i32, i64 and f32 for arguments, got ")
             << type << " for " << kernel.argumentName(index);
  return success();
}

LogicalResult checkStorage(AllocOp alloc) {
  if (!isa<SharedType, RingType>(alloc.getStorage().getType()) || alloc.getOffset())
    return success();
  return alloc.emitOpError(
      "expected an offset in shared memory, got none: run tile-plan-shared-memory first");
}

/// The text computes a slot where it is used: there the ring must stand where it stood at the op.
LogicalResult checkSlot(CurrentOp current) {
  for (Operation *user : current->getUsers()) {
    Operation *next = current->getNextNode();
    for (; next && !next->isAncestor(user); next = next->getNextNode())
      if (next->walk([&](AdvanceOp advance) {
                return advance.getRing() == current.getRing() ? WalkResult::interrupt()
                                                              : WalkResult::advance();
              })
              .wasInterrupted())
        break;
    if (next == user)
      continue;
    InFlightDiagnostic diagnostic =
        current.emitOpError("expected every use in this block, before the ring advances, got another");
    diagnostic.attachNote(user->getLoc()) << "the use is here";
    return diagnostic;
  }
  return success();
}

/// An index is 32 bits in the text: a float of one needs no detour by i64, which the hardware converts
/// slowly.
void narrow(arith::SIToFPOp op) {
  auto wide = op.getIn().getDefiningOp<arith::IndexCastOp>();
  if (!wide || !wide.getIn().getType().isIndex() || !wide.getType().isInteger(64))
    return;
  OpBuilder b(wide);
  op.getInMutable().assign(
      arith::IndexCastOp::create(b, wide.getLoc(), b.getI32Type(), wide.getIn()).getResult());
  if (wide->use_empty())
    wide.erase();
}

StringRef nameFor(Operation *op) {
  if (auto cast = dyn_cast<arith::IndexCastOp>(op))
    return nameFor(cast.getIn().getDefiningOp());
  if (isa<ReadSideOp>(op))
    return "element";
  if (isa<NextTileOp>(op))
    return "next";
  if (op->getResult(0).getType().isInteger(1))
    return "holds";
  return op->getResult(0).getType().isF32() ? "value" : "offset";
}

struct LegalizeForCudaPass : impl::TileLegalizeForCudaPassBase<LegalizeForCudaPass> {
  void runOnOperation() override {
    if (failed(checkArguments(getOperation())))
      return signalPassFailure();
    getOperation().walk(narrow);
    SmallVector<Operation *> repeated;
    auto result = getOperation().walk([&](Operation *op) {
      if (!hasPrinter(op)) {
        op->emitError("expected an op that the CUDA printer knows, got '") << op->getName() << "'";
        return WalkResult::interrupt();
      }
      if (auto alloc = dyn_cast<AllocOp>(op); alloc && failed(checkStorage(alloc)))
        return WalkResult::interrupt();
      if (auto current = dyn_cast<CurrentOp>(op); current && failed(checkSlot(current)))
        return WalkResult::interrupt();
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

  /// A constant's name is declared once, at the top of the text: a tile.constant, a tile.table, a size of a
  /// type, a loop's step, the dim of a rotation, or the warps and threads of the schedule.
  LogicalResult checkConstants() {
    struct First {
      Attribute value;
      mlir::Location where;
    };
    llvm::StringMap<First> first;
    Builder b(&getContext());
    auto check = [&](Operation *op, StringRef name, Attribute value) -> LogicalResult {
      auto [found, inserted] = first.try_emplace(name, First{value, op->getLoc()});
      if (inserted || found->second.value == value)
        return success();
      InFlightDiagnostic diagnostic = op->emitOpError("expected one value for ") << name << ", got " << value;
      diagnostic.attachNote(found->second.where) << "another value is " << found->second.value;
      return diagnostic;
    };
    ScheduleAttr schedule = getOperation().getSchedule();
    (void)check(getOperation(), "kWarps", b.getIndexAttr(schedule.getWarps()));
    (void)check(getOperation(), "kThreads", b.getIndexAttr(schedule.threads()));
    auto result = getOperation().walk([&](Operation *op) -> WalkResult {
      if (auto constant = dyn_cast<ConstantOp>(op))
        return check(op, constant.getName(), constant.getValue());
      auto checkDim = [&](DimAttr dim) -> WalkResult {
        return check(op, dim.getName(), b.getIndexAttr(dim.getSize()));
      };
      if (auto loop = dyn_cast<LoopOp>(op))
        return checkDim(loop.getStep());
      if (auto table = dyn_cast<TableOp>(op))
        return check(op, table.getName(), table.getValuesAttr());
      if (auto rope = dyn_cast<RopeOp>(op))
        return checkDim(rope.getDim());
      for (Type type : op->getResultTypes())
        if (type.walk(checkDim).wasInterrupted())
          return WalkResult::interrupt();
      return WalkResult::advance();
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
