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

/// Measured with ptxas 13.0 (codegen/device/README.md): the largest tiles without spills. 32 rows a warp
/// use each K and V fragment twice, which halves the shared-memory reads per mma, but leave too few registers
/// for score or mask code that reads side tensors.
Candidate heuristic(attn::AttentionOp attention) {
  int64_t dim = attention.getQ().getType().getDim();
  bool readsSideTensors = attention.walk([](attn::ReadOp) { return WalkResult::interrupt(); }).wasInterrupted();
  if (dim <= 64)
    return {readsSideTensors ? 64 : 128, 64, 2, 4};
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
    if (dim != 64 && dim != 128 && dim != 256)
      return kernel.emitOpError("expected a head_dim of 64, 128 or 256, got ") << dim;

    Candidate choice = heuristic(attention);
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
    // All threads copy whole rows, 16 bytes each (codegen/device/block/copy_async.cuh).
    int64_t rowsPerPass = schedule.threads() / (dim / 8);
    for (auto [name, rows] : {std::pair("tile_q", choice.tileQ), std::pair("tile_kv", choice.tileKv)})
      if (rowsPerPass == 0 || rows % rowsPerPass != 0)
        return mlir::emitError(where)
               << "schedule: expected " << name << " to be a multiple of the " << rowsPerPass << " rows that "
               << schedule.threads() << " threads copy at once with head_dim " << dim << ", got " << rows;
    kernel->setAttr("tile.schedule", schedule);
    return success();
  }
};

} // namespace
} // namespace attnc
