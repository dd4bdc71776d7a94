// RebuildBooleans.cpp - the logic half of RegionRebuilder: negations on leaves, flat and/or chains.
#include "passes/attn/RegionRebuilder.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace attnc;

/// The operand of `x xor true`, or null.
static Value negatedOperand(Value value) {
  auto op = value.getDefiningOp<arith::XOrIOp>();
  if (!op)
    return {};
  if (matchPattern(op.getRhs(), m_One()))
    return op.getLhs();
  return matchPattern(op.getLhs(), m_One()) ? op.getRhs() : Value();
}

static std::optional<bool> constantTruth(Value value) {
  IntegerAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return std::nullopt;
  return !constant.getValue().isZero();
}

Value RegionRebuilder::truth(mlir::Location where, bool value) {
  return make<arith::ConstantOp>(where, builder.getBoolAttr(value));
}

Value RegionRebuilder::emitNot(mlir::Location where, Value value) {
  if (std::optional<bool> known = constantTruth(value))
    return truth(where, !*known);
  if (Value inner = negatedOperand(value))
    return inner;
  return make<arith::XOrIOp>(where, value, truth(where, true));
}

Value RegionRebuilder::boolean(Value old, bool negated) {
  auto key = std::make_pair(old, unsigned(negated));
  if (Value known = rebuiltBooleans.lookup(key))
    return known;
  Value value;
  if (std::optional<bool> known = constantTruth(old))
    value = truth(old.getLoc(), *known != negated);
  else if (Value inner = negatedOperand(old))
    value = boolean(inner, !negated);
  else if (auto op = old.getDefiningOp<arith::CmpIOp>())
    value = compare(op, negated);
  else if (old.getDefiningOp<arith::AndIOp>())
    value = junction(old, negated, /*conjunction=*/!negated);
  else if (old.getDefiningOp<arith::OrIOp>())
    value = junction(old, negated, /*conjunction=*/negated);
  else
    value = negated ? emitNot(old.getLoc(), boolean(old, false)) : opaque(old);
  rebuiltBooleans[key] = value;
  return value;
}

void RegionRebuilder::collect(Value old, bool negated, bool conjunction, SmallVectorImpl<Value> &parts) {
  if (Value inner = negatedOperand(old))
    return collect(inner, !negated, conjunction, parts);
  bool continues = conjunction != negated ? bool(old.getDefiningOp<arith::AndIOp>())
                                          : bool(old.getDefiningOp<arith::OrIOp>());
  if (!continues) {
    parts.push_back(boolean(old, negated));
    return;
  }
  for (Value operand : old.getDefiningOp()->getOperands())
    collect(operand, negated, conjunction, parts);
}

/// Of two comparisons of one linear form only one counts: the tighter in a conjunction, else the looser.
void RegionRebuilder::mergeComparisons(bool conjunction, SmallVectorImpl<Value> &parts) {
  SmallVector<Value> kept;
  for (Value part : parts) {
    auto found = comparisons.find(part);
    bool merged = llvm::is_contained(kept, part);
    if (!merged && found != comparisons.end() && found->second.relation == Relation::LessEqual) {
      for (Value &other : kept) {
        auto known = comparisons.find(other);
        if (known == comparisons.end() || known->second.relation != Relation::LessEqual ||
            known->second.form.terms != found->second.form.terms)
          continue;
        if ((found->second.bound < known->second.bound) == conjunction)
          other = part;
        merged = true;
        break;
      }
    }
    if (!merged)
      kept.push_back(part);
  }
  parts.swap(kept);
}

Value RegionRebuilder::junction(Value old, bool negated, bool conjunction) {
  SmallVector<Value> parts;
  collect(old, negated, conjunction, parts);
  for (Value part : parts)
    if (constantTruth(part) == !conjunction) // false and x, true or x
      return part;
  llvm::erase_if(parts, [](Value part) { return constantTruth(part).has_value(); });
  mergeComparisons(conjunction, parts);
  if (parts.empty())
    return truth(old.getLoc(), conjunction);
  Value result = parts.front();
  for (Value part : ArrayRef(parts).drop_front())
    result = conjunction ? make<arith::AndIOp>(old.getLoc(), result, part)
                         : make<arith::OrIOp>(old.getLoc(), result, part);
  return result;
}
