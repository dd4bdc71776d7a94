// LowerRegions.cpp - score and mask regions become maps over a fragment with coordinates.
#include "passes/lower/KernelLowering.h"

#include "mlir/IR/Matchers.h"
#include "llvm/Support/SaveAndRestore.h"

#include <limits>

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

/// Beyond every position: the end of a search that has none of its own.
constexpr int64_t kWholeRow = 1 << 30;

std::string KernelLowering::axisFormula(Attribute axis) {
  if (auto size = dyn_cast<IntegerAttr>(axis))
    return std::to_string(size.getInt());
  StringRef name = cast<StringAttr>(axis).getValue();
  if (name == "heads")
    return std::to_string(attention.getQ().getType().getHeads());
  if (name == "kv_heads")
    return std::to_string(attention ? attention.getK().getType().getHeads()
                                    : caches().front().type().getHeads());
  if (isSelfAttention()) // the keys are the queries
    return name == "kv_len" ? "q_len" : name == "total_kv" ? "total_q" : name.str();
  return name.str();
}

Value KernelLowering::sideView(BlockArgument side) {
  auto [found, inserted] = sideViews.try_emplace(side, Value());
  if (!inserted)
    return found->second;
  auto type = cast<attn::SideType>(side.getType());
  std::string name = source.argumentName(side.getArgNumber()).str();
  SmallVector<Value> shape;
  SmallVector<std::string> formulas;
  for (Attribute axis : type.getShape()) {
    formulas.push_back(axisFormula(axis));
    int64_t size;
    if (!StringRef(formulas.back()).getAsInteger(10, size))
      shape.push_back(index(size));
    else
      shape.push_back(field((formulas.back() + "_dim"), b.getIndexType(), "dim:" + formulas.back()));
  }
  addTensor(name, type.getElementType(), formulas, /*output=*/false, /*strided=*/false, /*alignment=*/4);
  Value pointer =
      field(name, tile::PointerType::get(b.getContext(), type.getElementType(), false), "tensor:" + name);
  Value view = tile::ViewSideOp::create(
      b, side.getLoc(), tile::SideType::get(b.getContext(), type.getElementType(), type.getRank()), name,
      pointer, shape);
  sideViews[side] = view;
  return view;
}

void KernelLowering::buildSideViews() {
  auto isOfTokens = [](Operation *user) {
    return isa<attn::AddBiasOp, attn::CachedOp, attn::AppendOp>(user) ||
           (isa<attn::RopeOp>(user) &&
            llvm::any_of(user->getUsers(), [](Operation *next) { return isa<attn::AppendOp>(next); }));
  };
  for (BlockArgument argument : source.getBody().getArguments())
    if (isa<attn::SideType>(argument.getType()) && llvm::none_of(argument.getUsers(), isOfTokens))
      sideView(argument);
}

/// A value from outside the region: a run-time scalar becomes a field, a constant is copied.
void KernelLowering::mapCapture(Value value, IRMapping &mapping) {
  if (mapping.contains(value))
    return;
  Block *body = &source.getBody().front();
  if (auto argument = dyn_cast<BlockArgument>(value); argument && argument.getOwner() == body) {
    if (isa<attn::SideType>(argument.getType()))
      return;
    StringRef name = source.argumentName(argument.getArgNumber());
    mapping.map(value, field(name, argument.getType(), "scalar:" + name));
  } else if (Operation *op = value.getDefiningOp(); op && op->getBlock() == body) {
    for (Value operand : op->getOperands())
      mapCapture(operand, mapping);
    b.clone(*op, mapping);
  }
}

Value KernelLowering::inlineRegion(Region &region, Value score, Value head, Value query, Value key) {
  IRMapping mapping;
  SmallVector<Value> arguments;
  if (score)
    arguments.push_back(score);
  arguments.append({at.request, head, query, key, at.qLen, at.kvLen});
  mapping.map(region.getArguments(), arguments);
  auto mapped = [&](ValueRange values) {
    return llvm::map_to_vector(values, [&](Value value) { return mapping.lookupOrDefault(value); });
  };
  for (Operation &op : region.front().without_terminator()) {
    for (Value operand : op.getOperands())
      mapCapture(operand, mapping);
    Value result;
    if (auto softcap = dyn_cast<attn::SoftcapOp>(op)) {
      Value cap = tile::ConstantOp::create(b, op.getLoc(), "kSoftcap",
                                           b.getF32FloatAttr(softcap.getCap().convertToFloat()));
      result = tile::SoftcapOp::create(b, op.getLoc(), b.getF32Type(),
                                       mapping.lookupOrDefault(softcap.getScore()), cap);
    } else if (auto read = dyn_cast<attn::ReadOp>(op)) {
      result =
          tile::ReadSideOp::create(b, op.getLoc(), read.getResult().getType(),
                                   sideView(cast<BlockArgument>(read.getSide())), mapped(read.getIndices()));
    } else if (auto search = dyn_cast<attn::SearchOp>(op)) {
      Value end = mapping.lookupOrDefault(search.getTo());
      llvm::APInt known;
      if (matchPattern(end, m_ConstantInt(&known)) && known.sge(kWholeRow))
        end = constant("kWholeRow", kWholeRow);
      result = tile::SearchSideOp::create(
          b, op.getLoc(), sideView(cast<BlockArgument>(search.getSide())), mapped(search.getIndices()),
          mapping.lookupOrDefault(search.getFrom()), end, mapping.lookupOrDefault(search.getValue()));
    } else if (auto reaches = dyn_cast<attn::ReachesOp>(op)) {
      result = tile::ReachesOp::create(
          b, op.getLoc(), sideView(cast<BlockArgument>(reaches.getSide())), mapped(reaches.getIndices()),
          mapping.lookupOrDefault(reaches.getNode()), mapping.lookupOrDefault(reaches.getAncestor()));
    } else if (auto bit = dyn_cast<attn::BitOp>(op)) {
      result = tile::BitOp::create(b, op.getLoc(), mapping.lookupOrDefault(bit.getWord()),
                                   mapping.lookupOrDefault(bit.getPosition()));
    } else {
      b.clone(op, mapping);
      continue;
    }
    mapping.map(op.getResult(0), result);
  }
  Value yielded = region.front().getTerminator()->getOperand(0);
  mapCapture(yielded, mapping);
  return mapping.lookupOrDefault(yielded);
}

