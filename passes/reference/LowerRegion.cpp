// LowerRegion.cpp - one interval operation per op of a score or mask region.
//
// Must not know what the value is used for. An op without a rule here is an error at its location, never a
// guess.
#include "passes/reference/LowerRegion.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/reference/RoundingModel.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using arith::CmpFPredicate;

namespace attnc::reference {

FailureOr<Interval> RegionLowering::lower(Region &region, ArrayRef<Interval> arguments) {
  values.clear();
  for (auto [argument, interval] : llvm::zip_equal(region.getArguments(), arguments))
    values[argument] = interval;
  for (Operation &op : region.front().without_terminator()) {
    b.setLoc(op.getLoc());
    FailureOr<Interval> result = lowerOp(&op);
    if (failed(result))
      return failure();
    values[op.getResult(0)] = *result;
  }
  return operand(region.front().getTerminator()->getOperand(0));
}

FailureOr<Interval> RegionLowering::operand(Value value) {
  if (auto found = values.find(value); found != values.end())
    return found->second;
  if (Value outer = captured.lookup(value))
    return Interval::exact(outer);
  // Scalar ops of the kernel's body (a hoisted constant) are evaluated where they are used.
  if (Operation *op = value.getDefiningOp(); op && op->getNumResults() == 1 && !isa<attn::AttentionOp>(op))
    return lowerOp(op);
  return emitError(value.getLoc(), "expected a scalar or a side tensor in a score or a mask, got ")
         << value.getType();
}

FailureOr<Interval> RegionLowering::lowerOp(Operation *op) {
  if (auto readOp = dyn_cast<attn::ReadOp>(op)) {
    Value side = captured.lookup(readOp.getSide());
    if (!side)
      return op->emitError("expected a side tensor that is an argument of the kernel");
    FailureOr<SmallVector<Interval>> indices = exactOperands(op, readOp.getIndices());
    if (failed(indices))
      return failure();
    return Interval::exact(read(side, *indices, readOp.getType()));
  }
  if (auto searchOp = dyn_cast<attn::SearchOp>(op))
    return search(searchOp);
  if (auto reachesOp = dyn_cast<attn::ReachesOp>(op))
    return reaches(reachesOp);
  SmallVector<Interval> operands;
  for (Value value : op->getOperands()) {
    FailureOr<Interval> interval = operand(value);
    if (failed(interval))
      return failure();
    operands.push_back(*interval);
  }
  if (auto cap = dyn_cast<attn::SoftcapOp>(op))
    return softcap(operands[0], cap.getCap().convertToDouble());
  if (isa<attn::BitOp>(op))
    return bit(op, operands[0], operands[1]);
  if (op->getNumResults() != 1 || op->getNumRegions() != 0)
    return op->emitError("expected an op with one result and no region in a score or a mask");
  if (op->getNumOperands() == 1 && isa<math::MathDialect>(op->getDialect()))
    return lowerMath(op, operands[0]);
  return lowerArith(op, operands);
}

FailureOr<SmallVector<Interval>> RegionLowering::exactOperands(Operation *op, ValueRange values) {
  SmallVector<Interval> operands;
  for (Value value : values) {
    FailureOr<Interval> interval = operand(value);
    if (failed(interval))
      return failure();
    if (!interval->isExact())
      return op->emitError("expected integers that do not depend on rounding");
    operands.push_back(*interval);
  }
  return operands;
}

/// One element after the other, not by bisection as a kernel does it: what is found is the same where they ascend.
FailureOr<Interval> RegionLowering::search(attn::SearchOp op) {
  Value side = captured.lookup(op.getSide());
  FailureOr<SmallVector<Interval>> row = exactOperands(op, op.getIndices());
  FailureOr<SmallVector<Interval>> range = exactOperands(op, {op.getFrom(), op.getTo(), op.getValue()});
  if (!side || failed(row) || failed(range))
    return op.emitError("expected a side tensor that is an argument of the kernel");
  Value zero = arith::ConstantIndexOp::create(b, 0), one = arith::ConstantIndexOp::create(b, 1);
  Value size = memref::DimOp::create(b, side, row->size());
  Value from = arith::MaxSIOp::create(b, (*range)[0].value, zero);
  Value to = arith::MinSIOp::create(b, (*range)[1].value, size);
  Value last = arith::MaxSIOp::create(b, from, to);
  auto loop = scf::ForOp::create(b, from, last, one, ValueRange{to});
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value index = loop.getInductionVar(), found = loop.getRegionIterArg(0);
    row->push_back(Interval::exact(index));
    Value element = read(side, *row, b.getI32Type());
    element = arith::IndexCastOp::create(b, b.getIndexType(), element);
    Value above = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, element, (*range)[2].value);
    Value nearer = arith::MinSIOp::create(b, found, index);
    scf::YieldOp::create(b, ValueRange{arith::SelectOp::create(b, above, nearer, found).getResult()});
  }
  return Interval::exact(loop.getResult(0));
}

