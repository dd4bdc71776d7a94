// VerifyLayouts.cpp - proofs by the layout algebra: conversions stay in a lane, ldmatrix has no conflicts.
#include "dialect/tile/Layout.h"
#include "passes/tile/TilePasses.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_TILEVERIFYLAYOUTSPASS
#include "passes/tile/TilePasses.h.inc"

namespace {

using namespace tile;

/// What the proofs are about. The algebra knows power-of-two sizes only, but no layout here needs more: the 16
/// columns of one mma step look the same in every step, and a row of panels starts at a multiple of all banks, so
/// that one panel shows the banks of all. Rows beyond 8 repeat the swizzle.
constexpr int64_t kStepColumns = 16, kPanelBytes = 128, kTileRows = 16;

/// Addresses of one ldmatrix.x4: lanes 0-15 walk rows, lanes 16-31 the next 16 bytes (the order that
/// codegen/device/atom/ldmatrix.cuh documents for all uses), at every step of a panel.
int wavefronts(int elementBytes) {
  int most = 0;
  const int panel = int(kPanelBytes) / elementBytes, chunk = 16 / elementBytes;
  for (int first = 0; first < panel; first += 2 * chunk) {
    std::vector<std::pair<int, int>> lanes;
    for (int lane = 0; lane < 32; ++lane)
      lanes.emplace_back(lane % 16, first + lane / 16 * chunk);
    most = std::max(most, ldmatrixWavefronts(sharedTileLayout(kTileRows, panel, elementBytes), lanes));
  }
  return most;
}

LinearLayout operandLayout(Type element) {
  return element.isF32() ? operandATf32Layout(kTileRows, kStepColumns, 1)
                         : operandALayout(kTileRows, kStepColumns, 1);
}

/// Tensor cores get their shared operands by ldmatrix, but for the values of tf32: it transposes 16 bits
/// only.
SmallVector<Value> ldmatrixOperands(Operation *op) {
  if (auto scores = dyn_cast<MmaAbtOp>(op); scores && scores.getKind() != MmaKind::Plain)
    return {scores.getA(), scores.getB()};
  if (auto sum = dyn_cast<MmaAbOp>(op); sum && sum.getKind() == MmaKind::Sync)
    return {sum.getB()};
  return {};
}

struct VerifyLayoutsPass : impl::TileVerifyLayoutsPassBase<VerifyLayoutsPass> {
  void runOnOperation() override {
    auto result = getOperation().walk([&](Operation *op) -> WalkResult {
      if (auto convert = dyn_cast<ConvertOp>(op)) {
        if (!sameLaneElements(accumulatorLayout(kTileRows, kStepColumns, 1),
                              operandLayout(convert.getResult().getType().getElementType()))) {
          op->emitOpError("expected accumulators and A operand to hold the same elements in every lane");
          return WalkResult::interrupt();
        }
      }
      for (Value operand : ldmatrixOperands(op)) {
        auto shared = cast<SharedType>(operand.getType());
        if (int got = wavefronts(int(shared.getElementType().getIntOrFloatBitWidth()) / 8); got != 4) {
          op->emitOpError("expected 4 shared-memory wavefronts per ldmatrix.x4 of ")
              << shared << ", got " << got;
          return WalkResult::interrupt();
        }
      }
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
} // namespace attnc
