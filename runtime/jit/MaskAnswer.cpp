// MaskAnswer.cpp - values of side tensors and scalars for the evaluator, and pairs of one tile.
#include "runtime/jit/MaskAnswer.h"

#include <cmath>

namespace attnc {

/// `real` is the value where a region takes it for a float, `integer` where for an int.
static RegionValue regionValue(double value) {
  return {std::abs(value) < 0x1p62 ? static_cast<int64_t>(value) : 0, value};
}

Status MaskAnswer::prepare(const std::set<std::string> &maskTensors) {
  if (question.tileQ <= 0 || question.tileKv <= 0)
    return Status(Code::Internal, "expected tile sizes, got none");
  llvm::DenseMap<unsigned, RegionValue> scalars;
  for (mlir::BlockArgument argument : kernel.getBody().getArguments()) {
    if (!argument.getType().isIntOrFloat())
      continue;
    auto given = question.scalars.find(kernel.argumentName(argument.getArgNumber()).str());
    if (given == question.scalars.end())
      return Status(Code::Internal, "expected a value of every scalar of the mask, got none of one");
    scalars[argument.getArgNumber()] = regionValue(given->second);
  }
  for (mlir::Value scalar : kernel.integerScalars())
    integerScalars.push_back(scalars[llvm::cast<mlir::BlockArgument>(scalar).getArgNumber()].integer);
  for (attn::TensorReadAttr read : reads)
    if (!side(read.getTensor()))
      return Status(Code::Internal, "expected the values of '" + read.getTensor().str() + "', got none");
  for (const std::string &name : maskTensors)
    if (!side(name)) {
      unevaluated = "'" + name + "' is too large to be made";
      return Status::success();
    }
  prepareEvaluator(scalars);
  return Status::success();
}

int64_t MaskAnswer::countVisible(const MaskPlace &place, const MaskRows &row, int64_t key) {
  int64_t found = 0;
  for (int64_t i = 0; i < row.rows; ++i)
    for (int64_t kv = key; kv < keyEnd(place, key); ++kv)
      found += visible(place, row.firstPosition + i, kv);
  return found;
}

bool MaskAnswer::anyVisible(const MaskPlace &place, const MaskRows &row, int64_t key, int64_t &budget) {
  const int64_t lastRow = row.rows - 1, lastKey = keyEnd(place, key) - 1;
  for (auto [i, kv] : {std::pair(lastRow, key), {0, lastKey}, {0, key}, {lastRow, lastKey}})
    if (--budget; visible(place, row.firstPosition + i, kv))
      return true;
  for (int64_t i = 0; i <= lastRow; ++i)
    for (int64_t kv = key; kv <= lastKey; ++kv)
      if (--budget; visible(place, row.firstPosition + i, kv))
        return true;
  return false;
}

double MaskAnswer::elementAt(const MaskSide &side, llvm::ArrayRef<int64_t> indices) {
  int64_t linear = 0;
  for (auto [index, extent] : llvm::zip_equal(indices, side.shape)) {
    if (index < 0 || index >= extent)
      return 0;
    linear = linear * extent + index;
  }
  return side.element(linear);
}

void MaskAnswer::prepareEvaluator(llvm::DenseMap<unsigned, RegionValue> scalars) {
  llvm::DenseMap<unsigned, const MaskSide *> bySlot;
  for (mlir::BlockArgument argument : kernel.getBody().getArguments())
    bySlot[argument.getArgNumber()] = side(kernel.argumentName(argument.getArgNumber()));
  auto read = [bySlot](mlir::BlockArgument argument, llvm::ArrayRef<int64_t> indices) -> RegionValue {
    return regionValue(elementAt(*bySlot.lookup(argument.getArgNumber()), indices));
  };
  auto lastAxis = [bySlot](mlir::BlockArgument argument) {
    return bySlot.lookup(argument.getArgNumber())->shape.back();
  };
  mlir::FailureOr<RegionEvaluator> made =
      RegionEvaluator::create(attention.getMask(), std::move(scalars), std::move(read), std::move(lastAxis));
  if (mlir::succeeded(made))
    evaluator.emplace(std::move(*made));
  else
    unevaluated = "the mask has an operation that explain cannot evaluate";
}

llvm::SmallVector<int64_t> MaskAnswer::symbols(const MaskPlace &place) const {
  llvm::SmallVector<int64_t> out{place.qLen, place.kvLen, place.b, place.h};
  out.append(integerScalars);
  const llvm::SmallVector<int64_t> fixed = out;
  for (attn::TensorReadAttr read : reads)
    out.push_back(static_cast<int64_t>(elementAt(*side(read.getTensor()), evaluate(read, fixed))));
  return out;
}

std::optional<MaskGrid::Range> MaskAnswer::fullRange(const MaskPlace &place, const MaskRows &row) const {
  if (!proof.getFull())
    return std::nullopt;
  const auto range =
      evaluate(proof.getFull(), row.firstPosition, row.firstPosition + row.rows - 1, symbols(place));
  return range.first < range.second ? std::optional(range) : std::nullopt;
}

} // namespace attnc
