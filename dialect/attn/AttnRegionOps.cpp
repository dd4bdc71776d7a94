// AttnRegionOps.cpp - verifiers of the ops of mask and score regions.
#include "dialect/attn/Attn.h"

#include <cmath>

using namespace mlir;
using namespace attnc::attn;

LogicalResult SoftcapOp::verify() {
  double cap = getCap().convertToDouble();
  if (!(cap > 0) || !std::isfinite(cap)) // C1
    return emitOpError("expected a positive finite cap, got ") << cap;
  return success();
}

/// C1 and C2 of the ops that walk along the last axis of a side tensor.
template <class Op> static LogicalResult verifyRowOp(Op op) {
  SideType side = op.getSide().getType();
  if (int64_t(op.getIndices().size()) + 1 != side.getRank()) // C1
    return op.emitOpError("expected one index per axis but the last (")
           << side.getRank() - 1 << "), got " << op.getIndices().size();
  if (!side.getElementType().isInteger(32)) // C2
    return op.emitOpError("expected an i32 side tensor, got ") << side;
  return success();
}
LogicalResult SearchOp::verify() { return verifyRowOp(*this); }
LogicalResult ReachesOp::verify() { return verifyRowOp(*this); }

LogicalResult ReadOp::verify() {
  SideType side = getSide().getType();
  if (int64_t(getIndices().size()) != side.getRank()) // C1
    return emitOpError("expected one index per axis (") << side.getRank() << "), got " << getIndices().size();
  Type expected =
      isa<FloatType>(side.getElementType()) ? Builder(getContext()).getF32Type() : side.getElementType();
  if (getResult().getType() != expected) // C2
    return emitOpError("expected a result of ") << expected << ", got " << getResult().getType();
  return success();
}
