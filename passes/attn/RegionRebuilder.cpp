// RegionRebuilder.cpp - canonical index arithmetic and comparisons; RebuildBooleans.cpp has and, or, not.
#include "passes/attn/RegionRebuilder.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <numeric>

using namespace mlir;
using namespace attnc;

//===- Order of terms ---------------------------------------------------------------------------------===//

static int termRank(BlockArgument argument) {
  if (isa<attn::KernelOp>(argument.getOwner()->getParentOp()))
    return 6 + argument.getArgNumber();
  // Counted from the end, masks and scores have the same arguments: kv_len, q_len, kv, q, h, b.
  static constexpr int ranks[] = {5, 4, 0, 1, 2, 3};
  unsigned fromEnd = argument.getOwner()->getNumArguments() - 1 - argument.getArgNumber();
  return fromEnd < 6 ? ranks[fromEnd] : -1;
}

int attnc::compareTerms(Value lhs, Value rhs) {
  if (lhs == rhs)
    return 0;
  auto left = dyn_cast<BlockArgument>(lhs), right = dyn_cast<BlockArgument>(rhs);
  if (left && right)
    return termRank(left) - termRank(right);
  if (left || right)
    return left ? -1 : 1;
  Operation *a = lhs.getDefiningOp(), *b = rhs.getDefiningOp();
  if (int order = a->getName().getStringRef().compare(b->getName().getStringRef()))
    return order;
  if (a->getNumOperands() != b->getNumOperands())
    return int(a->getNumOperands()) - int(b->getNumOperands());
  for (auto [x, y] : llvm::zip_equal(a->getOperands(), b->getOperands()))
    if (int order = compareTerms(x, y))
      return order;
  std::string x, y;
  llvm::raw_string_ostream(x) << a->getAttrDictionary() << cast<OpResult>(lhs).getResultNumber();
  llvm::raw_string_ostream(y) << b->getAttrDictionary() << cast<OpResult>(rhs).getResultNumber();
  return x.compare(y);
}

//===- Driver -----------------------------------------------------------------------------------------===//

RegionRebuilder::RegionRebuilder(Region &region) : region(region), builder(region.getContext()) {}

void RegionRebuilder::run() {
  Block &old = region.front();
  fresh = new Block();
  for (BlockArgument argument : old.getArguments())
    rebuilt[argument] = fresh->addArgument(argument.getType(), argument.getLoc());
  region.push_back(fresh);
  builder.setInsertionPointToEnd(fresh);
  Operation *yield = old.getTerminator();
  SmallVector<Value> results;
  for (Value operand : yield->getOperands())
    results.push_back(rebuild(operand));
  builder.clone(*yield)->setOperands(results);
  old.erase();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*fresh)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

Value RegionRebuilder::rebuild(Value old) {
  if (old.getType().isIndex())
    return index(old);
  if (old.getType().isInteger(1))
    return boolean(old, /*negated=*/false);
  return opaque(old);
}

Value RegionRebuilder::intern(Operation *op, unsigned result) {
  // A fold in place also succeeds, with no value or the operation's own.
  SmallVector<Value> folded;
  if (!op->hasTrait<OpTrait::ConstantLike>() && succeeded(builder.tryFold(op, folded)) && !folded.empty() &&
      folded[result].getDefiningOp() != op) {
    op->erase();
    Value value = folded[result];
    Operation *source = value.getDefiningOp();
    return source && source->hasTrait<OpTrait::ConstantLike>() ? intern(source) : value;
  }
  size_t hash = OperationEquivalence::computeHash(op, OperationEquivalence::directHashValue,
                                                  OperationEquivalence::ignoreHashValue,
                                                  OperationEquivalence::IgnoreLocations);
  auto [begin, end] = interned.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (it->second == op)
      return op->getResult(result);
    if (OperationEquivalence::isEquivalentTo(it->second, op, OperationEquivalence::IgnoreLocations)) {
      if (op->use_empty())
        op->erase();
      return it->second->getResult(result);
    }
  }
  interned.insert({hash, op});
  return op->getResult(result);
}

