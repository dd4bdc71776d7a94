// LowerBounds.cpp - the scalars of a block: request, rows, positions, and the key range to visit.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

/// One i32 of a tensor that the caller passes.
Value KernelLowering::loadAt(StringRef tensor, Value position) {
  Value pointer =
      field(tensor, tile::PointerType::get(b.getContext(), b.getI32Type(), false), "tensor:" + tensor);
  return tile::LoadOp::create(b, loc, b.getIndexType(), pointer, position);
}

/// How many tokens of the request its cache holds: a length, or what its pages come to. Null where only the
/// place of new ones is said.
void KernelLowering::buildCachedLength() {
  const attn::CacheAccess cache = caches().front();
  at.kvLen = Value();
  if (cache.csr) {
    at.firstPage = let("first_page", loadAt("page_indptr", at.request));
    at.pages = let("pages", sub(loadAt("page_indptr", add(at.request, index(1))), at.firstPage));
  }
  if (!hasKeyLengths())
    return;
  auto define = [&](Value length) {
    at.kvLen = let("kv_len", attention && !checksPages ? readableKeys(length) : length);
  };
  if (!cache.csr)
    return define(source.getLengths() == attn::Lengths::None ? field("kv_len", b.getIndexType(), "dim:kv_len")
                                                             : loadAt("kv_lens", at.request));
  Value whole = mul(sub(at.pages, index(1)), constant("kPage", cache.type().getPage()));
  Value any = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sgt, at.pages, index(0));
  Value length = add(whole, loadAt("last_page_len", at.request));
  define(arith::SelectOp::create(b, loc, any, length, index(0)));
}

void KernelLowering::buildLengths() {
  Type index32 = b.getIndexType();
  const bool cached = !caches().empty();
  if (packed()) {
    auto loadRange = [&](StringRef cumulative, StringRef beginName, StringRef lengthName, Value &begin,
                         Value &length) {
      begin = let(beginName, loadAt(cumulative, at.request));
      length = let(lengthName, sub(loadAt(cumulative, add(at.request, index(1))), begin));
    };
    loadRange("cu_q", "q_begin", "q_len", at.qBegin, at.qLen);
    at.rowsEnd = at.qLen;
    at.kvBegin = at.qBegin;
    at.kvLen = at.qLen;
    if (cached)
      buildCachedLength();
    else if (!isSelfAttention())
      loadRange("cu_kv", "kv_begin", "kv_len", at.kvBegin, at.kvLen);
    return;
  }
  auto length = [&](StringRef lengths, StringRef name, bool varies) -> Value {
    return let(name, varies ? loadAt(lengths, at.request) : field(name, index32, "dim:" + name));
  };
  at.qLen = length("q_lens", "q_len", qLengthsVary());
  if (cached)
    buildCachedLength();
  else
    at.kvLen =
        isSelfAttention() ? at.qLen : length("kv_lens", "kv_len", source.getLengths() != attn::Lengths::None);
  at.rowsEnd = qLengthsVary() ? field("q_len", index32, "dim:q_len") : at.qLen;
}

tile::DimAttr KernelLowering::groupDim() {
  return packing() == 1 ? tile::DimAttr() : tile::DimAttr::get(b.getContext(), "kGroup", packing());
}

/// The query in a row of the tile, among those of the request.
Value KernelLowering::tokenOf(Value row) {
  return packing() == 1 ? rowOfBlock(row)
                        : Value(arith::DivSIOp::create(b, loc, rowOfBlock(row), groupSize()));
}

/// Its position among the keys.
Value KernelLowering::positionOf(Value row) {
  return packing() == 1 ? add(at.firstPosition, row) : add(at.basePosition, tokenOf(row));
}

Value KernelLowering::headOf(Value row) {
  if (packing() == 1)
    return at.head;
  return add(at.head, arith::RemSIOp::create(b, loc, rowOfBlock(row), groupSize()));
}

void KernelLowering::buildScalars() {
  section("The request, the head and the query rows of this block.");
  at.request = let("request", tile::BlockIdOp::create(b, loc, b.getIndexType(), 2, false));
  Value head = tile::BlockIdOp::create(b, loc, b.getIndexType(), 1, false);
  if (packing() > 1) {
    at.kvHead = let("kv_head", head);
    at.head = let("first_head", mul(at.kvHead, groupSize()));
  } else {
    at.head = let("head", head);
    at.kvHead = attention.group() == 1 ? at.head
                                       : let("kv_head", arith::DivSIOp::create(b, loc, at.head, groupSize()));
  }
  buildRows();
}

