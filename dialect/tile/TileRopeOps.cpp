// TileRopeOps.cpp - verifiers of the rotation and of the tables that it reads.
#include "dialect/tile/Tile.h"

using namespace mlir;
using namespace attnc::tile;

LogicalResult TableOp::verify() {
  PointerType pointer = getResult().getType();
  if (!pointer.getElementType().isF32() || pointer.getWritable()) // C1
    return emitOpError("expected a pointer to f32 to read only, got ") << pointer;
  if (getValues().empty()) // C2
    return emitOpError("expected a number at least, got none");
  return success();
}

LogicalResult RopeOp::verify() {
  int64_t dim = getDim().getSize(), columns = getDst().getType().columns();
  if (dim % 2 != 0 || dim > columns) // C1
    return emitOpError("expected an even dim up to ") << columns << ", got " << dim;
  bool tables = bool(getCos());
  if (bool(getFrequencies()) == tables || (tables && (getFactor() || getStretch())) ||
      tables != bool(getSin()) || (tables && getCos().getType() != getSin().getType())) // C2
    return emitOpError("expected frequencies, or cos and sin of one type without factor and stretch");
  if (getFrequencies() && !getFrequencies().getType().getElementType().isF32()) // C4
    return emitOpError("expected frequencies of f32, got ") << getFrequencies().getType();
  int64_t count = getSections() ? int64_t(getSections()->size())
                  : tables      ? getCos().getType().getRank() - 1
                                : 1;
  Type index = IndexType::get(getContext());
  Operation *yield = getAt().front().empty() ? nullptr : &getAt().front().back();
  if (TypeRange(getAt().getArgumentTypes()) != TypeRange(index) || !isa_and_nonnull<YieldOp>(yield) ||
      yield->getNumOperands() != count ||
      llvm::any_of(yield->getOperandTypes(), [&](Type type) { return type != index; })) // C3
    return emitOpError("expected a region of an index to ") << count << (count == 1 ? " index" : " indices");
  return success();
}
