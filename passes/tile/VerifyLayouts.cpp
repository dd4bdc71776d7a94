// VerifyLayouts.cpp - proofs by the layout algebra: conversions stay in a lane, ldmatrix has no conflicts.
#include "dialect/tile/Layout.h"
#include "passes/tile/TilePasses.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_TILEVERIFYLAYOUTSPASS
#include "passes/tile/TilePasses.h.inc"

namespace {

using namespace tile;

/// Addresses of one ldmatrix.x4: lanes 0-15 walk rows, lanes 16-31 the next eight columns (the order that
/// codegen/device/atom/ldmatrix.cuh documents for all three uses).
int wavefronts(SharedType type) {
  std::vector<std::pair<int, int>> lanes;
  for (int lane = 0; lane < 32; ++lane)
    lanes.emplace_back(lane % 16, lane / 16 * 8);
  return ldmatrixWavefronts(sharedTileLayout(type.rows(), type.columns()), lanes);
}

/// The algebra knows power-of-two sizes only.
template <class T> LogicalResult checkSizes(Operation *op, T type) {
  if (log2Exact(type.rows()) >= 0 && log2Exact(type.columns()) >= 0)
    return success();
  return op->emitOpError("expected rows and columns to be powers of two, got ") << type;
}

struct VerifyLayoutsPass : impl::TileVerifyLayoutsPassBase<VerifyLayoutsPass> {
  void runOnOperation() override {
    auto result = getOperation().walk([&](Operation *op) -> WalkResult {
      if (auto convert = dyn_cast<ConvertOp>(op)) {
        FragmentType type = convert.getSrc().getType();
        if (failed(checkSizes(op, type)))
          return WalkResult::interrupt();
        if (!sameLaneElements(accumulatorLayout(type.rows(), type.columns(), type.getWarps()),
                              operandALayout(type.rows(), type.columns(), type.getWarps()))) {
          op->emitOpError("expected accumulators and A operand to hold the same elements in every lane");
          return WalkResult::interrupt();
        }
      }
      if (isa<MmaAbtOp, MmaAbOp>(op))
        for (Value operand : op->getOperands())
          if (auto shared = dyn_cast<SharedType>(operand.getType())) {
            if (failed(checkSizes(op, shared)))
              return WalkResult::interrupt();
            if (int got = wavefronts(shared); got != 4) {
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
