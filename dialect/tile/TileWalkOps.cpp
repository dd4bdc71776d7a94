// TileWalkOps.cpp - verifiers of the ops that say which tiles a loop visits.
#include "dialect/tile/Tile.h"

using namespace mlir;
using namespace attnc::tile;

LogicalResult WalkSpansOp::verify() {
  if (getBegins().empty()) // C1
    return emitOpError("expected at least one span, got none");
  return success();
}

LogicalResult WalkBlocksOp::verify() {
  if (!getPointer().getType().getElementType().isInteger(32)) // C1
    return emitOpError("expected a map of i32, got ") << getPointer().getType();
  return success();
}

LogicalResult TileIsFullOp::verify() {
  if (!getWalk().getDefiningOp<WalkBlocksOp>()) // C1
    return emitOpError("expected the walk of a block map, got another");
  return success();
}

LogicalResult ClassifyTilesOp::verify() {
  PointerType pointer = getPointer().getType();
  if (!pointer.getElementType().isInteger(32) || !pointer.getWritable()) // C1
    return emitOpError("expected a writable map of i32, got ") << pointer;
  Type index = IndexType::get(getContext());
  if (TypeRange(getBody().getArgumentTypes()) != TypeRange({index, index})) // C2
    return emitOpError("expected a region over two indices, got (") << getBody().getArgumentTypes() << ")";
  Operation *yield = getBody().front().getTerminator();
  if (yield->getNumOperands() != 1 || !yield->getOperand(0).getType().isInteger(1))
    return emitOpError("expected the region to yield i1, got (") << yield->getOperandTypes() << ")";
  return success();
}
