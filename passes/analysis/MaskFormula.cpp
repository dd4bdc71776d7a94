// MaskFormula.cpp - negations to the leaves, min, max and select to alternatives, comparisons to sums.
#include "passes/analysis/MaskFormula.h"

#include "passes/analysis/LinearForm.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace attnc;

namespace {
class FormulaBuilder {
public:
  FormulaBuilder(attn::AttentionOp attention, ArrayRef<attn::TensorReadAttr> reads)
      : attention(attention), kernel(attention->getParentOfType<attn::KernelOp>()),
        context(attention.getContext()), reads(reads) {
    Block &block = attention.getMask().front();
    leaves[block.getArgument(0)] = getAffineSymbolExpr(2, context); // b
    leaves[block.getArgument(1)] = getAffineSymbolExpr(3, context); // h
    leaves[block.getArgument(2)] = getAffineDimExpr(kQuery, context);
    leaves[block.getArgument(3)] = getAffineDimExpr(kKey, context);
    leaves[block.getArgument(4)] = getAffineSymbolExpr(0, context); // q_len
    leaves[block.getArgument(5)] = getAffineSymbolExpr(1, context); // kv_len
    for (auto [index, scalar] : llvm::enumerate(kernel.integerScalars()))
      leaves[scalar] = getAffineSymbolExpr(attn::kProofSymbols + index, context);
  }

  MaskFormula of(Value value, bool negated);
  /// The read as an attribute, if it is the same for every query and key.
  attn::TensorReadAttr uniform(attn::ReadOp read);

private:
  MaskFormula comparison(arith::CmpIOp op, bool negated);
  /// The alternatives of form <= 0.
  MaskFormula atMostZero(LinearForm form, Value source);
  MaskFormula unknown(Value source, bool negated = false);
  std::optional<AffineSum> sum(const LinearForm &form);
  std::optional<AffineSum> leaf(Value term);
  static MaskFormula any(MaskFormula lhs, const MaskFormula &rhs);
  static MaskFormula all(const MaskFormula &lhs, const MaskFormula &rhs);
  static MaskFormula tooMany();

  attn::AttentionOp attention;
  attn::KernelOp kernel;
  MLIRContext *context;
  ArrayRef<attn::TensorReadAttr> reads;
  Linearizer linearizer;
  llvm::DenseMap<Value, AffineExpr> leaves;
  /// Work limit: nested selects double with each level before a product is ever too long.
  unsigned steps = 4096;
};
} // namespace

MaskFormula FormulaBuilder::tooMany() {
  return {Conjunct{{}, {"more than " + std::to_string(kMaxConjuncts) + " alternatives"}}};
}

MaskFormula FormulaBuilder::any(MaskFormula lhs, const MaskFormula &rhs) {
  lhs.append(rhs.begin(), rhs.end());
  return lhs.size() > kMaxConjuncts ? tooMany() : lhs;
}

MaskFormula FormulaBuilder::all(const MaskFormula &lhs, const MaskFormula &rhs) {
  if (lhs.size() * rhs.size() > kMaxConjuncts)
    return tooMany();
  MaskFormula product;
  for (const Conjunct &x : lhs)
    for (const Conjunct &y : rhs) {
      Conjunct both = x;
      both.atoms.append(y.atoms.begin(), y.atoms.end());
      both.unknown.append(y.unknown.begin(), y.unknown.end());
      product.push_back(std::move(both));
    }
  return product;
}

MaskFormula FormulaBuilder::unknown(Value source, bool negated) {
  std::string text = valueText(source);
  return {Conjunct{{}, {negated ? "not (" + text + ")" : text}}};
}

