// TileQuantiseOps.cpp - verifiers of what makes quantised elements of floats, and floats of them.
#include "dialect/tile/Tile.h"

using namespace mlir;
using namespace attnc::tile;

static bool isFloat16(SharedType tile) {
  return tile.getElementType().isF16() || tile.getElementType().isBF16();
}

/// Whether scales are f32, one for each group of a multiple of 16 columns.
static bool scalesGroups(GlobalRowsType scales, SharedType tile) {
  const int64_t groups = scales.getColumns().getSize();
  return scales.getElementType().isF32() && tile.columns() % (16 * groups) == 0;
}

/// Whether a tile of bytes holds the elements of one of floats: one each, or in i8 two.
static bool holdsElements(SharedType bytes, SharedType floats) {
  const bool halves = bytes.getElementType().isInteger(8) && 2 * bytes.columns() == floats.columns();
  return bytes.rows() == floats.rows() && (bytes.columns() == floats.columns() || halves);
}

/// C1 and C2 of what makes 8 bits of 16, or 4.
template <class Op> static LogicalResult verifyQuantise(Op op) {
  SharedType src = op.getSrc().getType(), dst = op.getDst().getType();
  if (!holdsElements(dst, src)) // C1
    return op.emitOpError("expected sizes to agree, or bytes of two elements, got ") << src << " and " << dst;
  if (!attnc::isQuantised(dst.getElementType()) || !isFloat16(src)) // C2
    return op.emitOpError("expected floats of 16 bits to be quantised, got ") << src << " and " << dst;
  return success();
}

/// Whether a row is f32 and has a number for each column.
static bool hasColumns(GlobalRowsType row, SharedType tile) {
  return row.getElementType().isF32() && !row.getStrided() && row.getColumns().getSize() == tile.columns();
}

LogicalResult ScaleRowOp::verify() {
  GlobalRowsType src = getSrc().getType();
  SharedType dst = getDst().getType();
  if (!hasColumns(src, dst)) // C1
    return emitOpError("expected a contiguous row of f32 with the tile's columns, got ")
           << src << " and " << dst;
  if (!isFloat16(dst)) // C2
    return emitOpError("expected a tile of 16-bit floats, got ") << dst;
  return success();
}

LogicalResult DequantiseOp::verify() {
  SharedType src = getSrc().getType(), dst = getDst().getType();
  if (!holdsElements(src, dst)) // C1
    return emitOpError("expected sizes to agree, or bytes of two elements, got ") << src << " and " << dst;
  if (!attnc::isQuantised(src.getElementType()) || !isFloat16(dst)) // C2
    return emitOpError("expected quantised elements to become floats of 16 bits, got ")
           << src << " and " << dst;
  if (bool(getScales()) != bool(getFirstRow()) ||
      (getScales() && !scalesGroups(getScales().getType(), dst))) // C3
    return emitOpError("expected scales of f32 for groups of a multiple of 16 columns, got ")
           << getOperandTypes();
  return success();
}

LogicalResult QuantiseOp::verify() {
  if (failed(verifyQuantise(*this))) // C1, C2
    return failure();
  if (bool(getFactor()) == bool(getDivisors())) // C3
    return emitOpError("expected a factor or divisors, got ") << (getFactor() ? "both" : "none");
  if (getDivisors() && !hasColumns(getDivisors().getType(), getSrc().getType())) // C3
    return emitOpError("expected a contiguous row of f32 with the tile's columns, got ")
           << getDivisors().getType() << " and " << getSrc().getType();
  return success();
}

LogicalResult QuantiseRowsOp::verify() {
  if (failed(verifyQuantise(*this))) // C1, C2
    return failure();
  if (!scalesGroups(getScales().getType(), getSrc().getType()) || !getScales().getType().getWritable()) // C3
    return emitOpError("expected writable scales of f32 for groups of a multiple of 16 columns, got ")
           << getScales().getType();
  return success();
}
