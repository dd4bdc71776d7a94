// HeadLowering.cpp - attention over one head, naive, in fp64, with its error bound.
//
// Six steps a row, each a loop over the keys: products, logits (both in HeadLogits.cpp), maximum, weights,
// sums, output. Must not skip keys, tile, or share a row's work with another: the oracle stays readable.
// README.md derives the bounds.
#include "passes/reference/HeadSteps.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/reference/RoundingModel.h"

using namespace mlir;
using arith::CmpFPredicate;
using utils::IteratorType;

namespace attnc::reference {
namespace {

/// Unit round-off, largest subnormal error, and the numbers beyond which a storage type saturates.
struct Storage {
  double unit = rounding::kUnitF32, tiny = rounding::kTinyF32, least = -kInfinity, most = kInfinity;

  explicit Storage(Type type) {
    if (type.isF16())
      *this = {rounding::kUnitF16, rounding::kTinyF16};
    else if (type.isBF16())
      unit = rounding::kUnitBF16;
    else if (isa<Float8E4M3FNType>(type))
      *this = {rounding::kUnitE4M3, rounding::kTinyE4M3, -rounding::kMaxE4M3, rounding::kMaxE4M3};
    else if (isa<Float8E5M2Type>(type))
      *this = {rounding::kUnitE5M2, rounding::kTinyE5M2, -rounding::kMaxE5M2, rounding::kMaxE5M2};
    else if (type.isInteger(8))
      *this = {0, rounding::kTinyI8, -128, 127};
  }
  Storage(double unit, double tiny, double least = -kInfinity, double most = kInfinity)
      : unit(unit), tiny(tiny), least(least), most(most) {}
};

} // namespace

LogicalResult HeadLowering::run() {
  prepare();
  auto rows = scf::ForOp::create(b, zero, qLen, one);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(rows.getBody());
    row = rows.getInductionVar();
    products();
    if (failed(logits()))
      return failure();
    if (in.scores)
      storeScores();
    maximum();
    if (in.rowMax || in.maxLogit)
      storeMaximum();
    weights();
    sums();
    normalisation();
    if (in.lse)
      storeLse();
    if (in.out)
      storeOutput();
  }
  for (Value buffer : buffers)
    memref::DeallocOp::create(b, buffer);
  return success();
}

Value HeadLowering::plus(Value index, int64_t offset) {
  return offset == 0 ? index
                     : Value(arith::AddIOp::create(b, index, arith::ConstantIndexOp::create(b, offset)));
}

Value HeadLowering::buffer(ArrayRef<int64_t> shape, ValueRange sizes) {
  auto type = MemRefType::get(shape, b.getF64Type());
  buffers.push_back(memref::AllocOp::create(b, type, sizes));
  return buffers.back();
}

Value HeadLowering::slice(Value memref, ArrayRef<std::optional<Value>> fixed) {
  auto type = cast<MemRefType>(memref.getType());
  SmallVector<OpFoldResult> offsets, sizes, strides(fixed.size(), b.getIndexAttr(1));
  SmallVector<int64_t> shape;
  for (auto [axis, index] : llvm::enumerate(fixed)) {
    if (index) {
      offsets.push_back(*index);
      sizes.push_back(b.getIndexAttr(1));
      continue;
    }
    shape.push_back(type.getDimSize(axis));
    offsets.push_back(b.getIndexAttr(0));
    if (type.isDynamicDim(axis))
      sizes.push_back(memref::DimOp::create(b, memref, axis).getResult());
    else
      sizes.push_back(b.getIndexAttr(type.getDimSize(axis)));
  }
  auto view =
      cast<MemRefType>(memref::SubViewOp::inferRankReducedResultType(shape, type, offsets, sizes, strides));
  return memref::SubViewOp::create(b, view, memref, offsets, sizes, strides);
}

void HeadLowering::generic(ValueRange inputs, ValueRange outputs, ArrayRef<AffineMap> maps,
                           ArrayRef<IteratorType> iterators, Body body) {
  linalg::GenericOp::create(b, TypeRange{}, inputs, outputs, maps, iterators,
                            [&](OpBuilder &nested, Location loc, ValueRange elements) {
                              OpBuilder::InsertionGuard guard(b);
                              b.setInsertionPoint(nested.getInsertionBlock(), nested.getInsertionPoint());
                              linalg::YieldOp::create(b, body(elements));
                            });
}

void HeadLowering::overKeys(ValueRange inputs, ValueRange outputs, Body body) {
  SmallVector<AffineMap> maps(inputs.size() + outputs.size(), b.getMultiDimIdentityMap(1));
  generic(inputs, outputs, maps, IteratorType::parallel, body);
}

