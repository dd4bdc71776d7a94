// HeadLogits.cpp - from q and k to masked scores: the first two steps of a row, and how far off they are.
#include "passes/reference/HeadSteps.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/reference/LowerRegion.h"
#include "passes/reference/RoundingModel.h"

using namespace mlir;
using arith::CmpFPredicate;
using utils::IteratorType;

namespace attnc::reference {

/// Step 1: q . k, and the magnitudes that its error is relative to.
void HeadLowering::products() {
  Value query = slice(in.q, {row, queryHead, std::nullopt});
  linalg::FillOp::create(b, c(0), product);
  linalg::FillOp::create(b, c(0), magnitude);
  AffineExpr j = b.getAffineDimExpr(0), e = b.getAffineDimExpr(1);
  AffineMap ofDim = AffineMap::get(2, 0, e), ofBoth = b.getMultiDimIdentityMap(2);
  AffineMap ofKey = AffineMap::get(2, 0, j);
  SmallVector<Value> operands{query, keys}, results{product, magnitude};
  SmallVector<AffineMap> maps{ofDim, ofBoth};
  if (in.qError) {
    operands.push_back(slice(in.qError, {row, queryHead, std::nullopt}));
    maps.push_back(ofDim);
  }
  if (keyErrors) {
    operands.push_back(keyErrors);
    maps.push_back(ofBoth);
  }
  for (Value result : {operandError, steps})
    if (result) {
      linalg::FillOp::create(b, c(0), result);
      results.push_back(result);
    }
  maps.append(results.size(), ofKey);
  generic(operands, results, maps, {IteratorType::parallel, IteratorType::reduction},
          [&](ValueRange elements) -> SmallVector<Value> {
            Value a = elements[0], k = elements[1];
            Value queryError = in.qError ? elements[2] : Value();
            Value keyError = keyErrors ? elements[operands.size() - 1] : Value();
            ValueRange x = elements.drop_front(operands.size());
            Value term = f.mul(a, k);
            Value sum = f.add(x[0], term);
            SmallVector<Value> sums{sum, f.add(x[1], f.abs(term))};
            if (operandError)
              sums.push_back(f.add(x[2], productOfErrors(a, queryError, k, keyError)));
            if (steps) {
              Value step = arith::ConstantIndexOp::create(b, rounding::kF16SumStep);
              Value next = arith::AddIOp::create(b, linalg::IndexOp::create(b, 1), one);
              Value rounds = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                                   arith::RemUIOp::create(b, next, step), zero);
              sums.push_back(f.add(x.back(), f.choose(rounds, f.abs(sum), c(0))));
            }
            return sums;
          });
}

/// How far a product is from a * b where its factors may be `aError` and `bError` away; either may be null.
Value HeadLowering::productOfErrors(Value a, Value aError, Value b, Value bError) {
  Value sum;
  auto plus = [&](Value term) { sum = sum ? f.add(sum, term) : term; };
  if (aError)
    plus(f.mul(aError, f.abs(b)));
  if (bError)
    plus(f.mul(f.abs(a), bError));
  if (aError && bError)
    plus(f.mul(aError, bError));
  return sum;
}

/// What a kernel may be wrong about q . k. `terms`: the sum, the sum of magnitudes, what the operands' own
/// errors make of it, and in f16 the sum of `steps`.
Value HeadLowering::productError(ValueRange terms) {
  Value magnitude = terms[1];
  if (operandError)
    magnitude = f.add(magnitude, terms[2]);
  double relative =
      (rounding::kSumUnitsPerTerm * double(dim) + rounding::kDotConstantUnits) * rounding::kUnitF32;
  if (attention.getProductsTf32()) // both factors
    relative += 2 * rounding::kUnitTf32 + rounding::kUnitTf32 * rounding::kUnitTf32;
  Value error = f.mul(magnitude, c(relative));
  if (operandError)
    error = f.add(error, terms[2]);
  if (!steps)
    return error;
  // Each rounding is of a partial sum, with the errors made before it.
  double count = double(dim) / rounding::kF16SumStep;
  double unit = rounding::kUnitF16 * (1 + 2 * count * rounding::kUnitF16);
  Value partial = terms[operandError ? 3 : 2];
  if (operandError)
    partial = f.add(partial, f.mul(terms[2], c(count)));
  error = f.add(f.add(error, f.mul(partial, c(unit))), c(count * rounding::kTinyF16));
  Value overflows = f.compare(CmpFPredicate::OGT, f.add(magnitude, error), c(rounding::kMaxF16));
  return f.choose(overflows, c(kInfinity), error);
}

