// ChooseSchedule.cpp - tile sizes, stages and warps, by target and head size, and why.
//
// The shapes come from codegen/device/README.md, "Choosing a shape". Must not know what a mask or a score
// computes, only whether there is one.
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

/// Whether the elements of a row are not contiguous.
bool isStrided(attn::TokensType type) { return attn::axesOf(type.getLayout()).back() != 'd'; }

/// What a schedule depends on.
struct Demands {
  int64_t keys, values;  ///< columns of q and k, and of v and out
  bool stagesOut;        ///< out passes through shared memory (f32 does not)
  bool readsSideTensors; ///< in its mask or score, for which registers must be left
  bool copiesAtOnce;     ///< keys or values, through registers: no cp.async takes their elements

  Demands(attn::AttentionOp attention, int64_t alignment)
      : keys(attention.getQ().getType().getDim()), values(attention.getV().getType().getDim()),
        stagesOut(!attention.getOut().getType().getElementType().isF32()),
        readsSideTensors(
            attention.walk([](attn::ReadOp) { return WalkResult::interrupt(); }).wasInterrupted()),
        copiesAtOnce(alignment < 4 || isStrided(attention.getK().getType()) ||
                     isStrided(attention.getV().getType())) {}

  int64_t widest() const { return std::max(keys, values); }
};

struct Candidate {
  int64_t tileQ, tileKv, stages, warps;
  StringRef reason;

  /// Q, and `stages` tiles of K and of V, of 16-bit elements; the output is staged where Q was if it fits
  /// there.
  int64_t sharedBytes(const Demands &demands) const {
    int64_t queries = tileQ * rowBytes(demands.keys), out = tileQ * rowBytes(demands.values);
    return queries + (out > queries && demands.stagesOut ? out : 0) +
           stages * tileKv * (rowBytes(demands.keys) + rowBytes(demands.values));
  }
  /// Rows take whole panels of 64 elements (`!tile.shared`).
  static int64_t rowBytes(int64_t columns) { return int64_t(llvm::alignTo(columns, 64)) * 2; }
};

/// Shared memory of half an SM: with two blocks there, one block's softmax runs under the other's mma.
bool twoBlocksFit(const Candidate &candidate, const Demands &demands, const Target &machine) {
  return 2 * (candidate.sharedBytes(demands) + machine.sharedBytesReserved) <= machine.sharedBytesPerSm;
}

Candidate heuristic(const Demands &demands, const Target &machine) {
  if (demands.widest() <= 64) {
    if (demands.readsSideTensors)
      return {64, 64, 2, 4, "16 rows a warp leave the registers that reads of side tensors need"};
    return {128, 64, 2, 4, "32 rows a warp use each K and V fragment twice, and two blocks fit an SM"};
  }
  if (demands.widest() <= 128) {
    // 128 x 32 with one stage reads shared memory a third less, but spills up to 16 bytes in whole kernels.
    Candidate deep{64, 64, 2, 4,
                   "two blocks fit an SM with two stages, and 60 registers stay for score and mask"};
    if (twoBlocksFit(deep, demands, machine))
      return deep;
    return {64, 64, 1, 4, "one stage, so that two blocks fit the SM's shared memory"};
  }
  for (Candidate candidate :
       {Candidate{64, 32, 2, 4,
                  "the accumulators take half of the registers; two blocks fit an SM with two stages"},
        Candidate{64, 32, 1, 4, "one stage, so that two blocks fit the SM's shared memory"}})
    if (twoBlocksFit(candidate, demands, machine))
      return candidate;
  Candidate large{128, 32, 1, 8,
                  "one block of 8 warps, as two blocks of 4 do not fit the SM's shared memory"};
  if (large.sharedBytes(demands) <= machine.sharedBytesPerBlock)
    return large;
  return {64, 32, 1, 4, "the smallest tiles, as larger ones do not fit a block's shared memory"};
}

/// Why copies of tokens are not of 16 bytes, if some are not.
std::string slowCopies(attn::KernelOp kernel, attn::AttentionOp attention) {
  std::string strided, reason;
  auto note = [&](StringRef name, attn::TokensType type) {
    if (isStrided(type))
      strided += (strided.empty() ? "" : ", ") + name.str();
  };
  for (BlockArgument argument : kernel.getBody().getArguments())
    if (auto tokens = dyn_cast<attn::TokensType>(argument.getType()))
      note(kernel.argumentName(argument.getArgNumber()), tokens);
  note("out", attention.getOut().getType());
  if (!strided.empty())
    reason += ": " + strided + " element by element, as head_dim is not the innermost axis";
  int64_t alignment = kernel.getAlignment().value_or(16);
  if (alignment < 16)
    reason += ": rows " + std::to_string(alignment) + " bytes at a time, as no more alignment is promised";
  return reason;
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
    Demands demands(attention, kernel.getAlignment().value_or(16));
    if (!machine.hasMmaSync16())
      return kernel.emitOpError("expected sm_80 or later for the mma.sync family, got ") << machine.name();
    for (int64_t dim : {demands.keys, demands.values})
      if (dim < 8 || dim > 256 || dim % 8 != 0)
        return kernel.emitOpError("expected a head_dim that is a multiple of 8 from 8 to 256, got ") << dim;

    auto pins = kernel->getAttrOfType<DictionaryAttr>(attn::kPinsAttr);
    Candidate choice = heuristic(demands, machine);
    if (demands.copiesAtOnce)
      choice.stages = 1;
    std::string reason = choice.reason.str();
    mlir::Location where = kernel.getLoc();
    auto pinned = [&](StringRef name, int64_t &field) {
      auto value = pins ? pins.getAs<IntegerAttr>(name) : IntegerAttr();
      if (!value)
        return false;
      field = value.getInt();
      reason += (": pinned " + name + " " + Twine(field)).str();
      if (auto places = pins.getAs<DictionaryAttr>("locations"))
        if (auto place = places.getAs<LocationAttr>(name))
          where = mlir::Location(place); // an error is about the pins: it points at the last of them
      return true;
    };
    pinned("tile_q", choice.tileQ);
    pinned("tile_kv", choice.tileKv);
    bool stagesPinned = pinned("stages", choice.stages);
    if (!pinned("warps", choice.warps))
      while (choice.warps > 1 && choice.tileQ % (16 * choice.warps) != 0)
        choice.warps /= 2;
    while (!stagesPinned && choice.stages > 1 && choice.sharedBytes(demands) > machine.sharedBytesPerBlock)
      --choice.stages;

    reason += slowCopies(kernel, attention);
    if (demands.copiesAtOnce && !stagesPinned)
      reason += ": one stage, as copies through registers do not run ahead";

    auto schedule =
        tile::ScheduleAttr::getChecked([&] { return mlir::emitError(where) << "schedule: "; }, &getContext(),
                                       choice.tileQ, choice.tileKv, choice.stages, choice.warps);
    if (!schedule)
      return failure();
    if (choice.sharedBytes(demands) > machine.sharedBytesPerBlock)
      return mlir::emitError(where) << "schedule: expected at most " << machine.sharedBytesPerBlock
                                    << " bytes of shared memory on " << machine.name() << ", got "
                                    << choice.sharedBytes(demands) << " for tiles of " << choice.tileQ
                                    << " x " << choice.tileKv << " and " << choice.stages << " stages";
    kernel->setAttr("tile.schedule", schedule);
    kernel->setAttr("tile.schedule_reason", StringAttr::get(&getContext(), reason));
    return success();
  }
};

} // namespace
} // namespace attnc
