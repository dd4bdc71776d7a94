// LowerBounds.cpp - the scalars of a block: request, rows, positions, and the key range to visit.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

void KernelLowering::buildLengths() {
  Type index32 = b.getIndexType();
  if (packed()) {
    auto loadRange = [&](StringRef cumulative, StringRef beginName, StringRef lengthName, Value &begin,
                         Value &length) {
      Value pointer = field(cumulative, tile::PointerType::get(b.getContext(), b.getI32Type(), false),
                            "tensor:" + cumulative);
      begin = let(beginName, tile::LoadOp::create(b, loc, index32, pointer, at.request));
      Value end = tile::LoadOp::create(b, loc, index32, pointer, add(at.request, index(1)));
      length = let(lengthName, sub(end, begin));
    };
    loadRange("cu_q", "q_begin", "q_len", at.qBegin, at.qLen);
    at.rowsEnd = at.qLen;
    at.kvBegin = at.qBegin;
    at.kvLen = at.qLen;
    if (!attention.isSelfAttention())
      loadRange("cu_kv", "kv_begin", "kv_len", at.kvBegin, at.kvLen);
    return;
  }
  auto length = [&](StringRef lengths, StringRef name, bool varies) -> Value {
    if (!varies)
      return let(name, field(name, index32, "dim:" + name));
    Value pointer =
        field(lengths, tile::PointerType::get(b.getContext(), b.getI32Type(), false), "tensor:" + lengths);
    return let(name, tile::LoadOp::create(b, loc, index32, pointer, at.request));
  };
  at.qLen = length("q_lens", "q_len", qLengthsVary());
  at.kvLen = attention.isSelfAttention()
                 ? at.qLen
                 : length("kv_lens", "kv_len", source.getLengths() != attn::Lengths::None);
  at.rowsEnd = qLengthsVary() ? field("q_len", index32, "dim:q_len") : at.qLen;
}

void KernelLowering::buildScalars() {
  section("The request, the head and the query rows of this block.");
  at.request = let("request", tile::BlockIdOp::create(b, loc, b.getIndexType(), 2, false));
  at.head = let("head", tile::BlockIdOp::create(b, loc, b.getIndexType(), 1, false));
  int64_t group = attention.group();
  at.kvHead = group == 1 ? at.head
                         : let("kv_head", arith::DivSIOp::create(b, loc, at.head, constant("kGroup", group)));
  // The last query rows see the most keys of a causal mask, so they start first.
  Value tileIndex = tile::BlockIdOp::create(b, loc, b.getIndexType(), 0, /*from_end=*/true);
  at.firstRow = let("first_row", mul(tileIndex, constant(tileQ.getName(), tileQ.getSize())));
  buildLengths();
  if (packed())
    tile::ExitIfOp::create(b, loc,
                           arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, at.firstRow, at.qLen));
  // Position of a row among the keys: see semantics 3.3.
  if (attention.getAnchor() == attn::Anchor::BottomRight && !attention.isSelfAttention())
    at.firstPosition = let("first_position", add(sub(at.kvLen, at.qLen), at.firstRow));
  else
    at.firstPosition = let("first_position", at.firstRow);
  Value rows =
      arith::MinSIOp::create(b, loc, constant(tileQ.getName(), tileQ.getSize()), sub(at.qLen, at.firstRow));
  at.lastPosition = let("last_position", sub(add(at.firstPosition, rows), index(1)));
}

Value KernelLowering::expand(AffineExpr expr) {
  switch (expr.getKind()) {
  case AffineExprKind::Constant:
    return index(cast<AffineConstantExpr>(expr).getValue());
  case AffineExprKind::DimId:
    return cast<AffineDimExpr>(expr).getPosition() == 0 ? at.firstPosition : at.lastPosition;
  case AffineExprKind::SymbolId: {
    unsigned position = cast<AffineSymbolExpr>(expr).getPosition();
    Value fixed[attn::kProofSymbols] = {at.qLen, at.kvLen, at.request, at.head};
    if (position < attn::kProofSymbols)
      return fixed[position];
    SmallVector<Value> scalars = source.integerScalars();
    if (position >= attn::kProofSymbols + scalars.size())
      return expandRead(position - attn::kProofSymbols - scalars.size());
    auto scalar = cast<BlockArgument>(scalars[position - attn::kProofSymbols]);
    StringRef name = source.argumentName(scalar.getArgNumber());
    return arith::IndexCastOp::create(b, loc, b.getIndexType(),
                                      field(name, b.getI32Type(), "scalar:" + name));
  }
  default:
    break;
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  // a + -1 * c and a + -c read better as a - c.
  if (expr.getKind() == AffineExprKind::Add) {
    if (auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS()); constant && constant.getValue() < 0)
      return sub(expand(binary.getLHS()), index(-constant.getValue()));
    if (auto product = dyn_cast<AffineBinaryOpExpr>(binary.getRHS());
        product && product.getKind() == AffineExprKind::Mul)
      if (auto factor = dyn_cast<AffineConstantExpr>(product.getRHS()); factor && factor.getValue() == -1)
        return sub(expand(binary.getLHS()), expand(product.getLHS()));
    return add(expand(binary.getLHS()), expand(binary.getRHS()));
  }
  Value left = expand(binary.getLHS()), right = expand(binary.getRHS());
  switch (expr.getKind()) {
  case AffineExprKind::Mul:
    return mul(left, right);
  case AffineExprKind::FloorDiv:
    return arith::FloorDivSIOp::create(b, loc, left, right);
  case AffineExprKind::CeilDiv:
    return arith::CeilDivSIOp::create(b, loc, left, right);
  default: { // Mod, with the divisor's sign
    Value quotient = arith::FloorDivSIOp::create(b, loc, left, right);
    return sub(left, mul(quotient, right));
  }
  }
}

