// LowerRope.cpp - rotation of a tile of q or k: where its angles come from, and the positions of its rows.
#include "passes/lower/KernelLowering.h"

#include <cmath>

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

static DenseF32ArrayAttr floats(OpBuilder &b, ArrayRef<float> values) {
  return b.getDenseF32ArrayAttr(values);
}

/// The logarithm of what a theta grows by from one pair to the next, in a request beyond the original length.
Value KernelLowering::buildNtkStretch(attn::RopeOp rope) {
  auto real = [&](double value) {
    return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(float(value))).getResult();
  };
  const double factor = rope.getNtkFactorAttr().getValueAsDouble();
  const int64_t original = *rope.getOriginalLength();
  Value length = arith::MaxSIOp::create(b, loc, at.kvLen, constant("kOriginalLength", original));
  Value narrow = arith::IndexCastOp::create(b, loc, b.getI32Type(), length);
  Value keys = arith::SIToFPOp::create(b, loc, b.getF32Type(), narrow);
  Value growth = arith::MulFOp::create(b, loc, keys, constant("kNtkSlope", float(factor / double(original))));
  growth = arith::SubFOp::create(b, loc, growth, real(factor - 1));
  Value log = math::LogOp::create(b, loc, growth);
  const double perPair = -2.0 / (double(rope.getDim() - 2) * std::log(2.0));
  return let("rope_stretch", arith::MulFOp::create(b, loc, log, constant("kNtkPerPair", float(perPair))));
}

RopeAngles KernelLowering::buildRopeAngles(attn::RopeOp rope) {
  for (auto &[built, angles] : ropeAngles)
    if (built.sameAngles(rope))
      return angles;
  RopeAngles angles;
  auto pointer = tile::PointerType::get(b.getContext(), b.getF32Type(), false);
  auto side = [&](Value tensor) { return tensor ? sideView(cast<BlockArgument>(tensor)) : Value(); };
  if (auto given = rope.getInverseFrequencies()) {
    sideView(cast<BlockArgument>(given)); // declares the tensor
    StringRef name = argument(given);
    angles.frequencies = field(name, pointer, "tensor:" + name);
  } else if (auto table = rope.getFrequencies()) {
    const bool two = bool(rope.getLongFrequencies());
    angles.frequencies = tile::TableOp::create(
        b, rope.getLoc(), pointer, two ? "kShortFrequencies" : "kRopeFrequencies", floats(b, *table));
    if (two) {
      Value beyond = tile::TableOp::create(b, rope.getLoc(), pointer, "kLongFrequencies",
                                           floats(b, *rope.getLongFrequencies()));
      Value isLong = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sgt, at.kvLen,
                                           constant("kOriginalLength", int64_t(*rope.getOriginalLength())));
      angles.frequencies =
          let("frequencies", arith::SelectOp::create(b, loc, isLong, beyond, angles.frequencies));
    }
  }
  if (rope.getNtkFactor())
    angles.stretch = buildNtkStretch(rope);
  if (auto factor = rope.getAttentionFactorAttr())
    angles.factor = constant("kAttentionFactor", float(factor.getValueAsDouble()));
  angles.cos = side(rope.getCos());
  angles.sin = side(rope.getSin());
  ropeAngles.push_back({rope, angles});
  return angles;
}

/// The index along an axis of a tensor by token. `token`: the row, or the key; `position`: the same among the
/// keys.
Value KernelLowering::tokenIndex(Attribute axis, attn::TokenRole role, Value token, Value position) {
  if (isa<IntegerAttr>(axis))
    return index(0);
  StringRef name = cast<StringAttr>(axis).getValue();
  if (name == "batch")
    return at.request;
  if (name == "total_q")
    return add(at.qBegin, token);
  if (name == "total_kv")
    return add(at.kvBegin, position);
  return name == "q_len" ? token : position;
}

void KernelLowering::buildRope(const TokenViews &tokens, Value tile, Value firstToken, TileRows rows) {
  attn::RopeOp rope = tokens.rope;
  const RopeAngles &angles = tokens.angles;
  // Rows of the block are queries, or new tokens; of keys in a loop they count from the tile's first on.
  const bool byRow = !attention || rope.getRole() == attn::TokenRole::Queries;
  tile::DimAttr dim = int64_t(rope.getDim()) == keyDim.getSize()
                          ? keyDim
                          : tile::DimAttr::get(b.getContext(), "kRotaryDim", rope.getDim());
  auto style = rope.getStyle() == attn::RopeStyle::Neox ? tile::RopeStyle::Neox : tile::RopeStyle::Gptj;
  auto op = tile::RopeOp::create(b, rope.getLoc(), style, dim, tile, angles.frequencies, angles.factor,
                                 angles.stretch, angles.cos, angles.sin, rows.begin, rows.end,
                                 rope.getSectionsAttr(),
                                 /*singly=*/false);
  OpBuilder::InsertionGuard guard(b);
  Block *body = b.createBlock(&op.getAt());
  Value row = body->addArgument(b.getIndexType(), loc);
  SmallVector<Value> yielded;
  Value byToken = rope.byToken();
  if (!byToken) {
    yielded = {byRow ? positionOf(row) : add(firstToken, row)};
    tile::YieldOp::create(b, loc, yielded);
    return;
  }
  // One of the two is not used, and goes away. Of keys that are in no cache, tokens count from the first of
  // them on.
  Value token = byRow ? tokenOf(row) : add(firstToken, row), position = byRow ? positionOf(row) : token;
  if (rows.begin)
    token = sub(token, at.firstActive);
  ArrayRef<Attribute> axes = cast<attn::SideType>(byToken.getType()).getShape().getValue();
  const size_t sections = rope.getSections() ? rope.getSections()->size() : 0;
  SmallVector<Value> indices;
  for (Attribute axis : rope.getPositions() ? axes.drop_front(sections ? 1 : 0) : axes.drop_back())
    indices.push_back(tokenIndex(axis, rope.getRole(), token, position));
  if (rope.tablesByToken()) {
    tile::YieldOp::create(b, loc, indices);
    return;
  }
  Value view = sideView(cast<BlockArgument>(rope.getPositions()));
  for (size_t section = 0; section < std::max<size_t>(sections, 1); ++section) {
    SmallVector<Value> all = indices;
    if (sections)
      all.insert(all.begin(), index(int64_t(section)));
    Value read = tile::ReadSideOp::create(b, loc, b.getI32Type(), view, all);
    yielded.push_back(arith::IndexCastOp::create(b, loc, b.getIndexType(), read));
  }
  tile::YieldOp::create(b, loc, yielded);
}
