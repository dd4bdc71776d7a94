// ChooseSchedule.cpp - tile sizes, stages and warps, by target and head size. Knows nothing of masks or scores.
#include "attnc/Target.h"
#include "dialect/attn/Attn.h"
#include "dialect/tile/Tile.h"
#include "passes/lower/LowerPasses.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_ATTNCHOOSESCHEDULEPASS
#include "passes/lower/LowerPasses.h.inc"

namespace {

/// Columns of q and k, and of v and out; whether out passes through shared memory (f32 does not).
struct Widths {
  int64_t keys, values;
  bool stagesOut;

  explicit Widths(attn::AttentionOp attention)
      : keys(attention.getQ().getType().getDim()), values(attention.getV().getType().getDim()),
        stagesOut(!attention.getOut().getType().getElementType().isF32()) {}
};

struct Candidate {
  int64_t tileQ, tileKv, stages, warps;

  /// Q, and `stages` tiles of K and of V, of 16-bit elements; the output is staged where Q was if it fits there.
  int64_t sharedBytes(const Widths &widths) const {
    int64_t queries = tileQ * rowBytes(widths.keys), out = tileQ * rowBytes(widths.values);
    return queries + (out > queries && widths.stagesOut ? out : 0) +
           stages * tileKv * (rowBytes(widths.keys) + rowBytes(widths.values));
  }
  /// Rows take whole panels of 64 elements (`!tile.shared`).
  static int64_t rowBytes(int64_t columns) { return int64_t(llvm::alignTo(columns, 64)) * 2; }
};

/// Measured with ptxas 13.0 (codegen/device/README.md): the largest tiles without spills. 32 rows a warp
/// use each K and V fragment twice, which halves the shared-memory reads per mma, but leave too few registers
/// for score or mask code that reads side tensors.
Candidate heuristic(attn::AttentionOp attention) {
  Widths widths(attention);
  int64_t dim = std::max(widths.keys, widths.values);
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
    Widths widths(attention);
    if (!machine.hasMmaSync16())
      return kernel.emitOpError("expected sm_80 or later for the mma.sync family, got ") << machine.name();
    for (int64_t dim : {widths.keys, widths.values})
      if (dim < 8 || dim > 256 || dim % 8 != 0)
        return kernel.emitOpError("expected a head_dim that is a multiple of 8 from 8 to 256, got ") << dim;

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
    while (!stagesPinned && choice.stages > 1 && choice.sharedBytes(widths) > machine.sharedBytesPerBlock)
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
    if (choice.sharedBytes(widths) > machine.sharedBytesPerBlock)
      return mlir::emitError(where) << "schedule: expected at most " << machine.sharedBytesPerBlock
                                    << " bytes of shared memory on " << machine.name() << ", got "
                                    << choice.sharedBytes(widths) << " for " << schedule;
    kernel->setAttr("tile.schedule", schedule);
    return success();
  }
};

} // namespace
} // namespace attnc