/// The element of a side tensor that a bound refers to, read once.
Value KernelLowering::expandRead(unsigned index) {
  Value &cached = boundReads[index];
  if (cached)
    return cached;
  attn::TensorReadAttr read = attention.getProofAttr().tensorReads()[index];
  auto arguments = source.getBody().getArguments();
  auto side = llvm::find_if(arguments, [&](BlockArgument argument) {
    return source.argumentName(argument.getArgNumber()) == read.getTensor();
  });
  SmallVector<Value> indices;
  for (AffineExpr expr : read.getIndices().getResults())
    indices.push_back(expand(expr));
  Value element = tile::ReadSideOp::create(b, loc, b.getI32Type(), sideView(*side), indices);
  cached =
      let((read.getTensor() + "_bound").str(), arith::IndexCastOp::create(b, loc, b.getIndexType(), element));
  return cached;
}

Value KernelLowering::expandBound(AffineMap map, bool lower) {
  Value bound;
  for (AffineExpr result : map.getResults()) {
    Value value = expand(result);
    if (!bound)
      bound = value;
    else if (lower)
      bound = arith::MaxSIOp::create(b, loc, bound, value);
    else
      bound = arith::MinSIOp::create(b, loc, bound, value);
  }
  return bound;
}

/// The tiles between two spans, whichever comes first; an empty span counts as a point, where it begins.
void KernelLowering::buildGap(Value tileSize) {
  auto [firstBegin, firstEnd] = keys.spans[0];
  auto [secondBegin, secondEnd] = keys.spans[1];
  Value begin = arith::MinSIOp::create(b, loc, arith::MaxSIOp::create(b, loc, firstBegin, firstEnd),
                                       arith::MaxSIOp::create(b, loc, secondBegin, secondEnd));
  Value end =
      tile::RoundDownOp::create(b, loc, arith::MaxSIOp::create(b, loc, firstBegin, secondBegin), tileSize);
  keys.gapBegin = let("gap_begin", tile::RoundUpOp::create(b, loc, begin, tileSize));
  keys.gapEnd = let("gap_end", arith::MinSIOp::create(b, loc, end, keys.keyEnd));
}

void KernelLowering::buildKeyBounds() {
  section("Keys to visit: outside [key_begin, key_end) the mask hides every key from every row.");
  auto proof = attention.getProofAttr();
  Value tileSize = constant(tileKv.getName(), tileKv.getSize());
  Value lower, upper;
  for (attn::RangeAttr range : proof.getVisit()) {
    Value rangeLower = expandBound(range.getLower(), true), rangeUpper = expandBound(range.getUpper(), false);
    if (proof.getVisit().size() > 1) {
      rangeLower = let("span_begin", rangeLower);
      rangeUpper = let("span_end", rangeUpper);
      keys.spans.emplace_back(rangeLower, rangeUpper);
    }
    lower = lower ? Value(arith::MinSIOp::create(b, loc, lower, rangeLower)) : rangeLower;
    upper = upper ? Value(arith::MaxSIOp::create(b, loc, upper, rangeUpper)) : rangeUpper;
  }
  if (!lower) // the mask hides everything
    lower = upper = index(0);
  if (!packed() && qLengthsVary()) { // a block of padding rows visits nothing
    Value inside = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, at.firstRow, at.qLen);
    upper = arith::SelectOp::create(b, loc, inside, upper, index(0));
  }
  bool fromZero = lower == index(0);
  keys.keyBegin = fromZero ? lower : let("key_begin", lower);
  keys.keyEnd = upper == index(0) ? upper : let("key_end", upper);
  Value firstTile = fromZero ? lower : Value(tile::RoundDownOp::create(b, loc, keys.keyBegin, tileSize));
  if (keys.spans.size() == 2 && proof.getVisit()[0].getLower() != proof.getVisit()[1].getLower() &&
      proof.getVisit()[0].getUpper() != proof.getVisit()[1].getUpper()) {
    buildGap(tileSize);
    firstTile = tile::SkipOp::create(b, loc, firstTile, keys.gapBegin, keys.gapEnd);
  }
  keys.visitBegin = firstTile == lower ? lower : let("visit_begin", firstTile);
  attn::RangeAttr full = proof.getFull();
  if (!full)
    return;
  // Rounded inwards and clamped: visit_begin <= full_begin <= full_end <= key_end, or nothing is full.
  Value fullLower = expandBound(full.getLower(), true);
  if (fromZero && fullLower == index(0)) {
    keys.fullBegin = keys.visitBegin;
  } else {
    Value rounded = tile::RoundUpOp::create(b, loc, fullLower, tileSize);
    keys.fullBegin = let("full_begin", tile::ClampOp::create(b, loc, rounded, keys.visitBegin, keys.keyEnd));
  }
  Value rounded = tile::RoundDownOp::create(b, loc, expandBound(full.getUpper(), false), tileSize);
  keys.fullEnd = let("full_end", tile::ClampOp::create(b, loc, rounded, keys.fullBegin, keys.keyEnd));
}
