// AffineSum.cpp - sums, their extremes over a query tile and their text.
#include "passes/analysis/AffineSum.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace attnc;

static constexpr int64_t kLimit = int64_t(1) << 46;

AffineSum AffineSum::number(int64_t value) { return AffineSum().addConstant(value); }

AffineSum AffineSum::leaf(AffineExpr expr, int64_t coefficient) {
  AffineSum sum;
  sum.terms.push_back({expr, coefficient});
  return sum;
}

AffineSum &AffineSum::addConstant(int64_t value) {
  overflow |= __builtin_add_overflow(constant, value, &constant) || constant > kLimit || constant < -kLimit;
  return *this;
}

AffineSum &AffineSum::add(const AffineSum &other, int64_t factor) {
  overflow |= other.overflow;
  int64_t product = 0;
  for (auto [leaf, coefficient] : other.terms) {
    overflow |=
        __builtin_mul_overflow(coefficient, factor, &product) || product > kLimit || product < -kLimit;
    auto *found = llvm::find_if(terms, [&, leaf = leaf](auto &term) { return term.first == leaf; });
    if (found == terms.end()) {
      if (product != 0)
        terms.push_back({leaf, product});
      continue;
    }
    found->second += product;
    if (found->second == 0)
      terms.erase(found);
  }
  overflow |= __builtin_mul_overflow(other.constant, factor, &product);
  return addConstant(overflow ? 0 : product);
}

AffineSum attnc::operator+(AffineSum lhs, const AffineSum &rhs) { return lhs.add(rhs); }
AffineSum attnc::operator-(AffineSum lhs, const AffineSum &rhs) { return lhs.add(rhs, -1); }
AffineSum attnc::operator*(const AffineSum &sum, int64_t factor) { return AffineSum().add(sum, factor); }

AffineSum AffineSum::of(AffineExpr expr) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary) {
    if (auto constant = dyn_cast<AffineConstantExpr>(expr))
      return number(constant.getValue());
    return leaf(expr);
  }
  AffineSum lhs = of(binary.getLHS());
  auto divisor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return lhs.add(of(binary.getRHS()));
  case AffineExprKind::Mul:
    return lhs * divisor.getValue();
  case AffineExprKind::FloorDiv:
    return leaf(expr);
  default: // AffineExpr writes x - (x floordiv c) * c as x mod c
    return lhs.add(of(binary.getLHS().floorDiv(binary.getRHS())), -divisor.getValue());
  }
}

AffineExpr AffineSum::expr(MLIRContext *context) const {
  // Dims, then symbols, then quotients, whatever the order in which they came.
  auto ordered = terms;
  auto rank = [](AffineExpr leaf) {
    if (auto dim = dyn_cast<AffineDimExpr>(leaf))
      return dim.getPosition();
    if (auto symbol = dyn_cast<AffineSymbolExpr>(leaf))
      return 100 + symbol.getPosition();
    return 10000u;
  };
  llvm::stable_sort(ordered, [&](auto &a, auto &b) { return rank(a.first) < rank(b.first); });
  AffineExpr sum = getAffineConstantExpr(0, context);
  for (auto [leaf, coefficient] : ordered)
    sum = sum + leaf * coefficient;
  return sum + constant;
}

AffineSum attnc::floorDiv(const AffineSum &sum, int64_t divisor, MLIRContext *context) {
  if (divisor == 1 || sum.overflow)
    return sum;
  return AffineSum::of(sum.expr(context).floorDiv(divisor));
}

/// The dividend and divisor of a quotient leaf.
static std::pair<AffineSum, int64_t> quotient(AffineExpr leaf) {
  auto binary = cast<AffineBinaryOpExpr>(leaf);
  return {AffineSum::of(binary.getLHS()), cast<AffineConstantExpr>(binary.getRHS()).getValue()};
}