void HeadLowering::reduceKeys(ValueRange inputs, ValueRange outputs, Body body) {
  SmallVector<AffineMap> maps(inputs.size(), b.getMultiDimIdentityMap(1));
  maps.append(outputs.size(), AffineMap::get(1, 0, b.getContext()));
  generic(inputs, outputs, maps, IteratorType::reduction, body);
}

void HeadLowering::prepare() {
  zero = arith::ConstantIndexOp::create(b, 0);
  one = arith::ConstantIndexOp::create(b, 1);
  qLen = memref::DimOp::create(b, in.q, 0);
  kvLen = memref::DimOp::create(b, in.k, 0);
  Value group = arith::ConstantIndexOp::create(b, attention.group());
  Value kvHead = arith::DivUIOp::create(b, in.head, group);
  keys = slice(in.k, {std::nullopt, plus(kvHead, in.firstKeyHead), std::nullopt});
  vals = slice(in.v, {std::nullopt, plus(kvHead, in.firstValueHead), std::nullopt});
  if (in.kError)
    keyErrors = slice(in.kError, {std::nullopt, plus(kvHead, in.firstKeyHead), std::nullopt});
  if (in.vError)
    valueErrors = slice(in.vError, {std::nullopt, plus(kvHead, in.firstValueHead), std::nullopt});
  queryHead = plus(in.head, in.firstQueryHead);
  for (Value *perKey : {&product, &magnitude, &logit, &slack, &doubt, &weight, &shareError, &weightError})
    *perKey = buffer({ShapedType::kDynamic}, kvLen);
  if (in.qError || in.kError)
    operandError = buffer({ShapedType::kDynamic}, kvLen);
  if (attention.getSumsF16())
    steps = buffer({ShapedType::kDynamic}, kvLen);
  for (Value *cell : {&maxCell, &totalCell, &errorCell, &countCell})
    *cell = buffer({});
  accumulator = buffer({valueDim});
  accumulatorError = buffer({valueDim});
}

/// Step 3: the row's maximum, -inf if nothing is visible. NaN stays out of it and comes back in step 4.
void HeadLowering::maximum() {
  store(c(-kInfinity), maxCell);
  store(c(0), countCell);
  reduceKeys(logit, {maxCell, countCell}, [&](ValueRange x) -> SmallVector<Value> {
    Value counts = f.compare(CmpFPredicate::UNE, x[0], c(-kInfinity));
    return {f.max(x[1], x[0]), f.add(x[2], f.choose(counts, c(1), c(0)))};
  });
  rowMax = load(maxCell);
}

/// The maximum as an output. It is off by no more than the logit that is off the most; one that rounding may
/// show or hide leaves nothing certain.
void HeadLowering::storeMaximum() {
  store(c(0), errorCell);
  reduceKeys({logit, slack, doubt}, {errorCell}, [&](ValueRange x) -> SmallVector<Value> {
    Value hidden = f.compare(CmpFPredicate::OEQ, x[0], c(-kInfinity));
    Value certain = f.compare(CmpFPredicate::OEQ, x[2], c(-kInfinity));
    Value off = f.choose(certain, f.choose(hidden, c(0), x[1]), c(kInfinity));
    return {f.max(x[3], off)};
  });
  Value isEmpty = f.compare(CmpFPredicate::OEQ, rowMax, c(-kInfinity));
  Value rounding = f.choose(isEmpty, c(0), f.mul(f.abs(rowMax), c(2 * rounding::kUnitF32)));
  Value bound = f.add(load(errorCell), rounding);
  if (in.rowMax) {
    store(rowMax, in.rowMax, {row, in.head});
    store(bound, in.rowMaxBound, {row, in.head});
  }
  if (in.maxLogit) {
    store(f.max(load(in.maxLogit, in.head), rowMax), in.maxLogit, in.head);
    store(f.max(load(in.maxLogitBound, in.head), bound), in.maxLogitBound, in.head);
  }
}

