// LowerQuantised.cpp - what becomes of the scales of quantised caches, and how new tokens get theirs.
//
// A scale for all tokens of a head folds: that of keys into the softmax scale, or by channel into the
// queries, that of values into the output. Scales by token do not, nor do those of keys that are rotated as
// they are read, so tiles of such tokens, and of elements of 4 bits, become tiles of 16-bit floats in shared
// memory (tile.dequantise), which are used like those of other caches.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

/// Whether tensor cores get these keys or values from 8 bits.
bool KernelLowering::decodesBytes(Value tokens) {
  return isQuantised(attn::storedElement(tokens)) && !attn::decodedInTiles(tokens) &&
         schedule.getMma() != tile::MmaKind::Plain;
}

/// Of a quantised cache with a scale for all or for each head, for the block's head.
Value KernelLowering::readCacheScale(const attn::CacheAccess &cache) {
  const bool byHead = isa<StringAttr>(cast<attn::SideType>(cache.scale.getType()).getShape()[0]);
  return tile::ReadSideOp::create(b, loc, b.getF32Type(), sideView(cache.scale),
                                  byHead ? at.kvHead : index(0));
}

/// What quantised keys or values are to be multiplied by as a whole; null for others.
Value KernelLowering::cacheScale(StringRef name, Value tokens) {
  attn::TokenSource from = attn::tokenSource(tokens);
  if (!from.cached || !from.cached.getScale() || attn::scaledInTiles(tokens))
    return {};
  attn::CacheAccess cache(from.cached);
  if (cache.scaledByChannel())
    return {};
  return let(name, readCacheScale(cache));
}

/// Before the loop: what quantised keys make of the softmax scale, and the scale of quantised values.
void KernelLowering::buildCacheScales() {
  Value keys = cacheScale("key_scale", attention.getK());
  valueScale = cacheScale("value_scale", attention.getV());
  if (attn::scaledInQueries(attention.getK()))
    keyScaleRow = viewScaleRow("k", attn::CacheAccess(attention.cachedKeys()), keyDim);
  if (!keys)
    return;
  if (!mapsScores()) {
    // A scale of 0 stands for keys of 0; the softmax takes positive ones, and scores times this are 0 as
    // well.
    Value least = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0x1p-100f));
    Value scale = arith::MulFOp::create(b, loc, softmaxScaleLog2(), keys);
    quantisedScale = let("scale_log2", arith::AddFOp::create(b, loc, scale, least));
    return;
  }
  Value scale = softmaxScale();
  quantisedScale = scale ? let("score_scale", arith::MulFOp::create(b, loc, scale, keys)) : keys;
}

/// Scales that are no cache, as rows of `columns`, of which the first is at `offset`.
Value KernelLowering::viewPlainScales(const Twine &name, BlockArgument scale, tile::DimAttr columns,
                                      Value offset, Value stride) {
  StringRef tensor = argument(scale);
  Type f32 = b.getF32Type();
  const int64_t bytes = columns.getSize() * 4;
  const int64_t alignment = std::min(rowAlignment(f32, /*strided=*/false), bytes & -bytes);
  tile::GlobalRowsType rows = plainRows(columns, f32, /*writable=*/false, alignment);
  Value pointer = field(tensor, tile::PointerType::get(b.getContext(), f32, false), "tensor:" + tensor);
  SmallVector<std::string> shape;
  for (Attribute axis : cast<attn::SideType>(scale.getType()).getShape())
    shape.push_back(axisFormula(axis));
  if (!hasTensor(tensor))
    addTensor(tensor, f32, shape, /*output=*/false, /*strided=*/false, alignment);
  return tile::ViewRowsOp::create(b, loc, rows, name.str(), pointer, offset, stride);
}

/// The scales by channel of the block's KV head.
Value KernelLowering::viewScaleRow(StringRef part, const attn::CacheAccess &cache, tile::DimAttr columns) {
  Value width = widen(constant(columns.getName(), columns.getSize()));
  return viewPlainScales(part + "_scale_row", cache.scale, columns, mul(widen(at.kvHead), width), width);
}

