// KeyRange.cpp - one key bound from one inequality, and ranges of them.
#include "passes/analysis/KeyRange.h"

#include "passes/analysis/MaskAnalysis.h"

using namespace mlir;
using namespace attnc;

static AffineSum keyPosition(MLIRContext *context) {
  return AffineSum::leaf(getAffineDimExpr(kKey, context));
}

Solved attnc::solveForKey(AffineSum atom, MLIRContext *context) {
  while (true) {
    AffineExpr keyed;
    int64_t factor = 0;
    AffineSum rest = AffineSum::number(atom.constant);
    for (auto [leaf, coefficient] : atom.terms) {
      if (!leaf.isFunctionOfDim(kKey)) {
        rest.add(AffineSum::leaf(leaf), coefficient);
        continue;
      }
      if (keyed) // the key occurs both plainly and in a quotient: not monotone
        return {Solved::Unsolved};
      keyed = leaf;
      factor = coefficient;
    }
    if (atom.overflow || rest.overflow)
      return {Solved::Unsolved};
    if (!keyed)
      return {Solved::KeyFree};
    // factor * keyed + rest <= 0 bounds keyed by an integer.
    int64_t size = std::abs(factor);
    bool lower = factor < 0;
    AffineSum limit = lower ? floorDiv(AffineSum(rest).addConstant(size - 1), size, context) // keyed >= limit
                            : floorDiv(rest * -1, size, context);                            // keyed <= limit
    auto binary = dyn_cast<AffineBinaryOpExpr>(keyed);
    if (!binary)
      return {Solved::Bound, {lower, lower ? limit : limit.addConstant(1)}};
    // floor(x / C) >= limit iff x >= C * limit; floor(x / C) <= limit iff x <= C * limit + C - 1.
    int64_t divisor = cast<AffineConstantExpr>(binary.getRHS()).getValue();
    AffineSum dividend = AffineSum::of(binary.getLHS());
    atom = lower ? limit * divisor - dividend : (dividend - limit * divisor).addConstant(1 - divisor);
  }
}

KeyRange KeyRange::all(MLIRContext *context) {
  return {{AffineSum::number(0)}, {AffineSum::leaf(getAffineSymbolExpr(1, context))}};
}

KeyRange KeyRange::none(MLIRContext *context) {
  KeyRange range = all(context);
  range.uppers.push_back(AffineSum::number(0));
  return range;
}

void KeyRange::narrow(const KeyBound &bound, bool forEveryQuery, MLIRContext *context) {
  AffineSum value = extreme(bound.value, /*greatest=*/bound.lower == forEveryQuery, context);
  (bound.lower ? lowers : uppers).push_back(value);
}

SmallVector<AffineSum> KeyRange::inside(MLIRContext *context) const {
  SmallVector<AffineSum> result;
  for (const AffineSum &lower : lowers)
    result.push_back(lower - keyPosition(context));
  for (const AffineSum &upper : uppers)
    result.push_back((keyPosition(context) - upper).addConstant(1));
  result.append(conditions.begin(), conditions.end());
  return result;
}

SmallVector<AffineSum> KeyRange::beyond(MLIRContext *context) const {
  SmallVector<AffineSum> result;
  for (const AffineSum &lower : lowers)
    result.push_back((keyPosition(context) - lower).addConstant(1));
  for (const AffineSum &upper : uppers)
    result.push_back(upper - keyPosition(context));
  for (const AffineSum &condition : conditions)
    result.push_back((condition * -1).addConstant(1));
  return result;
}

attn::RangeAttr KeyRange::attr(unsigned symbols, MLIRContext *context) const {
  auto map = [&](ArrayRef<AffineSum> bounds) {
    SmallVector<AffineExpr> results;
    // The tile's own bound reads best first, the clamp last.
    for (const AffineSum &bound : llvm::drop_begin(bounds))
      results.push_back(bound.expr(context));
    results.push_back(bounds.front().expr(context));
    return AffineMap::get(2, symbols, results, context);
  };
  AffineMap when;
  if (!conditions.empty())
    when = AffineMap::get(2, symbols, llvm::map_to_vector(conditions, [&](const AffineSum &condition) {
                            return (condition * -1).expr(context);
                          }), context);
  return attn::RangeAttr::get(context, map(lowers), map(uppers), when);
}

static int64_t valueOf(AffineExpr expr, ArrayRef<int64_t> dims, ArrayRef<int64_t> symbols) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t lhs = valueOf(binary.getLHS(), dims, symbols), rhs = valueOf(binary.getRHS(), dims, symbols);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return lhs + rhs;
  case AffineExprKind::Mul:
    return lhs * rhs;
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(lhs, rhs);
  case AffineExprKind::CeilDiv:
    return llvm::divideCeilSigned(lhs, rhs);
  default:
    return llvm::mod(lhs, rhs);
  }
}

std::pair<int64_t, int64_t> attnc::evaluate(attn::RangeAttr range, int64_t firstQuery, int64_t lastQuery,
                                            ArrayRef<int64_t> symbols) {
  int64_t dims[] = {firstQuery, lastQuery};
  if (AffineMap when = range.getWhen())
    for (AffineExpr condition : when.getResults())
      if (valueOf(condition, dims, symbols) < 0)
        return {symbols[1], 0}; // from kv_len on: the union with another range is that range
  int64_t lower = std::numeric_limits<int64_t>::min(), upper = std::numeric_limits<int64_t>::max();
  for (AffineExpr expr : range.getLower().getResults())
    lower = std::max(lower, valueOf(expr, dims, symbols));
  for (AffineExpr expr : range.getUpper().getResults())
    upper = std::min(upper, valueOf(expr, dims, symbols));
  return {lower, upper};
}

SmallVector<int64_t> attnc::evaluate(attn::TensorReadAttr read, ArrayRef<int64_t> symbols) {
  return llvm::map_to_vector(read.getIndices().getResults(),
                             [&](AffineExpr expr) { return valueOf(expr, {}, symbols); });
}