/// Step 2: scale, the score region, the mask by select.
LogicalResult HeadLowering::logits() {
  Value position = row;
  if (attention.getAnchor() == attn::Anchor::BottomRight)
    position = arith::AddIOp::create(b, row, arith::SubIOp::create(b, kvLen, qLen));
  Value scale = attention.getScaleAttr() ? c(attention.getScaleAttr().getValueAsDouble())
                                         : in.captured.lookup(attention.getRuntimeScale());
  if (!scale)
    return attention.emitOpError("expected a scale operand that is an argument of the kernel");
  Location here = b.getLoc();
  LogicalResult result = success();
  SmallVector<Value> terms{product, magnitude};
  for (Value term : {operandError, steps})
    if (term)
      terms.push_back(term);
  overKeys(terms, {logit, slack, doubt}, [&](ValueRange x) -> SmallVector<Value> {
    Value key = linalg::IndexOp::create(b, 0);
    Value scaled = f.mul(x[0], scale);
    Value error = f.mul(productError(x), f.abs(scale));
    Interval score{scaled, f.sub(scaled, error), f.add(scaled, error)};
    // Of the scale and of the product; quantised keys have a scale of their own.
    const bool scaledKeys = attention.cachedKeys() && attention.cachedKeys().getScale();
    score = f.rounded(score, (scaledKeys ? 3 : 2) * rounding::kBasicUnits);
    SmallVector<Interval> arguments;
    for (Value value : {in.request, in.head, position, key, qLen, kvLen})
      arguments.push_back(Interval::exact(value));
    RegionLowering regions(b, in.captured);
    Interval visible = Interval::exact(arith::ConstantOp::create(b, b.getBoolAttr(true)));
    if (!attention.getMask().empty()) {
      FailureOr<Interval> mask = regions.lower(attention.getMask(), arguments);
      result = failed(mask) ? failure() : result;
      visible = mask.value_or(visible);
    }
    if (!attention.getScore().empty()) {
      arguments.insert(arguments.begin(), score);
      FailureOr<Interval> mapped = regions.lower(attention.getScore(), arguments);
      result = failed(mapped) ? failure() : result;
      score = mapped.value_or(score);
    }
    b.setLoc(here);
    Value hidden = c(-kInfinity);
    // Equal ends count as no error even where their difference is inf - inf.
    auto distance = [&](Value low, Value high) {
      return f.choose(f.compare(CmpFPredicate::OEQ, low, high), c(0), f.sub(high, low));
    };
    Value off = f.max(distance(score.value, score.hi), distance(score.lo, score.value));
    // A key that rounding alone shows or hides, by the mask or by a score of -inf.
    Value unsure = f.compare(CmpFPredicate::UNE, score.value, score.hi);
    unsure = arith::AndIOp::create(b, unsure, f.compare(CmpFPredicate::OEQ, score.value, hidden));
    if (!visible.isExact())
      unsure = arith::OrIOp::create(b, unsure, arith::XOrIOp::create(b, visible.lo, visible.hi));
    Value doubtful = f.choose(arith::AndIOp::create(b, unsure, visible.hi), score.hi, hidden);
    return {f.choose(visible.value, score.value, hidden), off, doubtful};
  });
  return result;
}

/// The masked logits as an output, for debug builds. A key that rounding may show or hide is not certain.
void HeadLowering::storeScores() {
  auto loop = scf::ForOp::create(b, zero, kvLen, one);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value key = loop.getInductionVar(), score = load(logit, key);
  Value hidden = f.compare(CmpFPredicate::OEQ, score, c(-kInfinity));
  Value certain = f.compare(CmpFPredicate::OEQ, load(doubt, key), c(-kInfinity));
  Value off = f.add(load(slack, key), f.mul(f.abs(score), c(2 * rounding::kUnitF32)));
  Value bound = f.choose(certain, f.choose(hidden, c(0), off), c(kInfinity));
  store(score, in.scores, {row, in.head, key});
  store(bound, in.scoresBound, {row, in.head, key});
}

} // namespace attnc::reference