/// How a tile of tokens gets its scales, if it does.
void KernelLowering::viewTileScales(StringRef part, const attn::CacheAccess &cache, tile::DimAttr columns,
                                    Value head, Operand &operand) {
  if (cache.scaledByToken()) {
    operand.scales = viewScales(part, cache, head, /*writable=*/false);
  } else if (cache.scaledByChannel()) {
    operand.channelScales = viewScaleRow(part, cache, columns);
  } else { // one for all rows: they are no elements apart
    const bool byHead = isa<StringAttr>(cast<attn::SideType>(cache.scale.getType()).getShape()[0]);
    auto one = tile::DimAttr::get(b.getContext(), part == "k" ? "kKeyGroups" : "kValueGroups", 1);
    operand.scales = viewPlainScales(part + "_scale_rows", cache.scale, one, widen(byHead ? head : index(0)),
                                     widen(index(0)));
  }
}

/// The scales by token, where the tokens are.
Value KernelLowering::viewScales(StringRef part, const attn::CacheAccess &cache, Value head, bool writable) {
  const attn::CacheAccess scales = cache.scales();
  auto groups =
      tile::DimAttr::get(b.getContext(), part == "k" ? "kKeyGroups" : "kValueGroups", scales.type().getDim());
  return viewCache((part + "_scale").str(), scales, groups, head, writable);
}

/// Columns of a cache's rows: of elements of 4 bits those of bytes.
tile::DimAttr KernelLowering::storedColumns(const attn::CacheAccess &cache, tile::DimAttr columns) {
  if (!cache.type().hasHalfBytes())
    return columns;
  return tile::DimAttr::get(b.getContext(), (columns.getName() + "Bytes").str(), columns.getSize() / 2);
}

/// The tile of keys or values that is multiplied, and before it, where it is made from one, that of what is
/// stored.
Value KernelLowering::allocTile(StringRef part, Value tokens, tile::DimAttr width, Operand &operand) {
  auto alloc = [&](const Twine &name, tile::DimAttr columns, Type element) -> Value {
    Type type = tile::SharedType::get(b.getContext(), tileKv, columns, element);
    return tile::AllocOp::create(b, loc, type, name.str(), IntegerAttr());
  };
  if (!attn::decodedInTiles(tokens))
    return alloc(part + "_tile", width, attn::storedElement(tokens));
  const attn::CacheAccess cache(attn::tokenSource(tokens).cached);
  operand.bytes = alloc(part + "_bytes", storedColumns(cache, width), attn::storedElement(tokens));
  return alloc(part + "_tile", width, cast<attn::TokensType>(tokens.getType()).getElementType());
}

/// Queries take the scales of keys by channel: q . (k s) = (q s) . k.
void KernelLowering::scaleQueries(Value qTile) {
  if (keyScaleRow)
    tile::ScaleRowOp::create(b, loc, keyScaleRow, qTile, /*singly=*/false);
}

/// What a column of the output is multiplied by, where values have scales by channel; null elsewhere.
Value KernelLowering::valueFactor(Value column) {
  attn::CachedOp cached = attn::tokenSource(attention.getV()).cached;
  if (!cached || !attn::CacheAccess(cached).scaledByChannel())
    return {};
  Value view = sideView(attn::CacheAccess(cached).scale);
  return tile::ReadSideOp::create(b, loc, b.getF32Type(), view, ValueRange{at.kvHead, column});
}

/// The tile of new tokens in 8 or 4 bits an element. Tokens from `end` on have no place; scales by token are
/// stored here.
Value KernelLowering::quantise(const NewTokens &tokens, const attn::CacheAccess &cache, Value end) {
  auto type = cast<tile::SharedType>(tokens.tile.getType());
  auto bytes = tile::SharedType::get(b.getContext(), type.getRows(), storedColumns(cache, type.getColumns()),
                                     cache.type().getStored());
  Value to = tile::AllocOp::create(b, loc, bytes, (tokens.part + "_bytes").str(), IntegerAttr());
  if (cache.scaledByToken()) {
    Value scales = viewScales(tokens.part, cache, at.kvHead, /*writable=*/true);
    tile::QuantiseRowsOp::create(b, loc, tokens.tile, scales, at.firstPosition, index(0), end, to);
    return to;
  }
  if (cache.scaledByChannel()) {
    Value divisors = viewScaleRow(tokens.part, cache, tokens.columns);
    tile::QuantiseOp::create(b, loc, tokens.tile, Value(), divisors, to);
    return to;
  }
  Value scale = readCacheScale(cache);
  Value one = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(1));
  Value factor = let((tokens.part + "_factor").str(), arith::DivFOp::create(b, loc, one, scale));
  tile::QuantiseOp::create(b, loc, tokens.tile, factor, Value(), to);
  return to;
}