/// As many steps as there are nodes.
FailureOr<Interval> RegionLowering::reaches(attn::ReachesOp op) {
  Value side = captured.lookup(op.getSide());
  FailureOr<SmallVector<Interval>> row = exactOperands(op, op.getIndices());
  FailureOr<SmallVector<Interval>> ends = exactOperands(op, {op.getNode(), op.getAncestor()});
  if (!side || failed(row) || failed(ends))
    return op.emitError("expected a side tensor that is an argument of the kernel");
  Value zero = arith::ConstantIndexOp::create(b, 0), one = arith::ConstantIndexOp::create(b, 1);
  Value size = memref::DimOp::create(b, side, row->size()), ancestor = (*ends)[1].value;
  auto loop = scf::ForOp::create(b, zero, size, one, ValueRange{(*ends)[0].value});
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value node = loop.getRegionIterArg(0);
    row->push_back(Interval::exact(node));
    Value parent = read(side, *row, b.getI32Type());
    parent = arith::IndexCastOp::create(b, b.getIndexType(), parent);
    auto less = [&](Value x, Value y) { return arith::CmpIOp::create(b, arith::CmpIPredicate::slt, x, y); };
    Value goesOn = arith::AndIOp::create(b, less(ancestor, node), less(node, size));
    goesOn = arith::AndIOp::create(b, goesOn, less(parent, node));
    scf::YieldOp::create(b, ValueRange{arith::SelectOp::create(b, goesOn, parent, node).getResult()});
  }
  Value node = loop.getResult(0);
  Value same = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, node, ancestor);
  Value known = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, node, size);
  return Interval::exact(arith::AndIOp::create(b, same, known));
}

FailureOr<Interval> RegionLowering::lowerArith(Operation *op, ArrayRef<Interval> x) {
  // Integers above 2^24 do not fit f32.
  auto fromInteger = [&](Value integer) {
    return intervals.rounded(Interval::exact(integer), [&](Value end) -> Value {
      Value large = intervals.compare(CmpFPredicate::OGT, intervals.abs(end), intervals.constant(0x1p24));
      Value slack = intervals.mul(intervals.abs(end), intervals.constant(rounding::kUnitF32));
      return intervals.choose(large, slack, intervals.constant(0));
    });
  };
  using Outcome = FailureOr<Interval>;
  return llvm::TypeSwitch<Operation *, Outcome>(op)
      .Case([&](arith::ConstantOp constant) -> Outcome {
        if (auto value = dyn_cast<FloatAttr>(constant.getValue()))
          return Interval::exact(intervals.constant(value.getValueAsDouble()));
        return lowerExact(op, x);
      })
      .Case([&](arith::AddFOp) -> Outcome { return intervals.add(x[0], x[1]); })
      .Case([&](arith::SubFOp) -> Outcome { return intervals.sub(x[0], x[1]); })
      .Case([&](arith::MulFOp) -> Outcome { return intervals.mul(x[0], x[1]); })
      .Case([&](arith::DivFOp) -> Outcome { return intervals.div(x[0], x[1]); })
      .Case([&](arith::NegFOp) -> Outcome { return intervals.neg(x[0]); })
      .Case<arith::MinNumFOp, arith::MinimumFOp>(
          [&](Operation *) -> Outcome { return intervals.min(x[0], x[1]); })
      .Case<arith::MaxNumFOp, arith::MaximumFOp>(
          [&](Operation *) -> Outcome { return intervals.max(x[0], x[1]); })
      .Case([&](arith::CmpFOp compare) -> Outcome {
        return intervals.compare(compare.getPredicate(), x[0], x[1]);
      })
      .Case([&](arith::SIToFPOp convert) -> Outcome {
        return fromInteger(arith::SIToFPOp::create(b, b.getF64Type(), x[0].value));
      })
      .Case([&](arith::UIToFPOp convert) -> Outcome {
        if (!x[0].isExact()) // a bool that depends on rounding
          return intervals.choose(x[0], Interval::exact(intervals.constant(1)),
                                  Interval::exact(intervals.constant(0)));
        return fromInteger(arith::UIToFPOp::create(b, b.getF64Type(), x[0].value));
      })
      .Case([&](arith::SelectOp select) -> Outcome {
        bool integer = select.getType().isIndex() || select.getType().isInteger(32);
        if (integer && !x[0].isExact())
          return op->emitError("expected an integer choice that does not depend on rounding");
        return intervals.choose(x[0], x[1], x[2]);
      })
      .Case([&](arith::AndIOp) -> Outcome {
        return op->getResult(0).getType().isInteger(1) ? intervals.logicalAnd(x[0], x[1]) : lowerExact(op, x);
      })
      .Case([&](arith::OrIOp) -> Outcome {
        return op->getResult(0).getType().isInteger(1) ? intervals.logicalOr(x[0], x[1]) : lowerExact(op, x);
      })
      .Case([&](arith::XOrIOp) -> Outcome {
        return op->getResult(0).getType().isInteger(1) ? intervals.logicalXor(x[0], x[1]) : lowerExact(op, x);
      })
      .Default([&](Operation *) { return lowerExact(op, x); });
}

