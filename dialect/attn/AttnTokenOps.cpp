// AttnTokenOps.cpp - verifiers of the ops between arguments and attention, and the way back through them.
#include "dialect/attn/Attn.h"

using namespace mlir;
using namespace attnc::attn;

StringRef attnc::attn::axesOf(Layout layout) {
  return layout == Layout::Packed ? "shd" : layout == Layout::Padded ? "bshd" : stringifyLayout(layout);
}

TokenSource attnc::attn::tokenSource(Value tokens) {
  TokenSource source;
  if (auto slice = tokens.getDefiningOp<SliceHeadsOp>()) {
    source.firstHead = slice.getFirst();
    tokens = slice.getTokens();
  }
  if (auto biased = tokens.getDefiningOp<AddBiasOp>()) {
    source.bias = dyn_cast<BlockArgument>(biased.getBias());
    tokens = source.bias ? biased.getTokens() : Value();
  }
  source.tokens = dyn_cast_if_present<BlockArgument>(tokens);
  return source;
}

LogicalResult SliceHeadsOp::verify() {
  TokensType tokens = getTokens().getType(), result = getResult().getType();
  int64_t first = getFirst(), end = first + result.getHeads();
  if (first < 0 || end > tokens.getHeads()) // C1
    return emitOpError("expected heads within ")
           << tokens.getHeads() << ", got " << first << " to " << end - 1;
  if (TokensType::get(getContext(), tokens.getHeads(), result.getDim(), result.getElementType(),
                      result.getLayout()) != tokens) // C2
    return emitOpError("expected tokens that differ in heads only, got ") << tokens << " and " << result;
  return success();
}

LogicalResult AddBiasOp::verify() {
  TokensType tokens = getTokens().getType();
  SideType bias = getBias().getType();
  Builder builder(getContext());
  ArrayAttr shape = builder.getArrayAttr(
      {builder.getI64IntegerAttr(tokens.getHeads()), builder.getI64IntegerAttr(tokens.getDim())});
  if (bias.getShape() != shape || bias.getElementType() != tokens.getElementType()) // C1
    return emitOpError("expected a bias of ")
           << SideType::get(getContext(), shape, tokens.getElementType()) << ", got " << bias;
  if (!isa<BlockArgument>(getTokens()) || !getTokens().hasOneUse()) // C2
    return emitOpError("expected tokens that are an argument without another use, got ") << getTokens();
  return success();
}
