// ChooseSchedule.cpp - tile sizes, stages and warps, by target and head size. Knows nothing of masks or scores.
#include "attnc/Target.h"
#include "dialect/attn/Attn.h"
#include "dialect/tile/Tile.h"
#include "passes/lower/LowerPasses.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_ATTNCHOOSESCHEDULEPASS
#include "passes/lower/LowerPasses.h.inc"

namespace {

struct Candidate {
  int64_t tileQ, tileKv, stages, warps;

  /// Q, and `stages` tiles of K and of V, in 16-bit elements.
  int64_t sharedBytes(int64_t dim) const { return 2 * dim * (tileQ + 2 * stages * tileKv); }
};

/// Measured with ptxas 13.0 (codegen/device/README.md): the largest tiles without spills. Rows of a warp
/// beyond 16 reuse each K and V fragment, which halves the shared-memory reads per mma.
Candidate heuristic(int64_t dim) {
  if (dim <= 64)
    return {128, 64, 2, 4};
  if (dim <= 128)
    return {64, 64, 2, 4};
  return {64, 32, 2, 4};
}

struct ChooseSchedulePass : impl::AttnChooseSchedulePassBase<ChooseSchedulePass> {
  using Base::Base;

  void runOnOperation() override {
    Result<Target> parsed = Target::parse(target);
    if (!parsed.ok()) {
      emitError(getOperation().getLoc()) << parsed.status().message();
      return signalPassFailure();
    }
    auto result = getOperation().walk([&](attn::AttentionOp attention) {
      return failed(choose(attention, *parsed)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

  LogicalResult choose(attn::AttentionOp attention, const Target &machine) {
    auto kernel = attention->getParentOfType<attn::KernelOp>();
    int64_t dim = attention.getQ().getType().getDim();
    if (!machine.hasMmaSync16())
      return kernel.emitOpError("expected sm_80 or later for the mma.sync family, got ") << machine.name();
    if (dim % 64 != 0 || dim > 256)
      return kernel.emitOpError("expected a head_dim of 64, 128 or 256, got ") << dim;

    Candidate choice = heuristic(dim);
    auto pins = kernel->getAttrOfType<DictionaryAttr>("attn.pins");
    auto pinned = [&](StringRef name, int64_t &field) {
      auto value = pins ? pins.getAs<IntegerAttr>(name) : IntegerAttr();
      if (value)
        field = value.getInt();
      return bool(value);
    };
    pinned("tile_q", choice.tileQ);
    pinned("tile_kv", choice.tileKv);
    bool stagesPinned = pinned("stages", choice.stages);
    if (!pinned("warps", choice.warps))
      while (choice.warps > 1 && choice.tileQ % (16 * choice.warps) != 0)
        choice.warps /= 2;
    while (!stagesPinned && choice.stages > 1 && choice.sharedBytes(dim) > machine.sharedBytesPerBlock)
      --choice.stages;

    mlir::Location where = kernel.getLoc();
    if (pins)
      if (auto location = pins.getAs<LocationAttr>("location"))
        where = mlir::Location(location);
    auto schedule =
        tile::ScheduleAttr::getChecked([&] { return mlir::emitError(where) << "schedule: "; }, &getContext(),
                                       choice.tileQ, choice.tileKv, choice.stages, choice.warps);
    if (!schedule)
      return failure();
    if (choice.sharedBytes(dim) > machine.sharedBytesPerBlock)
      return mlir::emitError(where) << "schedule: expected at most " << machine.sharedBytesPerBlock
                                    << " bytes of shared memory on " << machine.name() << ", got "
                                    << choice.sharedBytes(dim) << " for " << schedule;
    kernel->setAttr("tile.schedule", schedule);
    return success();
  }
};

} // namespace
} // namespace attnc