/// Step 4: p = exp(logit - max), 0 for hidden keys, and what rounding can change about it.
void HeadLowering::weights() {
  Storage stored(attention.getV().getType().getElementType()); // P is rounded to V's type for the product
  if (attention.getProductsTf32())
    stored.unit = 2 * rounding::kUnitTf32 + rounding::kUnitTf32 * rounding::kUnitTf32; // and V as well
  Value nothing = f.compare(CmpFPredicate::OEQ, rowMax, c(-kInfinity));
  Value safeMax = f.choose(nothing, c(0), rowMax);
  // Terms of a sum over the visible keys: see RoundingModel.h.
  Value sumUnits =
      f.add(f.mul(load(countCell), c(rounding::kSumUnitsPerTerm)), c(rounding::kKeysConstantUnits));
  Value sumError = f.mul(sumUnits, c(rounding::kUnitF32));
  overKeys({logit, slack, doubt}, {weight, shareError, weightError}, [&](ValueRange x) -> SmallVector<Value> {
    Value hidden = f.compare(CmpFPredicate::OEQ, x[0], c(-kInfinity));
    Value p = f.choose(hidden, c(0), exp(f.sub(x[0], safeMax)));
    Value reach = f.add(f.abs(x[0]), f.abs(safeMax));
    Value units = f.add(f.mul(reach, c(rounding::kSoftmaxUnitsPerLogit)), c(rounding::kSoftmaxUnits));
    Value exponent = f.add(x[1], f.mul(units, c(rounding::kUnitF32)));
    Value relative = math::ExpM1Op::create(b, exponent);
    Value share = f.choose(hidden, c(0), f.mul(p, relative));
    // A key that rounding may hide or show can change the row by its whole weight.
    Value certain = f.compare(CmpFPredicate::OEQ, x[2], c(-kInfinity));
    share = f.add(share, f.choose(certain, c(0), exp(f.sub(x[2], safeMax))));
    Value stores = f.min(p, f.max(f.mul(p, c(stored.unit)), c(stored.tiny)));
    Value sums = f.mul(p, sumError);
    return {p, f.add(share, sums), f.add(share, f.add(stores, sums))};
  });
}

/// Step 5: the normaliser, and p v with its error. Keys of weight 0 are not multiplied: their V may be NaN.
void HeadLowering::sums() {
  for (Value cell : {totalCell, errorCell})
    store(c(0), cell);
  reduceKeys({weight, shareError}, {totalCell, errorCell}, [&](ValueRange x) -> SmallVector<Value> {
    return {f.add(x[2], x[0]), f.add(x[3], x[1])};
  });
  total = load(totalCell);
  totalError = load(errorCell);
  if (!in.out)
    return;
  linalg::FillOp::create(b, c(0), accumulator);
  linalg::FillOp::create(b, c(0), accumulatorError);
  auto loop = scf::ForOp::create(b, zero, kvLen, one);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value key = loop.getInductionVar();
  Value p = load(weight, key), error = load(weightError, key);
  Value counts = arith::OrIOp::create(b, f.compare(CmpFPredicate::UNE, p, c(0)),
                                      f.compare(CmpFPredicate::UNE, error, c(0)));
  auto guarded = scf::IfOp::create(b, counts, /*withElseRegion=*/false);
  b.setInsertionPointToStart(guarded.thenBlock());
  AffineMap same = b.getMultiDimIdentityMap(1);
  SmallVector<Value> operands{slice(vals, {key, std::nullopt})};
  if (valueErrors)
    operands.push_back(slice(valueErrors, {key, std::nullopt}));
  SmallVector<AffineMap> maps(operands.size() + 2, same);
  generic(operands, {accumulator, accumulatorError}, maps, IteratorType::parallel,
          [&](ValueRange x) -> SmallVector<Value> {
            Value sum = x[operands.size()], sumError = x.back();
            return {f.add(sum, f.mul(p, x[0])),
                    f.add(sumError, productOfErrors(p, error, x[0], valueErrors ? x[1] : Value()))};
          });
}

/// What both results share.
void HeadLowering::normalisation() {
  ofKeys = {rowMax, total, totalError, f.sub(total, totalError), f.compare(CmpFPredicate::OEQ, total, c(0))};
  ofAll = ofKeys;
  if (attention.getSinks())
    addSink();
}

/// The sink is one more term of the sum, at a maximum that counts it.
void HeadLowering::addSink() {
  Value sink = load(in.captured.lookup(attention.getSinks()), in.head);
  Value top = f.max(rowMax, sink);
  Value safeTop = f.choose(f.compare(CmpFPredicate::OEQ, top, c(-kInfinity)), c(0), top);
  auto relative = [&](Value logit) -> Value {
    Value reach = f.choose(f.compare(CmpFPredicate::OEQ, logit, c(-kInfinity)), c(0),
                           f.add(f.abs(logit), f.abs(safeTop)));
    Value units = f.add(f.mul(reach, c(rounding::kSoftmaxUnitsPerLogit)), c(rounding::kSoftmaxUnits));
    return math::ExpM1Op::create(b, f.mul(units, c(rounding::kUnitF32)));
  };
  keyShare = exp(f.sub(rowMax, safeTop));
  keyShareError = relative(rowMax);
  Value weight = exp(f.sub(sink, safeTop));
  Value keys = f.mul(total, keyShare);
  Value all = f.add(keys, weight);
  Value error = f.add(f.mul(totalError, keyShare), f.mul(keys, keyShareError));
  error = f.add(error, f.mul(weight, relative(sink)));
  ofAll = {top, all, error, f.sub(all, error), f.compare(CmpFPredicate::OEQ, all, c(0))};
}

