// MaskReport.cpp - the proof's affine maps as text, and evaluated tile by tile as the kernel does it.
//
// Must follow passes/lower/LowerBounds.cpp: the counts are those of the emitted loops.
#include "runtime/jit/MaskReport.h"

#include "passes/analysis/MaskAnalysis.h"
#include "passes/analysis/MaskFormula.h"
#include "runtime/jit/Compilation.h"

#include <algorithm>

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
  return boundText(range.getLower(), "max", symbols) + " <= kv < " +
         boundText(range.getUpper(), "min", symbols);
}

bool usesSymbol(attn::RangeAttr range, unsigned position) {
  return range.getLower().isFunctionOfSymbol(position) || range.getUpper().isFunctionOfSymbol(position);
}

int64_t floorDiv(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/// The loops of one kernel over one request and head.
class TileCounter {
public:
  TileCounter(attn::AttentionOp attention, const MaskQuestion &question)
      : proof(attention.getProofAttr()), bottomRight(attention.getAnchor() == attn::Anchor::BottomRight),
        question(question) {}

  void count(int64_t qLen, int64_t kvLen, llvm::ArrayRef<int64_t> symbols, MaskTiles &out) const {
    const int64_t tileQ = question.tileQ, tileKv = question.tileKv;
    const int64_t columns = floorDiv(kvLen + tileKv - 1, tileKv);
    for (int64_t row = 0; row < qLen; row += tileQ) {
      const int64_t first = row + (bottomRight ? kvLen - qLen : 0);
      const int64_t last = first + std::min(tileQ, qLen - row) - 1;
      int64_t visitBegin = 0, keyEnd = 0;
      for (auto [i, range] : llvm::enumerate(proof.getVisit())) {
        const auto [lower, upper] = evaluate(range, first, last, symbols);
        visitBegin = i == 0 ? lower : std::min(visitBegin, lower);
        keyEnd = i == 0 ? upper : std::max(keyEnd, upper);
      }
      visitBegin = floorDiv(visitBegin, tileKv) * tileKv;
      const int64_t visited = visitedTiles(first, last, symbols, keyEnd);
      int64_t full = 0;
      if (proof.getFull() && visited > 0) {
        const auto [lower, upper] = evaluate(proof.getFull(), first, last, symbols);
        const int64_t begin = std::clamp(floorDiv(lower + tileKv - 1, tileKv) * tileKv, visitBegin, keyEnd);
        const int64_t end = std::max(begin, std::min(floorDiv(upper, tileKv) * tileKv, keyEnd));
        full = (end - begin) / tileKv;
      }
      out.visited += visited;
      out.full += full;
      out.partial += visited - full;
      out.empty += columns - visited;
    }
  }

private:
  /// Tiles that touch a visit range, as attnc::SpanWalk finds them.
  int64_t visitedTiles(int64_t first, int64_t last, llvm::ArrayRef<int64_t> symbols, int64_t keyEnd) const {
    const int64_t tile = question.tileKv;
    std::vector<std::pair<int64_t, int64_t>> spans; // in tiles
    for (attn::RangeAttr range : proof.getVisit())
      if (const auto [begin, end] = evaluate(range, first, last, symbols); begin < end)
        spans.emplace_back(floorDiv(begin, tile), floorDiv(std::min(end, keyEnd) + tile - 1, tile));
    std::sort(spans.begin(), spans.end());
    int64_t count = 0, reached = 0;
    for (auto [begin, end] : spans) {
      count += std::max<int64_t>(0, end - std::max(begin, reached));
      reached = std::max(reached, end);
    }
    return count;
  }

  attn::MaskProofAttr proof;
  bool bottomRight;
  const MaskQuestion &question;
};

/// Values of the integer scalars in the kernel's order.
Status appendScalars(attn::KernelOp kernel, const Spec &spec, const MaskQuestion &question,
                     llvm::SmallVectorImpl<int64_t> &symbols) {
  for (mlir::Value scalar : kernel.integerScalars()) {
    const std::string name =
        kernel.argumentName(llvm::cast<mlir::BlockArgument>(scalar).getArgNumber()).str();
    auto given = question.scalars.find(name);
    std::optional<double> value;
    if (given != question.scalars.end())
      value = given->second;
    for (const ScalarParam &param : spec.params)
      if (!value && param.name == name)
        value = param.defaultValue;
    if (!value)
      return Status(Code::InvalidArgument, "expected --param " + name + "=VALUE (no default), got none");
    symbols.push_back(static_cast<int64_t>(*value));
  }
  return Status::success();
}

} // namespace

Result<MaskReport> reportMask(const Spec &spec, const Target &target, const MaskQuestion &question) {
  Compilation compilation(spec);
  ATTNC_RETURN_IF_ERROR(compilation.imported());
  ATTNC_RETURN_IF_ERROR(compilation.run(buildAttnPipeline, target));
  attn::AttentionOp attention;
  compilation.module()->walk([&](attn::AttentionOp op) { attention = op; });
  if (!attention || !attention.getProofAttr())
    return Status(Code::Internal, "expected a mask proof after the attn passes, got none");

  const attn::MaskProofAttr proof = attention.getProofAttr();
  const llvm::SmallVector<attn::TensorReadAttr> reads = proof.tensorReads();
  const Names names = symbolNames(attention, reads);
  MaskReport report;
  report.exact = proof.getExact();
  bool perHead = false;
  for (attn::RangeAttr range : proof.getVisit()) {
    report.visit.push_back(rangeText(range, names));
    perHead |= usesSymbol(range, 3);
  }
  if (proof.getFull()) {
    report.full = rangeText(proof.getFull(), names);
    perHead |= usesSymbol(proof.getFull(), 3);
  }
  for (attn::TensorReadAttr read : reads)
    report.reads.push_back(readText(read, names));
  if (proof.getUnknown())
    for (auto term : proof.getUnknown().getAsRange<mlir::StringAttr>())
      report.unknown.push_back(term.getValue().str());
  if (question.requests.empty())
    return report;

  llvm::SmallVector<int64_t> scalars;
  ATTNC_RETURN_IF_ERROR(appendScalars(attention->getParentOfType<attn::KernelOp>(), spec, question, scalars));
  report.tiles.heads = perHead ? spec.queryHeads.value : 1;
  constexpr int64_t kMaxRows = 1 << 25; // a few seconds
  int64_t rows = 0;
  for (const auto &[qLen, kvLen] : question.requests)
    rows += (qLen + question.tileQ - 1) / question.tileQ * report.tiles.heads;
  if (rows > kMaxRows)
    return Status(Code::InvalidArgument, "expected at most " + std::to_string(kMaxRows) +
                                             " rows of tiles to count, got " + std::to_string(rows));
  const TileCounter counter(attention, question);
  for (int64_t b = 0; b < static_cast<int64_t>(question.requests.size()); ++b)
    for (int64_t h = 0; h < report.tiles.heads; ++h) {
      const auto [qLen, kvLen] = question.requests[b];
      llvm::SmallVector<int64_t> symbols{qLen, kvLen, b, h};
      symbols.append(scalars);
      symbols.append(reads.size(), kvLen / 2);
      counter.count(qLen, kvLen, symbols, report.tiles);
    }
  return report;
}

} // namespace attnc
