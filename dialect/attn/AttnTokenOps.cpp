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
  if (auto cached = tokens ? tokens.getDefiningOp<CachedOp>() : CachedOp()) {
    source.cached = cached;
    tokens = cached.getCache();
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

LogicalResult CachedOp::verify() {
  CacheType cache = getCache().getType();
  TokensType tokens = getResult().getType();
  Layout layout = tokens.getLayout();
  if (cache.getHeads() != tokens.getHeads() || cache.getDim() != tokens.getDim() ||
      (!cache.isQuantised() && cache.getElementType() != tokens.getElementType()) ||
      (layout != Layout::Packed && layout != Layout::Padded)) // C1
    return emitOpError(
               "expected packed or padded tokens with the heads, dim and element type of the cache, got ")
           << cache << " and " << tokens;
  if (bool(getPages()) != cache.isPaged()) // C2
    return emitOpError("expected a page table for a paged cache and only for one, got ")
           << (getPages() ? "one" : "none") << " for " << cache;
  if (getPages()) {
    Builder builder(getContext());
    Attribute dense = builder.getStrArrayAttr({"batch", "max_pages"}),
              csr = builder.getStrArrayAttr({"total_pages"});
    SideType pages = getPages().getType();
    if (!pages.getElementType().isInteger(32) || (pages.getShape() != dense && pages.getShape() != csr))
      return emitOpError(
                 "expected a page table of i32, [\"batch\", \"max_pages\"] or [\"total_pages\"], got ")
             << pages;
  }
  if (!isa<BlockArgument>(getCache()) || (getPages() && !isa<BlockArgument>(getPages()))) // C3
    return emitOpError("expected a cache and a page table that are arguments of the kernel");
  if (bool(getScale()) != cache.isQuantised()) // C5
    return emitOpError("expected a scale for a quantised cache and only for one, got ")
           << (getScale() ? "one" : "none") << " for " << cache;
  if (getScale()) {
    Builder builder(getContext());
    SideType scale = getScale().getType();
    Attribute one = builder.getI64ArrayAttr(1), perHead = builder.getStrArrayAttr({"kv_heads"});
    if (!scale.getElementType().isF32() || (scale.getShape() != one && scale.getShape() != perHead) ||
        !isa<BlockArgument>(getScale()))
      return emitOpError("expected a scale that is an argument of f32, [1] or [\"kv_heads\"], got ") << scale;
  }
  if (getValues() && !cache.getPair()) // C4
    return emitOpError("expected 'values' of a pair only, got it of ") << cache;
  return success();
}

bool attnc::attn::columnsAreStrided(Value tokens) {
  TokenSource source = tokenSource(tokens);
  if (!source.cached)
    return axesOf(cast<TokensType>(tokens.getType()).getLayout()).back() != 'd';
  return stringifyCacheOrder(source.cached.getCache().getType().getOrder()).back() != 'd';
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