MaskFormula FormulaBuilder::of(Value value, bool negated) {
  if (steps == 0)
    return tooMany();
  --steps;
  IntegerAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return constant.getValue().isZero() == negated ? MaskFormula{Conjunct{}} : MaskFormula{};
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<arith::AndIOp, arith::OrIOp>(op)) {
    MaskFormula lhs = of(op->getOperand(0), negated), rhs = of(op->getOperand(1), negated);
    return isa<arith::AndIOp>(op) != negated ? all(lhs, rhs) : any(lhs, rhs);
  }
  if (isa_and_nonnull<arith::XOrIOp>(op)) {
    Value x = op->getOperand(0), y = op->getOperand(1);
    return any(all(of(x, false), of(y, !negated)), all(of(x, true), of(y, negated)));
  }
  if (auto select = dyn_cast_if_present<arith::SelectOp>(op)) {
    Value condition = select.getCondition();
    return any(all(of(condition, false), of(select.getTrueValue(), negated)),
               all(of(condition, true), of(select.getFalseValue(), negated)));
  }
  if (auto compare = dyn_cast_if_present<arith::CmpIOp>(op))
    return comparison(compare, negated);
  return unknown(value, negated);
}

MaskFormula FormulaBuilder::comparison(arith::CmpIOp op, bool negated) {
  using P = arith::CmpIPredicate;
  P predicate = negated ? arith::invertPredicate(op.getPredicate()) : op.getPredicate();
  if (!op.getLhs().getType().isIndex())
    return unknown(op, negated);
  std::optional<LinearForm> lhs = linearizer.of(op.getLhs()), rhs = linearizer.of(op.getRhs());
  if (!lhs || !rhs)
    return unknown(op, negated);
  // The alternatives of a <= b + slack.
  auto order = [&](const LinearForm &a, const LinearForm &b, int64_t slack) -> MaskFormula {
    LinearForm form = a;
    if (!form.add(b, -1))
      return unknown(op, negated);
    form.constant -= slack;
    return atMostZero(form, op);
  };
  switch (predicate) {
  case P::sle:
    return order(*lhs, *rhs, 0);
  case P::slt:
    return order(*lhs, *rhs, -1);
  case P::sge:
    return order(*rhs, *lhs, 0);
  case P::sgt:
    return order(*rhs, *lhs, -1);
  case P::eq: {
    MaskFormula below = order(*lhs, *rhs, 0), above = order(*rhs, *lhs, 0);
    // One text is enough for an equation of unknown terms.
    if (below.size() == 1 && below.front().atoms.empty() && !below.front().unknown.empty())
      return below;
    return all(below, above);
  }
  case P::ne: {
    MaskFormula below = order(*lhs, *rhs, -1), above = order(*rhs, *lhs, -1);
    if (below.size() == 1 && below.front().atoms.empty() && !below.front().unknown.empty())
      return below;
    return any(below, above);
  }
  default:
    return unknown(op, negated);
  }
}

MaskFormula FormulaBuilder::atMostZero(LinearForm form, Value source) {
  for (auto [term, coefficient] : form.terms) {
    Operation *op = term.getDefiningOp();
    if (!isa_and_nonnull<arith::MaxSIOp, arith::MinSIOp, arith::SelectOp>(op))
      continue;
    bool isSelect = isa<arith::SelectOp>(op);
    MaskFormula sides[2];
    for (int side : {0, 1}) {
      std::optional<LinearForm> operand = linearizer.of(op->getOperand(side + isSelect));
      LinearForm replaced = form;
      if (steps == 0 || !operand || !replaced.addTerm(term, -coefficient) ||
          !replaced.add(*operand, coefficient))
        return unknown(source);
      --steps;
      sides[side] = atMostZero(replaced, source);
    }
    if (isSelect)
      return any(all(of(op->getOperand(0), false), sides[0]), all(of(op->getOperand(0), true), sides[1]));
    return isa<arith::MaxSIOp>(op) == (coefficient > 0) ? all(sides[0], sides[1]) : any(sides[0], sides[1]);
  }
  std::optional<AffineSum> atom = sum(form);
  if (!atom || atom->overflow)
    return unknown(source);
  if (atom->terms.empty())
    return atom->constant <= 0 ? MaskFormula{Conjunct{}} : MaskFormula{};
  return {Conjunct{{*atom}, {}}};
}

std::optional<AffineSum> FormulaBuilder::sum(const LinearForm &form) {
  AffineSum result = AffineSum::number(form.constant);
  for (auto [term, coefficient] : form.terms) {
    std::optional<AffineSum> value = leaf(term);
    if (!value)
      return std::nullopt;
    result.add(*value, coefficient);
  }
  return result;
}

