// MaskText.cpp - affine maps as text.
#include "runtime/jit/MaskText.h"

#include "passes/analysis/AffineSum.h"
#include "passes/analysis/MaskFormula.h"

namespace attnc {
namespace {

using Names = llvm::SmallVector<std::string>;

std::string exprText(mlir::AffineExpr expr, const Names &symbols) {
  using mlir::AffineExprKind;
  switch (expr.getKind()) {
  case AffineExprKind::Constant:
    return std::to_string(llvm::cast<mlir::AffineConstantExpr>(expr).getValue());
  case AffineExprKind::DimId:
    return "i" + std::to_string(llvm::cast<mlir::AffineDimExpr>(expr).getPosition());
  case AffineExprKind::SymbolId:
    return symbols[llvm::cast<mlir::AffineSymbolExpr>(expr).getPosition()];
  default:
    break;
  }
  auto binary = llvm::cast<mlir::AffineBinaryOpExpr>(expr);
  const std::string left = exprText(binary.getLHS(), symbols), right = exprText(binary.getRHS(), symbols);
  auto grouped = [](const std::string &text) {
    return text.find(' ') == std::string::npos ? text : "(" + text + ")";
  };
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    if (right.starts_with('-'))
      return left + " - " + right.substr(1);
    return left + " + " + right;
  case AffineExprKind::Mul:
    if (right == "-1")
      return "-" + grouped(left);
    return grouped(left) + " * " + grouped(right);
  case AffineExprKind::FloorDiv:
    return grouped(left) + " // " + grouped(right);
  case AffineExprKind::CeilDiv:
    return "ceildiv(" + left + ", " + right + ")";
  default:
    return grouped(left) + " % " + grouped(right);
  }
}

std::string boundText(mlir::AffineMap map, const char *function, const Names &symbols) {
  if (map.getNumResults() == 1)
    return exprText(map.getResult(0), symbols);
  std::string text = std::string(function) + "(";
  for (auto [i, result] : llvm::enumerate(map.getResults()))
    text += (i ? ", " : "") + exprText(result, symbols);
  return text + ")";
}

std::string rangeText(attn::RangeAttr range, const Names &symbols) {
  std::string text = boundText(range.getLower(), "max", symbols) + " <= kv < " +
                     boundText(range.getUpper(), "min", symbols);
  if (mlir::AffineMap when = range.getWhen())
    for (auto [i, condition] : llvm::enumerate(when.getResults()))
      text += (i ? " and " : " where ") + inequalityText(AffineSum::of(condition * -1), symbols);
  return text;
}

} // namespace

MaskText maskText(attn::AttentionOp attention) {
  const attn::MaskProofAttr proof = attention.getProofAttr();
  const llvm::SmallVector<attn::TensorReadAttr> reads = proof.tensorReads();
  const Names names = symbolNames(attention, reads);
  MaskText text;
  text.exact = proof.getExact();
  for (attn::RangeAttr range : proof.getVisit())
    text.visit.push_back(rangeText(range, names));
  if (proof.getFull())
    text.full = rangeText(proof.getFull(), names);
  for (attn::TensorReadAttr read : reads)
    text.reads.push_back(readText(read, names));
  if (proof.getUnknown())
    for (auto term : proof.getUnknown().getAsRange<mlir::StringAttr>())
      text.unknown.push_back(term.getValue().str());
  return text;
}

} // namespace attnc