Direction attnc::direction(const AffineSum &sum) {
  Direction result = Direction::Constant;
  for (auto [leaf, coefficient] : sum.terms) {
    Direction term = Direction::Constant;
    if (auto dim = dyn_cast<AffineDimExpr>(leaf))
      term = dim.getPosition() == kQuery ? Direction::Up : Direction::Constant;
    else if (isa<AffineBinaryOpExpr>(leaf))
      term = direction(quotient(leaf).first);
    if (term == Direction::Constant)
      continue;
    if (term != Direction::Mixed && coefficient < 0)
      term = term == Direction::Up ? Direction::Down : Direction::Up;
    if (term == Direction::Mixed || (result != Direction::Constant && result != term))
      return Direction::Mixed;
    result = term;
  }
  return result;
}

AffineSum attnc::extreme(const AffineSum &sum, bool greatest, MLIRContext *context) {
  AffineSum result = AffineSum::number(sum.constant);
  result.overflow |= sum.overflow;
  for (auto [leaf, coefficient] : sum.terms) {
    bool last = greatest == (coefficient > 0);
    if (auto dim = dyn_cast<AffineDimExpr>(leaf); dim && dim.getPosition() == kQuery) {
      result.add(AffineSum::leaf(getAffineDimExpr(last ? kLastQuery : kFirstQuery, context)), coefficient);
    } else if (isa<AffineBinaryOpExpr>(leaf)) {
      auto [dividend, divisor] = quotient(leaf);
      result.add(floorDiv(extreme(dividend, last, context), divisor, context), coefficient);
    } else {
      result.add(AffineSum::leaf(leaf), coefficient);
    }
  }
  return result;
}

AffineSum attnc::shiftQuery(const AffineSum &sum, int64_t step, MLIRContext *context) {
  AffineExpr query = getAffineDimExpr(kQuery, context);
  return AffineSum::of(sum.expr(context).replace(query, query + step));
}

static std::string leafText(AffineExpr leaf, ArrayRef<std::string> names);

static std::string termsText(ArrayRef<std::pair<AffineExpr, int64_t>> terms, int64_t constant,
                           ArrayRef<std::string> names) {
  std::string text;
  auto append = [&](int64_t sign, const std::string &part) {
    text += text.empty() ? (sign < 0 ? "-" : "") : (sign < 0 ? " - " : " + ");
    text += part;
  };
  for (auto [leaf, coefficient] : terms) {
    int64_t size = std::abs(coefficient);
    std::string part = leafText(leaf, names);
    // A factor or a leading minus binds as tightly as `//` and comes first.
    if (isa<AffineBinaryOpExpr>(leaf) && (size != 1 || (text.empty() && coefficient < 0)))
      part = "(" + part + ")";
    append(coefficient, (size == 1 ? "" : std::to_string(size) + " * ") + part);
  }
  if (constant != 0 || text.empty())
    append(constant, std::to_string(std::abs(constant)));
  return text;
}

static std::string leafText(AffineExpr leaf, ArrayRef<std::string> names) {
  static constexpr const char *dims[] = {"i0", "i1", "q", "kv"};
  if (auto dim = dyn_cast<AffineDimExpr>(leaf))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(leaf))
    return names[symbol.getPosition()];
  auto [dividend, divisor] = quotient(leaf);
  std::string inner = termsText(dividend.terms, dividend.constant, names);
  bool plain = dividend.terms.size() == 1 && dividend.constant == 0;
  return (plain ? inner : "(" + inner + ")") + " // " + std::to_string(divisor);
}

std::string attnc::inequalityText(const AffineSum &sum, ArrayRef<std::string> names) {
  SmallVector<std::pair<AffineExpr, int64_t>> left, right;
  for (auto [leaf, coefficient] : sum.terms)
    coefficient > 0 ? left.push_back({leaf, coefficient}) : right.push_back({leaf, -coefficient});
  if (left.empty())
    return termsText(right, 0, names) + " >= " + std::to_string(sum.constant);
  return termsText(left, 0, names) + " <= " + termsText(right, -sum.constant, names);
}

std::string attnc::sumText(const AffineSum &sum, ArrayRef<std::string> names) {
  return termsText(sum.terms, sum.constant, names);
}
