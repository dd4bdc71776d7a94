// EvaluateRegion.cpp - one lambda an operation, over slots.
#include "passes/analysis/EvaluateRegion.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace attnc;

static bool compareIntegers(arith::CmpIPredicate predicate, int64_t x, int64_t y) {
  using P = arith::CmpIPredicate;
  switch (predicate) {
  case P::eq:
    return x == y;
  case P::ne:
    return x != y;
  case P::slt:
    return x < y;
  case P::sle:
    return x <= y;
  case P::sgt:
    return x > y;
  case P::sge:
    return x >= y;
  case P::ult:
    return uint64_t(x) < uint64_t(y);
  case P::ule:
    return uint64_t(x) <= uint64_t(y);
  case P::ugt:
    return uint64_t(x) > uint64_t(y);
  case P::uge:
    return uint64_t(x) >= uint64_t(y);
  }
  llvm_unreachable("every predicate has a case");
}

static int64_t floorQuotient(int64_t x, int64_t y) {
  if (y == 0) // specs/README.md, section 3
    return x;
  int64_t quotient = x / y;
  return quotient * y != x && (x < 0) != (y < 0) ? quotient - 1 : quotient;
}

RegionEvaluator::Compute RegionEvaluator::computeFor(Operation *op, const Sides &sides) {
  auto integers = [](auto f) -> Compute {
    return [f](RegionEvaluator &self, ArrayRef<unsigned> in) -> RegionValue {
      return {f(self.slots[in[0]].integer, self.slots[in[1]].integer), 0};
    };
  };
  auto reals = [](auto f) -> Compute {
    return [f](RegionEvaluator &self, ArrayRef<unsigned> in) -> RegionValue {
      return {0, f(self.slots[in[0]].real, self.slots[in[1]].real)};
    };
  };
  auto real = [](auto f) -> Compute {
    return [f](RegionEvaluator &self, ArrayRef<unsigned> in) -> RegionValue {
      return {0, f(self.slots[in[0]].real)};
    };
  };
  return llvm::TypeSwitch<Operation *, Compute>(op)
      .Case([&](arith::AddIOp) { return integers([](int64_t x, int64_t y) { return x + y; }); })
      .Case([&](arith::SubIOp) { return integers([](int64_t x, int64_t y) { return x - y; }); })
      .Case([&](arith::MulIOp) { return integers([](int64_t x, int64_t y) { return x * y; }); })
      .Case([&](arith::FloorDivSIOp) { return integers(floorQuotient); })
      .Case([&](arith::MaxSIOp) { return integers([](int64_t x, int64_t y) { return std::max(x, y); }); })
      .Case([&](arith::MinSIOp) { return integers([](int64_t x, int64_t y) { return std::min(x, y); }); })
      .Case([&](arith::AndIOp) { return integers([](int64_t x, int64_t y) { return x & y; }); })
      .Case([&](arith::OrIOp) { return integers([](int64_t x, int64_t y) { return x | y; }); })
      .Case([&](arith::XOrIOp) { return integers([](int64_t x, int64_t y) { return x ^ y; }); })
      .Case([&](attn::BitOp) {
        return integers([](int64_t word, int64_t i) { return int64_t(uint64_t(word) >> (i & 31) & 1); });
      })
      .Case([&](arith::CmpIOp compare) {
        return integers([p = compare.getPredicate()](int64_t x, int64_t y) -> int64_t {
          return compareIntegers(p, x, y);
        });
      })
      .Case([&](arith::CmpFOp compare) -> Compute {
        return [p = compare.getPredicate()](RegionEvaluator &self, ArrayRef<unsigned> in) -> RegionValue {
          return {
              arith::applyCmpPredicate(p, APFloat(self.slots[in[0]].real), APFloat(self.slots[in[1]].real)),
              0};
        };
      })
      .Case<arith::IndexCastOp>([&](auto) -> Compute {
        return [](RegionEvaluator &self, ArrayRef<unsigned> in) { return self.slots[in[0]]; };
      })
      .Case<arith::SIToFPOp, arith::UIToFPOp>([&](auto) -> Compute {
        return [](RegionEvaluator &self, ArrayRef<unsigned> in) -> RegionValue {
          return {0, double(self.slots[in[0]].integer)};
        };
      })
      .Case<arith::SelectOp>([&](auto) -> Compute {
        return [](RegionEvaluator &self, ArrayRef<unsigned> in) {
          return self.slots[in[self.slots[in[0]].integer ? 1 : 2]];
        };
      })
      .Case([&](attn::ReadOp op) -> Compute {
        auto side = dyn_cast<BlockArgument>(op.getSide());
        if (!side || !sides.read)
          return {};
        return [read = sides.read, side](RegionEvaluator &self, ArrayRef<unsigned> in) {
          SmallVector<int64_t> indices;
          for (unsigned slot : in.drop_front())
            indices.push_back(self.slots[slot].integer);
          return read(side, indices);
        };
      })
      .Case<attn::SearchOp, attn::ReachesOp>([&](Operation *walk) -> Compute {
        auto side = dyn_cast<BlockArgument>(walk->getOperand(0));
        if (!side || !sides.read || !sides.lastAxis)
          return {};
        const bool searches = isa<attn::SearchOp>(walk);
        return [sides, side, searches](RegionEvaluator &self, ArrayRef<unsigned> in) -> RegionValue {
          const unsigned own = searches ? 3 : 2; // operands behind the indices
          SmallVector<int64_t> at;
          for (unsigned slot : in.drop_front().drop_back(own))
            at.push_back(self.slots[slot].integer);
          at.push_back(0);
          auto element = [&](int64_t last) {
            at.back() = last;
            return sides.read(side, at).integer;
          };
          auto operand = [&](unsigned i) { return self.slots[in[in.size() - own + i]].integer; };
          const int64_t size = sides.lastAxis(side);
          if (searches) {
            int64_t from = std::max<int64_t>(operand(0), 0), to = std::min(operand(1), size);
            while (from < to) {
              const int64_t middle = from + (to - from) / 2;
              if (element(middle) > operand(2))
                to = middle;
              else
                from = middle + 1;
            }
            return {to, 0};
          }
          int64_t node = operand(0);
          const int64_t ancestor = operand(1);
          while (node > ancestor && node < size && element(node) < node)
            node = element(node);
          return {node == ancestor && ancestor >= 0 && node < size, 0};
        };
      })
      .Case([&](attn::SoftcapOp op) {
        return real([cap = op.getCap().convertToDouble()](double x) { return cap * std::tanh(x / cap); });
      })
      .Case([&](arith::AddFOp) { return reals([](double x, double y) { return x + y; }); })
      .Case([&](arith::SubFOp) { return reals([](double x, double y) { return x - y; }); })
      .Case([&](arith::MulFOp) { return reals([](double x, double y) { return x * y; }); })
      .Case([&](arith::DivFOp) { return reals([](double x, double y) { return x / y; }); })
      .Case([&](arith::MaxNumFOp) { return reals([](double x, double y) { return std::fmax(x, y); }); })
      .Case([&](arith::MinNumFOp) { return reals([](double x, double y) { return std::fmin(x, y); }); })
      .Case([&](arith::NegFOp) { return real([](double x) { return -x; }); })
      .Case([&](math::AbsFOp) { return real([](double x) { return std::fabs(x); }); })
      .Case([&](math::ExpOp) { return real([](double x) { return std::exp(x); }); })
      .Case([&](math::Exp2Op) { return real([](double x) { return std::exp2(x); }); })
      .Case([&](math::LogOp) { return real([](double x) { return std::log(x); }); })
      .Case([&](math::SqrtOp) { return real([](double x) { return std::sqrt(x); }); })
      .Case([&](math::TanhOp) { return real([](double x) { return std::tanh(x); }); })
      .Case([&](math::ErfOp) { return real([](double x) { return std::erf(x); }); })
      .Default([](Operation *) { return Compute(); });
}

