// LinearForm.cpp - arithmetic of linear forms and their extraction from arith ops.
#include "passes/analysis/LinearForm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace attnc;

static bool tooLarge(int64_t value) { return value > kLargestCoefficient || value < -kLargestCoefficient; }

int64_t LinearForm::coefficient(Value term) const {
  for (auto [value, factor] : terms)
    if (value == term)
      return factor;
  return 0;
}

bool LinearForm::addTerm(Value term, int64_t factor) {
  auto *found = llvm::find_if(terms, [&](auto &entry) { return entry.first == term; });
  if (found == terms.end()) {
    if (factor != 0)
      terms.push_back({term, factor});
    return !tooLarge(factor);
  }
  found->second += factor;
  bool fits = !tooLarge(found->second);
  if (found->second == 0)
    terms.erase(found);
  return fits;
}

bool LinearForm::add(const LinearForm &other, int64_t factor) {
  if (tooLarge(factor))
    return false;
  bool fits = true;
  for (auto [term, coefficient] : other.terms)
    fits = addTerm(term, coefficient * factor) && fits;
  constant += other.constant * factor;
  return fits && !tooLarge(constant);
}

std::optional<LinearForm> Linearizer::of(Value value) {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  std::optional<LinearForm> form = compute(value);
  known[value] = form;
  return form;
}

std::optional<LinearForm> Linearizer::compute(Value value) {
  LinearForm form;
  IntegerAttr constant;
  if (matchPattern(value, m_Constant(&constant))) {
    if (constant.getValue().getSignificantBits() > 32 || tooLarge(constant.getInt()))
      return std::nullopt;
    form.constant = constant.getInt();
    return form;
  }
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<arith::AddIOp, arith::SubIOp>(op)) {
    std::optional<LinearForm> lhs = of(op->getOperand(0)), rhs = of(op->getOperand(1));
    if (!lhs || !rhs || !lhs->add(*rhs, isa<arith::AddIOp>(op) ? 1 : -1))
      return std::nullopt;
    return lhs;
  }
  if (isa_and_nonnull<arith::MulIOp>(op)) {
    std::optional<LinearForm> lhs = of(op->getOperand(0)), rhs = of(op->getOperand(1));
    if (!lhs || !rhs)
      return std::nullopt;
    if (lhs->isConstant())
      std::swap(lhs, rhs);
    if (rhs->isConstant())
      return form.add(*lhs, rhs->constant) ? std::optional(form) : std::nullopt;
  }
  form.terms.push_back({value, 1});
  return form;
}
