// TileOps.cpp - verifiers of memory and compute ops.
#include "dialect/tile/Layout.h"
#include "dialect/tile/Tile.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace attnc::tile;

#define GET_OP_CLASSES
#include "dialect/tile/TileOps.cpp.inc"

LogicalResult CurrentOp::verify() {
  int64_t stages = getRing().getType().getStages().getSize();
  int64_t ahead = getAhead();
  if (ahead < 0 || ahead >= stages) // C1
    return emitOpError("expected a slot less than ") << stages << " ahead, got " << ahead;
  if (getSlot().getType() != getRing().getType().slot())
    return emitOpError("expected a slot of ")
           << getRing().getType().slot() << ", got " << getSlot().getType();
  return success();
}

LogicalResult ReuseOp::verify() {
  SharedType tile = getTile().getType(), result = getResult().getType();
  if (result.bytes() > tile.bytes()) // C1
    return emitOpError("expected a tile of at most ") << tile.bytes() << " bytes, got " << result.bytes();
  return success();
}

LogicalResult CopyAsyncOp::verify() {
  GlobalRowsType src = getSrc().getType();
  SharedType dst = getDst().getType();
  if ((src.getColumns().getSize() + 15) / 16 * 16 != dst.columns() ||
      src.getElementType() != dst.getElementType()) // C1
    return emitOpError("expected source and destination rows to agree, got ") << src << " and " << dst;
  if (getWhere().empty())
    return success();
  Operation *yield = getWhere().front().empty() ? nullptr : &getWhere().front().back();
  Builder builder(getContext());
  if (TypeRange(getWhere().getArgumentTypes()) != TypeRange(builder.getIndexType()) || // C2
      !isa_and_nonnull<YieldOp>(yield) || TypeRange(yield->getOperandTypes()) != TypeRange(builder.getI1Type()))
    return emitOpError("expected where to map an index to i1");
  return success();
}

LogicalResult StoreSharedOp::verify() {
  FragmentType src = getSrc().getType();
  SharedType dst = getDst().getType();
  if (src.rows() != dst.rows() || src.columns() != dst.columns()) // C1
    return emitOpError("expected sizes to agree, got ") << src << " and " << dst;
  return success();
}

LogicalResult StoreFragmentOp::verify() {
  GlobalRowsType dst = getDst().getType();
  if (!dst.getElementType().isF32() || !dst.getWritable() ||
      (dst.getColumns().getSize() + 15) / 16 * 16 != getSrc().getType().columns()) // C1
    return emitOpError("expected writable f32 rows of the fragment's columns, got ")
           << dst << " for " << getSrc().getType();
  return success();
}

LogicalResult MmaAbtOp::verify() {
  FragmentType dst = getDst().getType();
  SharedType a = getA().getType(), b = getB().getType();
  if (a.rows() != dst.rows() || b.rows() != dst.columns() || a.columns() != b.columns()) // C1
    return emitOpError("expected (m x k) and (n x k) for m x n, got ") << a << " and " << b << " for " << dst;
  if (a.getElementType() != b.getElementType()) // C2
    return emitOpError("expected one element type, got ") << a << " and " << b;
  return success();
}

LogicalResult MmaAbOp::verify() {
  FragmentType dst = getDst().getType();
  WeightsType a = getA().getType();
  SharedType b = getB().getType();
  if (a.rows() != dst.rows() || b.columns() != dst.columns() || a.columns() != b.rows()) // C1
    return emitOpError("expected (m x k) and (k x n) for m x n, got ") << a << " and " << b << " for " << dst;
  if (a.getElementType() != b.getElementType()) // C2
    return emitOpError("expected one element type, got ") << a << " and " << b;
  return success();
}

static LogicalResult verifyMapRegion(Operation *op, Region &body, unsigned indices) {
  Builder builder(op->getContext());
  SmallVector<Type> expected{builder.getF32Type()};
  expected.append(indices, builder.getIndexType());
  if (TypeRange(body.getArgumentTypes()) != TypeRange(expected)) // C1
    return op->emitOpError("expected a region over (") << expected << "), got (" << body.getArgumentTypes()
                                                       << ")";
  Operation *yield = body.front().getTerminator();
  if (yield->getNumOperands() != 1 || !yield->getOperand(0).getType().isF32())
    return op->emitOpError("expected the region to yield f32, got (") << yield->getOperandTypes() << ")";
  return success();
}

LogicalResult MapOp::verify() { return verifyMapRegion(*this, getBody(), 2); }
LogicalResult MapRowsOp::verify() { return verifyMapRegion(*this, getBody(), 1); }

LogicalResult ConvertOp::verify() {
  FragmentType src = getSrc().getType();
  WeightsType dst = getResult().getType();
  if (src.rows() != dst.rows() || src.columns() != dst.columns() || src.getWarps() != dst.getWarps()) // C1
    return emitOpError("expected sizes and warps to agree, got ") << src << " and " << dst;
  return success();
}