std::optional<AffineSum> FormulaBuilder::leaf(Value term) {
  if (AffineExpr known = leaves.lookup(term))
    return AffineSum::leaf(known);
  if (auto cast = term.getDefiningOp<arith::IndexCastOp>()) {
    AffineExpr known = leaves.lookup(cast.getIn());
    if (auto read = cast.getIn().getDefiningOp<attn::ReadOp>())
      if (auto found = llvm::find(reads, uniform(read)); found != reads.end())
        known = getAffineSymbolExpr(
            attn::kProofSymbols + kernel.integerScalars().size() + (found - reads.begin()), context);
    return known ? std::optional(AffineSum::leaf(known)) : std::nullopt;
  }
  auto division = term.getDefiningOp<arith::FloorDivSIOp>();
  IntegerAttr divisor;
  if (!division || !matchPattern(division.getRhs(), m_Constant(&divisor)) || divisor.getInt() <= 0 ||
      divisor.getInt() > kLargestCoefficient)
    return std::nullopt;
  std::optional<LinearForm> dividend = linearizer.of(division.getLhs());
  if (!dividend)
    return std::nullopt;
  std::optional<AffineSum> inner = sum(*dividend);
  if (!inner || inner->overflow)
    return std::nullopt;
  return floorDiv(*inner, divisor.getInt(), context);
}

attn::TensorReadAttr FormulaBuilder::uniform(attn::ReadOp read) {
  auto side = dyn_cast<BlockArgument>(read.getSide());
  if (!side || !read.getType().isInteger(32))
    return {};
  SmallVector<AffineExpr> indices;
  for (Value index : read.getIndices()) {
    std::optional<LinearForm> form = linearizer.of(index);
    std::optional<AffineSum> value = form ? sum(*form) : std::nullopt;
    if (!value || value->overflow)
      return {};
    indices.push_back(value->expr(context));
  }
  unsigned symbols = attn::kProofSymbols + kernel.integerScalars().size();
  AffineMap map = AffineMap::get(kKey + 1, symbols + kMaxReads, indices, context);
  for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
    if (map.isFunctionOfDim(dim))
      return {};
  for (unsigned other = 0; other < kMaxReads; ++other) // an index that is a read itself
    if (map.isFunctionOfSymbol(symbols + other))
      return {};
  return attn::TensorReadAttr::get(context, kernel.argumentName(side.getArgNumber()),
                                   AffineMap::get(0, symbols, indices, context));
}

UniformReads attnc::uniformReads(attn::AttentionOp attention) {
  UniformReads reads;
  if (attention.getMask().empty())
    return reads;
  FormulaBuilder builder(attention, {});
  attention.getMask().walk([&](attn::ReadOp read) {
    attn::TensorReadAttr attr = builder.uniform(read);
    if (attr && !llvm::is_contained(reads, attr) && reads.size() < kMaxReads)
      reads.push_back(attr);
  });
  return reads;
}

MaskFormula attnc::buildFormula(attn::AttentionOp attention, ArrayRef<attn::TensorReadAttr> reads, bool negated) {
  Value visible = attention.getMask().front().getTerminator()->getOperand(0);
  return FormulaBuilder(attention, reads).of(visible, negated);
}

std::string attnc::readText(attn::TensorReadAttr read, ArrayRef<std::string> names) {
  std::string text = read.getTensor().str() + "[";
  for (auto [axis, index] : llvm::enumerate(read.getIndices().getResults()))
    text += (axis ? ", " : "") + sumText(AffineSum::of(index), names);
  return text + "]";
}

SmallVector<std::string> attnc::symbolNames(attn::AttentionOp attention, ArrayRef<attn::TensorReadAttr> reads) {
  SmallVector<std::string> names = {"q_len", "kv_len", "b", "h"};
  auto kernel = attention->getParentOfType<attn::KernelOp>();
  for (Value scalar : kernel.integerScalars())
    names.push_back(kernel.argumentName(cast<BlockArgument>(scalar).getArgNumber()).str());
  for (attn::TensorReadAttr read : reads)
    names.push_back(readText(read, names));
  return names;
}