unsigned RegionEvaluator::slotOf(Value value, const llvm::DenseMap<unsigned, RegionValue> &scalars) {
  auto [entry, isNew] = slotOfValue.try_emplace(value, slots.size());
  if (isNew) {
    auto argument = dyn_cast<BlockArgument>(value); // from above: a scalar, or a tensor whose slot is unused
    slots.push_back(argument ? scalars.lookup(argument.getArgNumber()) : RegionValue());
  }
  return entry->second;
}

LogicalResult RegionEvaluator::addStep(Operation *op, const llvm::DenseMap<unsigned, RegionValue> &scalars,
                                       const Sides &sides) {
  if (op->getNumResults() != 1)
    return failure();
  Value value = op->getResult(0);
  IntegerAttr integer;
  FloatAttr real;
  unsigned slot = slotOf(value, scalars);
  if (matchPattern(value, m_Constant(&integer))) {
    bool isBool = value.getType().isInteger(1);
    slots[slot].integer = isBool ? !integer.getValue().isZero() : integer.getInt();
    return success();
  }
  if (matchPattern(value, m_Constant(&real))) {
    slots[slot].real = real.getValueAsDouble();
    return success();
  }
  Step step{computeFor(op, sides), {}, slot};
  if (!step.compute)
    return failure();
  for (Value operand : op->getOperands()) {
    Operation *source = operand.getDefiningOp();
    if (source && !slotOfValue.contains(operand) && failed(addStep(source, scalars, sides)))
      return failure(); // a constant above the region
    step.operands.push_back(slotOf(operand, scalars));
  }
  steps.push_back(std::move(step));
  return success();
}

FailureOr<RegionEvaluator> RegionEvaluator::create(Region &region,
                                                   llvm::DenseMap<unsigned, RegionValue> scalars, Read read,
                                                   LastAxis lastAxis) {
  const Sides sides{std::move(read), std::move(lastAxis)};
  RegionEvaluator evaluator;
  if (region.empty()) {
    evaluator.isEmpty = true;
    return evaluator;
  }
  Block &block = region.front();
  for (BlockArgument argument : block.getArguments()) {
    evaluator.slotOfValue[argument] = evaluator.slots.size();
    evaluator.slots.push_back({});
  }
  for (Operation &op : block.without_terminator())
    if (failed(evaluator.addStep(&op, scalars, sides)))
      return failure();
  Value yielded = block.getTerminator()->getOperand(0);
  Operation *source = yielded.getDefiningOp();
  if (source && !evaluator.slotOfValue.contains(yielded) && failed(evaluator.addStep(source, scalars, sides)))
    return failure();
  evaluator.result = evaluator.slotOf(yielded, scalars);
  return evaluator;
}

RegionValue RegionEvaluator::run(ArrayRef<RegionValue> arguments) {
  llvm::copy(arguments, slots.begin());
  for (const Step &step : steps)
    slots[step.result] = step.compute(*this, step.operands);
  return slots[result];
}

bool RegionEvaluator::visible(int64_t b, int64_t h, int64_t q, int64_t kv, int64_t qLen, int64_t kvLen) {
  if (isEmpty)
    return true;
  return run({{b}, {h}, {q}, {kv}, {qLen}, {kvLen}}).integer != 0;
}