/// `bound`, or infinity where rounding leaves nothing certain; for an empty row 0.
static Value settle(IntervalBuilder &f, Value bound, Value shrink, Value isEmpty, Value totalError) {
  Value lost = f.compare(CmpFPredicate::UGT, f.constant(0), shrink);
  Value infinity = f.constant(kInfinity);
  Value usual = f.choose(lost, infinity, bound);
  usual = f.choose(f.compare(CmpFPredicate::UNO, usual, usual), infinity, usual);
  Value unsure = f.compare(CmpFPredicate::OGT, totalError, f.constant(0));
  return f.choose(isEmpty, f.choose(unsure, infinity, f.constant(0)), usual);
}

/// Step 6a: max + ln(total), -inf for an empty row.
void HeadLowering::storeLse() {
  const auto &[max, total, totalError, shrink, isEmpty] = attention.getSinksOutsideLse() ? ofKeys : ofAll;
  Value log = math::LogOp::create(b, total);
  Value lse = f.choose(isEmpty, c(-kInfinity), f.add(max, log));
  auto units = [&](Value value, double count) { return f.mul(f.abs(value), c(count * rounding::kUnitF32)); };
  Value bound = f.sub(log, math::LogOp::create(b, shrink));
  bound = f.add(bound, units(max, rounding::kSoftmaxUnitsPerLogit));
  bound = f.add(bound, f.add(units(log, rounding::kFunctionUnits), c(rounding::kLogAbsolute)));
  bound = f.add(bound, units(lse, 2));
  store(lse, in.lse, {row, in.head});
  store(settle(f, bound, shrink, isEmpty, totalError), in.lseBound, {row, in.head});
}

/// Step 6b: p v / total, 0 for an empty row.
void HeadLowering::storeOutput() {
  const auto &[max, total, totalError, shrink, isEmpty] = ofAll;
  Storage stored(attention.getOut().getType().getElementType());
  Value inverse; // of the scale of a quantised output, which is positive
  if (Value scale = attention.getOutScale())
    inverse = f.div(c(1), load(in.captured.lookup(scale), zero));
  Value out = slice(in.out, {row, in.head, std::nullopt});
  Value bounds = slice(in.outBound, {row, in.head, std::nullopt});
  AffineMap same = b.getMultiDimIdentityMap(1);
  generic({accumulator, accumulatorError}, {out, bounds}, {same, same, same, same}, IteratorType::parallel,
          [&](ValueRange x) -> SmallVector<Value> {
            Value sum = x[0], sumError = x[1];
            if (keyShare) {
              // A kernel may flush the share, and the share over the total, to zero.
              Value flushed = f.mul(f.abs(sum), c(2 * rounding::kTinyF32));
              sum = f.mul(sum, keyShare);
              sumError = f.add(f.mul(sumError, keyShare), f.mul(f.abs(sum), keyShareError));
              sumError = f.add(sumError, flushed);
            }
            Value value = f.choose(isEmpty, c(0), f.div(sum, total));
            Value magnitude = f.abs(value);
            Value error = f.div(f.add(sumError, f.mul(magnitude, totalError)), shrink);
            if (inverse) { // rounded, as is the product with it
              value = f.mul(value, inverse);
              magnitude = f.abs(value);
              error = f.add(f.mul(error, inverse),
                            f.mul(magnitude, c(rounding::kInverseUnits * rounding::kUnitF32)));
            }
            Value stores = f.max(f.mul(f.add(magnitude, error), c(stored.unit)), c(stored.tiny));
            if (inverse)
              value = f.max(c(stored.least), f.min(c(stored.most), value));
            return {value, settle(f, f.add(error, stores), shrink, isEmpty, totalError)};
          });
}

LogicalResult lowerHead(ImplicitLocOpBuilder &builder, attn::AttentionOp attention,
                        const HeadArguments &arguments) {
  return HeadLowering(builder, attention, arguments).run();
}

} // namespace attnc::reference