/// Integer ops keep their meaning: they are cloned.
FailureOr<Interval> RegionLowering::lowerExact(Operation *op, ArrayRef<Interval> operands) {
  auto isInteger = [](Type type) { return type.isIndex() || type.isInteger(); };
  if (!(isa<arith::ArithDialect>(op->getDialect()) || isa<math::AbsIOp>(op)) ||
      !llvm::all_of(op->getOperandTypes(), isInteger) || !llvm::all_of(op->getResultTypes(), isInteger))
    return op->emitError("expected an op that the reference evaluates, got ") << op->getName();
  IRMapping mapping;
  for (auto [operand, interval] : llvm::zip_equal(op->getOperands(), operands)) {
    if (!interval.isExact())
      return op->emitError("expected integers that do not depend on rounding");
    mapping.map(operand, interval.value);
  }
  if (isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::FloorDivSIOp,
          arith::CeilDivSIOp, arith::CeilDivUIOp>(op)) {
    // Division by zero has no defined value, but the host must not trap.
    Value divisor = operands[1].value;
    Value zero = arith::ConstantOp::create(b, b.getIntegerAttr(divisor.getType(), 0));
    Value one = arith::ConstantOp::create(b, b.getIntegerAttr(divisor.getType(), 1));
    Value isZero = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, divisor, zero);
    mapping.map(op->getOperand(1), arith::SelectOp::create(b, isZero, one, divisor).getResult());
  }
  return Interval::exact(b.clone(*op, mapping)->getResult(0));
}

FailureOr<Interval> RegionLowering::lowerMath(Operation *op, const Interval &x) {
  using Outcome = FailureOr<Interval>;
  return llvm::TypeSwitch<Operation *, Outcome>(op)
      .Case([&](math::AbsFOp) -> Outcome { return intervals.abs(x); })
      .Case([&](math::AbsIOp) -> Outcome { return lowerExact(op, x); })
      .Case([&](math::ExpOp) -> Outcome { return exponential(x, false); })
      .Case([&](math::Exp2Op) -> Outcome { return exponential(x, true); })
      .Case([&](math::LogOp) -> Outcome { return logarithm(x, false); })
      .Case([&](math::Log2Op) -> Outcome { return logarithm(x, true); })
      .Case([&](math::SqrtOp) -> Outcome {
        Interval positive = x;
        if (!x.isExact())
          positive.lo = intervals.max(x.lo, intervals.constant(0));
        return intervals.rounded(
            intervals.increasing(positive, [&](Value v) -> Value { return math::SqrtOp::create(b, v); }),
            rounding::kDivideUnits);
      })
      .Case([&](math::TanhOp) -> Outcome {
        return intervals.rounded(
            intervals.increasing(x, [&](Value v) -> Value { return math::TanhOp::create(b, v); }),
            rounding::kFunctionUnits, rounding::kTanhAbsolute);
      })
      .Case([&](math::ErfOp) -> Outcome {
        return intervals.rounded(
            intervals.increasing(x, [&](Value v) -> Value { return math::ErfOp::create(b, v); }),
            rounding::kFunctionUnits, rounding::kErfAbsolute);
      })
      .Default([&](Operation *) -> Outcome {
        return op->emitError("expected an op that the reference evaluates, got ") << op->getName();
      });
}