/// A value that is not a sum: a block argument, a value from above, or its operation on rebuilt operands.
Value RegionRebuilder::opaque(Value old) {
  if (Value known = rebuilt.lookup(old))
    return known;
  Operation *op = old.getDefiningOp();
  if (!op)
    return old;
  if (op->getParentRegion() != &region && !op->hasTrait<OpTrait::ConstantLike>())
    return old;
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(rebuild(operand));
  Operation *copy = builder.clone(*op);
  copy->setOperands(operands);
  Value value = intern(copy, cast<OpResult>(old).getResultNumber());
  rebuilt[old] = value;
  return value;
}

//===- Index arithmetic -------------------------------------------------------------------------------===//

std::optional<LinearForm> RegionRebuilder::linear(Value old) {
  std::optional<LinearForm> form = linearizer.of(old);
  if (!form)
    return std::nullopt;
  LinearForm result;
  result.constant = form->constant;
  for (auto [term, coefficient] : form->terms) {
    // Rebuilding may have folded the term to a constant or to a sum.
    std::optional<LinearForm> fresh = linearizer.of(opaque(term));
    if (!fresh || !result.add(*fresh, coefficient))
      return std::nullopt;
  }
  llvm::sort(result.terms, [](auto &a, auto &b) { return compareTerms(a.first, b.first) < 0; });
  return result;
}

Value RegionRebuilder::index(Value old) {
  if (Value known = rebuilt.lookup(old))
    return known;
  std::optional<LinearForm> form = linear(old);
  if (!form)
    return opaque(old);
  Value value = emitLinear(old.getLoc(), *form);
  rebuilt[old] = value;
  return value;
}

Value RegionRebuilder::constant(mlir::Location where, int64_t value) {
  return make<arith::ConstantIndexOp>(where, value);
}

Value RegionRebuilder::emitSum(mlir::Location where, ArrayRef<std::pair<Value, int64_t>> terms) {
  Value sum;
  for (auto [term, coefficient] : terms) {
    Value part = coefficient == 1 ? term : make<arith::MulIOp>(where, term, constant(where, coefficient));
    sum = sum ? make<arith::AddIOp>(where, sum, part) : part;
  }
  return sum;
}

/// Positive terms, then minus negative terms, then the constant: q - kv + 3, never q + -1 * kv.
Value RegionRebuilder::emitLinear(mlir::Location where, const LinearForm &form) {
  SmallVector<std::pair<Value, int64_t>> positive, negative;
  for (auto [term, coefficient] : form.terms)
    coefficient > 0 ? positive.push_back({term, coefficient}) : negative.push_back({term, -coefficient});
  bool constantFirst = positive.empty();
  Value sum = constantFirst ? constant(where, form.constant) : emitSum(where, positive);
  if (!negative.empty())
    sum = make<arith::SubIOp>(where, sum, emitSum(where, negative));
  if (constantFirst || form.constant == 0)
    return sum;
  if (form.constant > 0)
    return make<arith::AddIOp>(where, sum, constant(where, form.constant));
  return make<arith::SubIOp>(where, sum, constant(where, -form.constant));
}

//===- Comparisons ------------------------------------------------------------------------------------===//