/// The mask, and the end of the keys.
Value KernelLowering::visiblePair(Value head, Value query, Value key) {
  Value visible = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, key, at.kvLen);
  if (!attention.getMask().empty())
    visible =
        arith::AndIOp::create(b, loc, visible, inlineRegion(attention.getMask(), Value(), head, query, key));
  return visible;
}

/// The query head of a row, for a region that may ask for it in its argument `position`.
Value KernelLowering::headOfRow(Region &region, unsigned position, Value row) {
  if (packing() == 1 || region.empty() || region.getArgument(position).use_empty())
    return at.head;
  return let("h", headOf(row));
}

/// Opens a map over `scores`; the builder is left inside, with the named positions of the element.
static std::pair<tile::MapOp, Value> openMap(OpBuilder &b, Location loc, Value scores, bool boundary) {
  auto map = tile::MapOp::create(b, loc, scores, boundary, Value());
  Block *body = b.createBlock(&map.getBody());
  body->addArgument(b.getF32Type(), loc);
  body->addArgument(b.getIndexType(), loc);
  body->addArgument(b.getIndexType(), loc);
  return {map, body->getArgument(0)};
}

void KernelLowering::buildScoreMap(Value scores, Value tileBegin) {
  Region &region = attention.getScore();
  Location where = region.empty() ? loc : region.front().getTerminator()->getLoc();
  OpBuilder::InsertionGuard guard(b);
  auto [map, score] = openMap(b, where, scores, /*boundary=*/false);
  Block *body = b.getInsertionBlock();
  Value factor = quantisedScale;
  if (!factor) {
    llvm::SaveAndRestore here(loc, where);
    factor = softmaxScale();
  }
  Value scaled = factor ? Value(arith::MulFOp::create(b, where, score, factor)) : score;
  if (!region.empty()) {
    Value query = let("q", positionOf(body->getArgument(1)));
    Value key = let("key", add(tileBegin, body->getArgument(2)));
    scaled = inlineRegion(region, scaled, headOfRow(region, 2, body->getArgument(1)), query, key);
  }
  tile::YieldOp::create(b, where, scaled);
}

void KernelLowering::buildBoundaryMap(Value scores, Value tileBegin) {
  OpBuilder::InsertionGuard guard(b);
  Location where = maskLocation();
  Value full = usesBlockMap() ? Value(tile::TileIsFullOp::create(b, loc, keyTiles, tileBegin)) : Value();
  auto [map, score] = openMap(b, where, scores, /*boundary=*/true);
  if (full)
    map.getUnlessMutable().assign(full);
  Block *body = b.getInsertionBlock();
  Value query = let("q", positionOf(body->getArgument(1)));
  Value key = let("key", add(tileBegin, body->getArgument(2)));
  Value visible = visiblePair(headOfRow(attention.getMask(), 1, body->getArgument(1)), query, key);
  Value hidden = constant("kNegInf", -std::numeric_limits<float>::infinity());
  tile::YieldOp::create(b, where, arith::SelectOp::create(b, where, visible, score, hidden).getResult());
}

Location KernelLowering::maskLocation() {
  Region &region = attention.getMask();
  return region.empty() ? loc : region.front().getTerminator()->getLoc();
}

/// Whether a row of the block is one of the request's.
Value KernelLowering::isRow(Value row) {
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, rowOfBlock(row), at.rows);
}

/// Sums of quantised values become sums of what they stand for; quantised outputs what stands for them.
void KernelLowering::scaleValues(Value acc) {
  Value factor = valueScale;
  if (Value scale = attention.getOutScale()) {
    Value read =
        tile::ReadSideOp::create(b, loc, b.getF32Type(), sideView(cast<BlockArgument>(scale)), index(0));
    Value of = factor ? factor : arith::ConstantOp::create(b, loc, b.getF32FloatAttr(1));
    factor = let("out_factor", arith::DivFOp::create(b, loc, of, read));
  }
  attn::CachedOp cached = attn::tokenSource(attention.getV()).cached;
  const bool byChannel = cached && attn::CacheAccess(cached).scaledByChannel();
  if (!factor && !byChannel)
    return;
  if (byChannel)
    sideView(attn::CacheAccess(cached).scale);
  OpBuilder::InsertionGuard guard(b);
  auto [map, value] = openMap(b, loc, acc, /*boundary=*/false);
  Value scaled = value;
  if (byChannel)
    scaled = arith::MulFOp::create(b, loc, scaled, valueFactor(b.getInsertionBlock()->getArgument(2)));
  if (factor)
    scaled = arith::MulFOp::create(b, loc, scaled, factor);
  tile::YieldOp::create(b, loc, scaled);
}

void KernelLowering::zeroPaddingRows(Value acc) {
  OpBuilder::InsertionGuard guard(b);
  auto [map, value] = openMap(b, loc, acc, /*boundary=*/false);
  Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0));
  Value kept = arith::SelectOp::create(b, loc, isRow(b.getInsertionBlock()->getArgument(1)), value, zero);
  tile::YieldOp::create(b, loc, kept);
}
