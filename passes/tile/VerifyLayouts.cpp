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
constexpr int64_t kStepColumns = 16, kPanelColumns = 64, kTileRows = 16;

/// Addresses of one ldmatrix.x4: lanes 0-15 walk rows, lanes 16-31 the next eight columns (the order that
/// codegen/device/atom/ldmatrix.cuh documents for all three uses), at every step of a panel.
int wavefronts() {
  int most = 0;
  for (int first = 0; first < kPanelColumns; first += kStepColumns) {
    std::vector<std::pair<int, int>> lanes;
    for (int lane = 0; lane < 32; ++lane)
      lanes.emplace_back(lane % 16, first + lane / 16 * 8);
    most = std::max(most, ldmatrixWavefronts(sharedTileLayout(kTileRows, kPanelColumns), lanes));
  }
  return most;
}

struct VerifyLayoutsPass : impl::TileVerifyLayoutsPassBase<VerifyLayoutsPass> {
  void runOnOperation() override {
    auto result = getOperation().walk([&](Operation *op) -> WalkResult {
      if (auto convert = dyn_cast<ConvertOp>(op)) {
        if (!sameLaneElements(accumulatorLayout(kTileRows, kStepColumns, 1),
                              operandALayout(kTileRows, kStepColumns, 1))) {
          op->emitOpError("expected accumulators and A operand to hold the same elements in every lane");
          return WalkResult::interrupt();
        }
      }
      if (isa<MmaAbtOp, MmaAbOp>(op))
        for (Value operand : op->getOperands())
          if (auto shared = dyn_cast<SharedType>(operand.getType())) {
            if (int got = wavefronts(); got != 4) {
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