void KernelLowering::buildRows() {
  // The last query rows see the most keys of a causal mask, so they start first.
  Value tileIndex = tile::BlockIdOp::create(b, loc, b.getIndexType(), 0, /*from_end=*/true);
  at.firstRow = let("first_row", mul(tileIndex, constant(tileQ.getName(), tileQ.getSize())));
  buildLengths();
  const bool padded = at.rowsEnd != at.qLen; // rows are stored behind the request's own as well
  at.rows = at.qLen;
  if (packing() > 1) {
    if (padded)
      at.rowsEnd = mul(at.rowsEnd, groupSize());
    at.rows = let("rows", mul(at.qLen, groupSize()));
    at.rowsEnd = padded ? let("rows_end", at.rowsEnd) : at.rows;
  }
  if (packed())
    tile::ExitIfOp::create(b, loc,
                           arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, at.firstRow, at.rows));
  // Position of a row among the keys: see semantics 3.3.
  const bool anchored = attention.getAnchor() == attn::Anchor::BottomRight && !isSelfAttention();
  at.basePosition = anchored ? sub(at.kvLen, at.qLen) : Value();
  auto position = [&](Value token) { return at.basePosition ? add(at.basePosition, token) : token; };
  Value rows =
      arith::MinSIOp::create(b, loc, constant(tileQ.getName(), tileQ.getSize()), sub(at.rows, at.firstRow));
  if (packing() > 1) {
    at.basePosition = let("base_position", anchored ? at.basePosition : index(0));
    Value last = sub(add(at.firstRow, rows), index(1));
    at.firstPosition =
        let("first_position", position(arith::DivSIOp::create(b, loc, at.firstRow, groupSize())));
    at.lastPosition = let("last_position", position(arith::DivSIOp::create(b, loc, last, groupSize())));
    return;
  }
  at.firstPosition = let("first_position", position(at.firstRow));
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

/// expr >= 0, written as a comparison of two sides.
Value KernelLowering::expandCondition(AffineExpr expr) {
  int64_t constant = 0;
  if (auto sum = dyn_cast<AffineBinaryOpExpr>(expr); sum && expr.getKind() == AffineExprKind::Add)
    if (auto addend = dyn_cast<AffineConstantExpr>(sum.getRHS())) {
      constant = addend.getValue();
      expr = sum.getLHS();
    }
  auto product = dyn_cast<AffineBinaryOpExpr>(expr);
  if (product && expr.getKind() == AffineExprKind::Mul &&
      product.getRHS() == getAffineConstantExpr(-1, b.getContext()))
    // constant - x >= 0
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sle, expand(product.getLHS()),
                                 index(constant));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, expand(expr), index(-constant));
}

namespace attnc::lower {

/// walkKeys over values of the kernel.
struct BoundBuilder {
  using Value = mlir::Value;
  KernelLowering &self;
  Value tileSize;

  explicit BoundBuilder(KernelLowering &self)
      : self(self), tileSize(self.constant(self.tileKv.getName(), self.tileKv.getSize())) {}

  template <class Op, class... Operands> Value create(Operands... operands) {
    return Op::create(self.b, self.loc, operands...);
  }
  Value lower(attn::RangeAttr range) {
    Value bound = self.expandBound(range.getLower(), true);
    // A lone range that is empty is so by its end; of several, it must not begin before the others.
    const bool alone = self.attention.getProofAttr().getVisit().size() == 1;
    return range.getWhen() && !alone ? unless(range, bound, self.at.kvLen) : bound;
  }
  Value upper(attn::RangeAttr range) {
    Value bound = self.expandBound(range.getUpper(), false);
    return range.getWhen() ? unless(range, bound, zero()) : bound;
  }
  /// `bound`, or `otherwise` where a condition of the range does not hold.
  Value unless(attn::RangeAttr range, Value bound, Value otherwise) {
    Value holds;
    for (AffineExpr condition : range.getWhen().getResults()) {
      Value one = self.expandCondition(condition);
      holds = holds ? create<arith::AndIOp>(holds, one) : one;
    }
    return create<arith::SelectOp>(holds, bound, otherwise);
  }
  Value zero() { return self.index(0); }
  bool isZero(Value value) { return value == self.index(0); }
  Value let(StringRef name, Value value) { return self.let(name, value); }
  Value min(Value a, Value b) { return create<arith::MinSIOp>(a, b); }
  Value max(Value a, Value b) { return create<arith::MaxSIOp>(a, b); }
  Value roundDown(Value a) { return create<tile::RoundDownOp>(a, tileSize); }
  Value roundUp(Value a) { return create<tile::RoundUpOp>(a, tileSize); }
  Value clamp(Value a, Value low, Value high) { return create<tile::ClampOp>(a, low, high); }
  /// The tiles between the spans, or those that a block map leaves out.
  bool passesTiles(ArrayRef<std::pair<Value, Value>> spans, bool gaps) {
    if (self.usesBlockMap()) {
      self.keyTiles = self.walkBlockMap();
    } else if (gaps) {
      SmallVector<Value> begins(llvm::make_first_range(spans)), ends(llvm::make_second_range(spans));
      auto type = tile::WalkType::get(self.b.getContext(), self.tileKv);
      self.keyTiles = tile::WalkSpansOp::create(self.b, self.loc, type, "spans", begins, ends);
    }
    return bool(self.keyTiles);
  }
  Value nextTile(Value a) { return tile::NextTileOp::create(self.b, self.loc, self.keyTiles, a); }
  bool fullByTile() { return self.usesBlockMap(); }
  /// A block of padding rows visits nothing.
  Value orNothing(Value upper) {
    if (self.packed() || !self.qLengthsVary())
      return upper;
    Value inside = create<arith::CmpIOp>(arith::CmpIPredicate::slt, self.at.firstRow, self.at.rows);
    return create<arith::SelectOp>(inside, upper, self.index(0));
  }
};

} // namespace attnc::lower

void KernelLowering::buildVisitBounds() {
  section("Keys to visit: the mask hides all others from every row.");
  BoundBuilder builder(*this);
  keys = keyBounds(attention.getProofAttr(), builder);
}

void KernelLowering::buildKeyBounds() {
  section("Keys to visit: the mask hides all others from every row.");
  BoundBuilder builder(*this);
  keys = walkKeys(attention.getProofAttr(), builder);
}
