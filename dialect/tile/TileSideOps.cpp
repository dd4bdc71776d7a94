// TileSideOps.cpp - verifiers of the ops that read and write elements of side tensors, statistics and dumps.
#include "dialect/tile/Tile.h"

using namespace mlir;
using namespace attnc::tile;

LogicalResult ViewSideOp::verify() {
  PointerType pointer = getPointer().getType();
  SideType side = getSide().getType();
  if (pointer.getElementType() != side.getElementType()) // C1
    return emitOpError("expected pointer and tensor of one element type, got ") << pointer << " and " << side;
  if (int64_t(getShape().size()) != side.getRank()) // C2
    return emitOpError("expected one size per axis (") << side.getRank() << "), got " << getShape().size();
  return success();
}

/// C1 and C2 of the ops that walk along the last axis of a side tensor.
template <class Op> static LogicalResult verifyRowOp(Op op) {
  SideType side = op.getSide().getType();
  if (int64_t(op.getIndices().size()) + 1 != side.getRank()) // C1
    return op.emitOpError("expected one index per axis but the last (")
           << side.getRank() - 1 << "), got " << op.getIndices().size();
  if (!side.getElementType().isInteger(32)) // C2
    return op.emitOpError("expected a side tensor of i32, got ") << side;
  return success();
}
LogicalResult SearchSideOp::verify() { return verifyRowOp(*this); }
LogicalResult ReachesOp::verify() { return verifyRowOp(*this); }

/// C1 of the stores to global floats.
template <class Op> static LogicalResult verifyFloatStore(Op op) {
  PointerType pointer = op.getPointer().getType();
  if (!pointer.getElementType().isF32() || !pointer.getWritable())
    return op.emitOpError("expected a writable pointer to f32, got ") << pointer;
  return success();
}
LogicalResult StoreMaxOp::verify() { return verifyFloatStore(*this); }
LogicalResult DumpOp::verify() {
  auto fragment = dyn_cast<FragmentType>(getSrc().getType());
  if (fragment && fragment.columns() != getStep().getSize()) // C2
    return emitOpError("expected a fragment of ") << getStep().getSize() << " columns, got " << fragment;
  if (fragment && getPartial()) // C3
    return emitOpError("expected 'partial' for a row vector, got ") << fragment;
  if (bool(getGroup()) != bool(getGroupStride())) // C4
    return emitOpError("expected a group with its stride, got ") << (getGroup() ? "no stride" : "no group");
  return verifyFloatStore(*this); // C1
}
LogicalResult StoreConstantOp::verify() { return verifyFloatStore(*this); }

LogicalResult ReadSideOp::verify() {
  SideType side = getSide().getType();
  if (int64_t(getIndices().size()) != side.getRank()) // C1
    return emitOpError("expected one index per axis (") << side.getRank() << "), got " << getIndices().size();
  Type element = side.getElementType();
  Type expected = isa<FloatType>(element) ? Float32Type::get(getContext()) : element;
  if (getResult().getType() != expected) // C2
    return emitOpError("expected a result of ") << expected << ", got " << getResult().getType();
  return success();
}