Interval RegionLowering::softcap(const Interval &s, double cap) {
  Value bound = intervals.constant(cap);
  Interval capped = intervals.increasing(s, [&](Value v) -> Value {
    return intervals.mul(bound, math::TanhOp::create(b, intervals.div(v, bound)));
  });
  // tanh(x (1 + d)) differs from tanh(x) by at most x d (1 - tanh(x)^2) <= d tanh(x).
  double units = rounding::kDivideUnits + rounding::kFunctionUnits + rounding::kBasicUnits;
  return intervals.rounded(capped, units, cap * rounding::kTanhAbsolute);
}

FailureOr<Interval> RegionLowering::bit(Operation *op, const Interval &word, const Interval &position) {
  if (!word.isExact() || !position.isExact())
    return op->emitError("expected integers that do not depend on rounding");
  Value last = arith::ConstantIndexOp::create(b, 31), one = arith::ConstantIndexOp::create(b, 1);
  Value shift = arith::AndIOp::create(b, position.value, last);
  Value moved = arith::ShRSIOp::create(b, word.value, shift);
  Value lowest = arith::AndIOp::create(b, moved, one);
  return Interval::exact(arith::CmpIOp::create(b, arith::CmpIPredicate::eq, lowest, one));
}

Interval RegionLowering::exponential(const Interval &x, bool base2) {
  auto function = [&](Value v) -> Value {
    return base2 ? math::Exp2Op::create(b, v).getResult() : math::ExpOp::create(b, v).getResult();
  };
  auto end = [&](Value argument, bool up) {
    Value factor = intervals.add(
        intervals.constant(rounding::kFunctionUnits),
        intervals.mul(intervals.abs(argument), intervals.constant(rounding::kExpUnitsPerArgument)));
    factor = intervals.mul(factor, intervals.constant(rounding::kUnitF32));
    factor = intervals.min(factor, intervals.constant(0.5)); // keeps inf from becoming NaN
    Value one = intervals.constant(1);
    return intervals.mul(function(argument), up ? intervals.add(one, factor) : intervals.sub(one, factor));
  };
  // The per-argument error is applied at the ends; `rounded` adds underflow and the range of f32.
  return intervals.rounded({function(x.value), end(x.lo, false), end(x.hi, true)}, 0);
}

Interval RegionLowering::logarithm(const Interval &x, bool base2) {
  Interval positive = x;
  if (!x.isExact())
    positive.lo = intervals.max(x.lo, intervals.constant(0));
  Interval result = intervals.increasing(positive, [&](Value v) -> Value {
    return base2 ? math::Log2Op::create(b, v).getResult() : math::LogOp::create(b, v).getResult();
  });
  return intervals.rounded(result, rounding::kFunctionUnits, rounding::kLogAbsolute);
}

/// Loads an element, or 0 outside the shape without touching memory.
Value RegionLowering::read(Value side, ArrayRef<Interval> indices, Type result) {
  Value inside = arith::ConstantOp::create(b, b.getBoolAttr(true));
  Value zero = arith::ConstantIndexOp::create(b, 0);
  SmallVector<Value> position;
  for (auto [axis, index] : llvm::enumerate(indices)) {
    position.push_back(index.value);
    Value size = memref::DimOp::create(b, side, axis);
    Value low = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, index.value, zero);
    Value high = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, index.value, size);
    inside = arith::AndIOp::create(b, inside, arith::AndIOp::create(b, low, high));
  }
  Type element = cast<MemRefType>(side.getType()).getElementType();
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(element));
  auto guarded = scf::IfOp::create(
      b, inside,
      [&](OpBuilder &inner, Location loc) {
        Value loaded = memref::LoadOp::create(inner, loc, side, position);
        scf::YieldOp::create(inner, loc, loaded);
      },
      [&](OpBuilder &inner, Location loc) { scf::YieldOp::create(inner, loc, none); });
  Value value = guarded.getResult(0);
  if (result.isInteger(1)) // bools lie in memory as bytes
    value = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, value, none);
  return value;
}

} // namespace attnc::reference