Value RegionRebuilder::compare(arith::CmpIOp op, bool negated) {
  using P = arith::CmpIPredicate;
  P predicate = op.getPredicate();
  if (negated)
    predicate = arith::invertPredicate(predicate);
  auto plain = [&]() -> Value {
    Value lhs = rebuild(op.getLhs()), rhs = rebuild(op.getRhs()); // in this order
    return make<arith::CmpIOp>(op.getLoc(), predicate, lhs, rhs);
  };
  bool isSigned = predicate == P::eq || predicate == P::ne || predicate == P::slt || predicate == P::sle ||
                  predicate == P::sgt || predicate == P::sge;
  if (!op.getLhs().getType().isIndex() || !isSigned)
    return plain();
  std::optional<LinearForm> lhs = linear(op.getLhs()), rhs = linear(op.getRhs());
  if (!lhs || !rhs)
    return plain();
  if (predicate == P::sgt || predicate == P::sge)
    std::swap(lhs, rhs);
  LinearForm difference = *lhs;
  if (!difference.add(*rhs, -1))
    return plain();
  Comparison comparison{difference, Relation::LessEqual, -difference.constant};
  if (predicate == P::slt || predicate == P::sgt)
    comparison.bound -= 1;
  if (predicate == P::eq || predicate == P::ne)
    comparison.relation = predicate == P::eq ? Relation::Equal : Relation::NotEqual;
  comparison.form.constant = 0;
  llvm::sort(comparison.form.terms, [](auto &a, auto &b) { return compareTerms(a.first, b.first) < 0; });
  return emitComparison(op.getLoc(), comparison);
}

Value RegionRebuilder::emitComparison(mlir::Location where, Comparison comparison) {
  using P = arith::CmpIPredicate;
  auto &[form, relation, bound] = comparison;
  bool isOrder = relation == Relation::LessEqual;
  if (form.isConstant()) {
    bool holds = isOrder ? 0 <= bound : (bound == 0) == (relation == Relation::Equal);
    return truth(where, holds);
  }
  int64_t divisor = 0;
  for (auto &[term, coefficient] : form.terms)
    divisor = std::gcd(divisor, coefficient);
  if (!isOrder && bound % divisor != 0)
    return truth(where, relation == Relation::NotEqual);
  if (!isOrder && form.terms.front().second < 0) // the first term is positive
    divisor = -divisor;
  for (auto &[term, coefficient] : form.terms)
    coefficient /= divisor;
  bound = llvm::divideFloorSigned(bound, divisor);

  SmallVector<std::pair<Value, int64_t>> positive, negative;
  for (auto [term, coefficient] : form.terms)
    coefficient > 0 ? positive.push_back({term, coefficient}) : negative.push_back({term, -coefficient});
  Value result;
  auto emit = [&](P predicate, Value lhs, Value rhs) {
    result = make<arith::CmpIOp>(where, predicate, lhs, rhs);
  };
  auto difference = [&](auto &plus, auto &minus) -> Value {
    Value sum = emitSum(where, plus);
    return minus.empty() ? sum : make<arith::SubIOp>(where, sum, emitSum(where, minus));
  };
  if (!isOrder) {
    P predicate = relation == Relation::Equal ? P::eq : P::ne;
    bool twoSided = bound == 0 && !negative.empty();
    Value lhs = twoSided ? emitSum(where, positive) : difference(positive, negative);
    emit(predicate, lhs, twoSided ? emitSum(where, negative) : constant(where, bound));
  } else if (positive.empty()) {
    Value lhs = emitSum(where, negative);
    emit(P::sge, lhs, constant(where, -bound)); // kv >= 5
  } else if (negative.empty()) {
    Value lhs = emitSum(where, positive);
    emit(P::slt, lhs, constant(where, bound + 1)); // kv < 5
  } else if (bound == 0 || bound == -1) {
    Value lhs = emitSum(where, positive), rhs = emitSum(where, negative);
    emit(bound == 0 ? P::sle : P::slt, lhs, rhs); // kv <= q
  } else if (bound > 0) {
    Value lhs = difference(positive, negative);
    emit(P::slt, lhs, constant(where, bound + 1)); // q - kv < 4096
  } else {
    Value lhs = difference(negative, positive);
    emit(P::sge, lhs, constant(where, -bound)); // q - kv >= 3
  }
  comparisons[result] = comparison;
  return result;
}
