// FoldScale.cpp - attn-fold-scale.
#include "dialect/attn/Attn.h"
#include "passes/Passes.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_ATTNFOLDSCALE
#include "passes/Passes.h.inc"
} // namespace attnc

using namespace attnc;

/// The constant c if `op` computes s * c or s / (1 / c) from its other operand `score`.
static std::optional<double> factorOf(Operation *op, Value score) {
  FloatAttr constant;
  if (isa<arith::MulFOp>(op)) {
    Value other = op->getOperand(op->getOperand(0) == score ? 1 : 0);
    if (matchPattern(other, m_Constant(&constant)))
      return constant.getValueAsDouble();
  }
  if (isa<arith::DivFOp>(op) && op->getOperand(0) == score &&
      matchPattern(op->getOperand(1), m_Constant(&constant)))
    return 1 / constant.getValueAsDouble();
  return std::nullopt;
}

/// Moves one leading factor of the score into the scale. False if there is none.
static bool foldOnce(attn::AttentionOp attention) {
  Region &region = attention.getScore();
  if (region.empty() || !attention.getScaleAttr())
    return false;
  BlockArgument score = region.getArgument(0);
  if (!score.hasOneUse())
    return false;
  Operation *use = *score.getUsers().begin();
  std::optional<double> factor = factorOf(use, score);
  if (!factor)
    return false;
  double scale = attention.getScaleAttr().getValueAsDouble() * *factor;
  // The product must be a scale (C4) that f32 holds with full precision.
  if (!(*factor > 0) || !std::isfinite(float(scale)) || !std::isnormal(float(scale)))
    return false;
  attention.setScaleAttr(FloatAttr::get(Float64Type::get(attention.getContext()), scale));
  use->getResult(0).replaceAllUsesWith(score);
  use->erase();
  return true;
}

namespace {
struct FoldScale : attnc::impl::AttnFoldScaleBase<FoldScale> {
  void runOnOperation() override {
    getOperation().walk([&](attn::AttentionOp attention) {
      while (foldOnce(attention))
        ++numFolded;
      Region &region = attention.getScore();
      if (region.empty())
        return;
      for (Operation &op : llvm::make_early_inc_range(llvm::reverse(region.front())))
        if (isOpTriviallyDead(&op))
          op.erase();
      if (region.front().getTerminator()->getOperand(0) == region.getArgument(0))
        region.getBlocks().clear();
    });
  }
};
} // namespace
