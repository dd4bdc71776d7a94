// ChooseSchedule.cpp - what multiplies, tile sizes, stages and warps, by target, dtype and head size, and
// why.
//
// The shapes come from codegen/device/README.md, "Choosing a shape". Must not know what a mask or a score
// computes, only whether there is one.
#include "attnc/Target.h"
#include "dialect/attn/Attn.h"
#include "dialect/tile/Tile.h"
#include "passes/lower/KernelLowering.h"
#include "passes/lower/LowerPasses.h"

#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_ATTNCHOOSESCHEDULEPASS
#include "passes/lower/LowerPasses.h.inc"

namespace {

/// What a schedule depends on.
struct Demands {
  int64_t keys, values;              ///< columns of q and k, and of v and out
  int64_t elementBytes;              ///< of q
  int64_t keyBytes, valueBytes;      ///< of an element of k and of v as they are stored
  int64_t outBytes;                  ///< of an element of out
  bool stagesOut;                    ///< out passes through shared memory (f32 does not)
  bool readsSideTensors;             ///< in its mask or score, for which registers must be left
  bool fourBitKeys, fourBitValues;   ///< two in a byte
  bool floatKeyTile, floatValueTile; ///< made from the quantised one that is copied
  bool copiesAtOnce;                 ///< keys or values, through registers: no cp.async takes their elements

  Demands(attn::AttentionOp attention, int64_t alignment)
      : keys(attention.getQ().getType().getDim()), values(attention.getV().getType().getDim()),
        elementBytes(attention.getQ().getType().getElementType().getIntOrFloatBitWidth() / 8),
        keyBytes(attn::storedElement(attention.getK()).getIntOrFloatBitWidth() / 8),
        valueBytes(attn::storedElement(attention.getV()).getIntOrFloatBitWidth() / 8),
        outBytes(attention.getOut().getType().getElementType().getIntOrFloatBitWidth() / 8),
        stagesOut(!attention.getOut().getType().getElementType().isF32()),
        readsSideTensors(
            attention.walk([](attn::ReadOp) { return WalkResult::interrupt(); }).wasInterrupted()),
        fourBitKeys(hasHalfBytes(attention.getK())), fourBitValues(hasHalfBytes(attention.getV())),
        floatKeyTile(attn::decodedInTiles(attention.getK())),
        floatValueTile(attn::decodedInTiles(attention.getV())),
        copiesAtOnce((alignment < 4 && elementBytes < 4) || attn::columnsAreStrided(attention.getK()) ||
                     attn::columnsAreStrided(attention.getV())) {}

  int64_t widest() const { return std::max(keys, values); }
  /// Bytes of a tile's row of K and one of V as they are copied, and of those that are made from them.
  int64_t copiedRowBytes() const {
    return tile::SharedType::rowBytes(fourBitKeys ? keys / 2 : keys, keyBytes) +
           tile::SharedType::rowBytes(fourBitValues ? values / 2 : values, valueBytes);
  }
  int64_t floatRowBytes() const {
    return (floatKeyTile ? tile::SharedType::rowBytes(keys, elementBytes) : 0) +
           (floatValueTile ? tile::SharedType::rowBytes(values, elementBytes) : 0);
  }

private:
  static bool hasHalfBytes(Value tokens) {
    attn::CachedOp cached = attn::tokenSource(tokens).cached;
    return cached && cached.getCache().getType().hasHalfBytes();
  }
};

/// Whether an index steps in blocks of at least 16 positions: q or kv only below a quotient.
bool stepsInBlocks(Value index, ArrayRef<Value> positions) {
  if (llvm::is_contained(positions, index))
    return false;
  Operation *op = index.getDefiningOp();
  IntegerAttr size;
  if (auto quotient = dyn_cast_if_present<arith::FloorDivSIOp>(op);
      quotient && matchPattern(quotient.getRhs(), m_Constant(&size)) && size.getInt() >= 16)
    return true;
  return !op ||
         llvm::all_of(op->getOperands(), [&](Value operand) { return stepsInBlocks(operand, positions); });
}

/// Whether a launch that classifies the tiles pays: data decide what is visible, of which nothing was proved
/// full; and either heads share the answer, or side tensors are read block by block and whole tiles are
/// likely to be hidden.
bool blockMapPays(attn::AttentionOp attention) {
  attn::MaskProofAttr proof = attention.getProofAttr();
  if (attention.getMask().empty() || !proof || proof.getExact() || proof.getFull())
    return false;
  ArrayRef<BlockArgument> arguments = attention.getMask().getArguments();
  bool reads = false, inBlocks = true;
  attention.getMask().walk([&](Operation *op) {
    if (!isa<attn::ReadOp, attn::SearchOp, attn::ReachesOp>(op))
      return;
    reads = true;
    inBlocks &= llvm::all_of(op->getOperands().drop_front(), [&](Value index) {
      return stepsInBlocks(index, {arguments[2], arguments[3]});
    });
  });
  constexpr int64_t kSharingHeads = 4;
  bool shared = arguments[1].use_empty() && attention.getQ().getType().getHeads() >= kSharingHeads;
  return reads && (shared || inBlocks);
}

struct Candidate {
  int64_t tileQ = 0, tileKv = 0, stages = 0, warps = 0;
  StringRef reason;

  /// Q, `stages` tiles of K and of V, and one more of each that is decoded; the output is staged where Q was
  /// if it fits there.
  int64_t sharedBytes(const Demands &demands) const {
    int64_t queries = tileQ * tile::SharedType::rowBytes(demands.keys, demands.elementBytes);
    int64_t out = tileQ * tile::SharedType::rowBytes(demands.values, demands.outBytes);
    return queries + (out > queries && demands.stagesOut ? out : 0) +
           tileKv * (stages * demands.copiedRowBytes() + demands.floatRowBytes());
  }
};

/// A candidate, and why it is passed over; empty if it can be chosen.
struct Weighed {
  Candidate candidate;
  std::string lost;
};

/// Empty if two blocks fit an SM: then one block's softmax runs under the other's mma.
std::string twoBlocksLost(const Candidate &candidate, const Demands &demands, const Target &machine) {
  int64_t bytes = 2 * (candidate.sharedBytes(demands) + machine.sharedBytesReserved);
  if (bytes <= machine.sharedBytesPerSm)
    return "";
  return "two blocks take " + std::to_string(bytes) + " bytes of shared memory, an SM has " +
         std::to_string(machine.sharedBytesPerSm);
}

/// Of candidates from large to small: up to the first that fits an SM twice, else to the first that fits a
/// block.
SmallVector<Weighed> byFit(ArrayRef<Candidate> candidates, const Demands &demands, const Target &machine) {
  auto fits = [&](const Candidate &c) { return c.sharedBytes(demands) <= machine.sharedBytesPerBlock; };
  auto fitsTwice = [&](const Candidate &c) { return twoBlocksLost(c, demands, machine).empty(); };
  const Candidate *choice = llvm::find_if(candidates, fitsTwice);
  if (choice == candidates.end())
    choice = llvm::find_if(candidates, fits);
  if (choice == candidates.end())
    --choice;
  SmallVector<Weighed> weighed;
  for (const Candidate &candidate : candidates.take_front(choice - candidates.begin()))
    weighed.push_back({candidate, twoBlocksLost(candidate, demands, machine)});
  weighed.push_back({*choice, ""});
  return weighed;
}

/// Rows of 32-bit elements take twice the bytes, and an accumulator column takes as many registers as ever.
SmallVector<Weighed> tf32Candidates(const Demands &demands, const Target &machine) {
  if (demands.widest() <= 64)
    return byFit({{64, 64, 2, 4, "two stages, and two blocks where the SM has room for them"},
                  {64, 64, 1, 4, "one stage, so that two blocks fit the SM's shared memory"}},
                 demands, machine);
  return byFit({{64, 32, 1, 4, "one stage of f32 rows"},
                {64, 16, 1, 4, "the smallest tiles, as f32 rows of this head_dim fill shared memory"}},
               demands, machine);
}

/// Without tensor cores the arithmetic takes longest by far: what counts is warps to run, hence small blocks.
SmallVector<Weighed> plainCandidates(const Demands &demands, const Target &machine) {
  StringRef reason = "no tensor cores: small tiles, so that several blocks fit an SM";
  return byFit(
      {{64, 32, 1, 4, reason}, {32, 32, 1, 2, reason}, {32, 16, 1, 2, reason}, {16, 16, 1, 1, reason}},
      demands, machine);
}

/// Best first; the first that is not lost is taken.
SmallVector<Weighed> mmaCandidates(const Demands &demands, const Target &machine) {
  auto ifTwoFit = [&](const Candidate &candidate) {
    return Weighed{candidate, twoBlocksLost(candidate, demands, machine)};
  };
  if (demands.widest() <= 64)
    return {
        {{128, 64, 2, 4, "32 rows a warp use each K and V fragment twice, and two blocks fit an SM"},
         demands.readsSideTensors ? "reads of side tensors need the registers of its second row tile" : ""},
        {{64, 64, 2, 4, "16 rows a warp leave the registers that reads of side tensors need"}, ""}};
  if (demands.widest() <= 128)
    return {{{128, 32, 1, 4, ""},
             "reads shared memory a third less, but some kernels spill then; not measured on a GPU"},
            ifTwoFit({64, 64, 2, 4,
                      "two blocks fit an SM with two stages, and 60 registers stay for score and mask"}),
            {{64, 64, 1, 4, "one stage, so that two blocks fit the SM's shared memory"}, ""}};
  Candidate large{128, 32, 1, 8,
                  "one block of 8 warps, as two blocks of 4 do not fit the SM's shared memory"};
  int64_t bytes = large.sharedBytes(demands);
  std::string tooLarge = "it takes " + std::to_string(bytes) + " bytes of shared memory, a block gets " +
                         std::to_string(machine.sharedBytesPerBlock);
  return {ifTwoFit({64, 32, 2, 4,
                    "the accumulators take half of the registers; two blocks fit an SM with two stages"}),
          ifTwoFit({64, 32, 1, 4, "one stage, so that two blocks fit the SM's shared memory"}),
          {large, bytes <= machine.sharedBytesPerBlock ? "" : tooLarge},
          {{64, 32, 1, 4, "the smallest tiles, as larger ones do not fit a block's shared memory"}, ""}};
}

/// 16 rows a warp, as far as warps are a power of two up to eight.
int64_t decodeWarps(int64_t tileQ) {
  return std::clamp<int64_t>(llvm::bit_floor(uint64_t(tileQ / 16)), 1, 8);
}

/// Few queries over many keys: what counts is bytes under way, 64 KiB an SM and more, so tiles of K and V of
/// 16 KiB together and up to four stages; and no row of tensor cores more than there are queries and heads to
/// pack. Quantised ones take more instructions a byte: tiles of half the size leave room for twice the warps.
SmallVector<Weighed> decodeCandidates(int64_t rows, const Demands &demands, const Target &machine) {
  int64_t tileQ = 16;
  while (tileQ < rows && tileQ < 128)
    tileQ *= 2;
  const int64_t rowBytes = demands.copiedRowBytes();
  int64_t tileKv = 64;
  const bool decodes = demands.keyBytes == 1 || demands.valueBytes == 1;
  while (tileKv > 16 && tileKv * rowBytes > (decodes ? 8192 : 16384))
    tileKv /= 2;
  StringRef reason =
      decodes ? "decode: tiles of K and V of 8 KiB, as a warp takes longer to decode 8-bit elements"
              : "decode: tiles of K and V of 16 KiB, as many stages as let two blocks fit an SM";
  const int64_t warps = decodeWarps(tileQ);
  return byFit({{tileQ, tileKv, 4, warps, reason},
                {tileQ, tileKv, 3, warps, reason},
                {tileQ, tileKv, 2, warps, reason}},
               demands, machine);
}

/// Whether the query heads that share a KV head can be rows of one tile: what is proved of keys is then
/// proved for all of them, and a block map is of all of them. Empty, or why not.
std::string packingLost(attn::AttentionOp attention, bool blockMap) {
  if (attention.group() == 1)
    return "each query head has a KV head of its own";
  if (attn::tokenSource(attention.getQ()).bias)
    return "the bias of q differs by head";
  if (attn::MaskProofAttr proof = attention.getProofAttr(); proof && proof.dependsOnHead())
    return "which keys are visited differs by head";
  if (blockMap && !attention.getMask().getArgument(1).use_empty())
    return "the block map differs by head";
  return "";
}

std::string describe(const Candidate &candidate) {
  return (Twine(candidate.tileQ) + " x " + Twine(candidate.tileKv) + ", stages " + Twine(candidate.stages) +
          ", warps " + Twine(candidate.warps))
      .str();
}

/// Why copies of tokens are not of 16 bytes, if some are not.
std::string slowCopies(attn::KernelOp kernel, attn::AttentionOp attention) {
  std::string strided, reason;
  auto note = [&](StringRef name, auto type) {
    if (attn::isStrided(type))
      strided += (strided.empty() ? "" : ", ") + name.str();
  };
  for (BlockArgument argument : kernel.getBody().getArguments())
    if (auto tokens = dyn_cast<attn::TokensType>(argument.getType()))
      note(kernel.argumentName(argument.getArgNumber()), tokens);
    else if (auto cache = dyn_cast<attn::CacheType>(argument.getType()))
      note(kernel.argumentName(argument.getArgNumber()), cache);
  note("out", attention.getOut().getType());
  if (!strided.empty())
    reason += ": " + strided + " element by element, as head_dim is not the innermost axis";
  int64_t alignment = kernel.getAlignment().value_or(16);
  if (alignment < 16)
    reason += ": rows " + std::to_string(alignment) + " bytes at a time, as no more alignment is promised";
  return reason;
}

bool isHeadDim(int64_t dim) { return dim >= 8 && dim <= 256 && dim % 8 == 0; }

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
      return signalPassFailure();
    for (auto kernel : getOperation().getOps<attn::KernelOp>())
      if (!kernel->hasAttr("tile.schedule") && failed(chooseAppend(kernel)))
        return signalPassFailure();
  }

  /// Of a kernel that only appends.
  LogicalResult chooseAppend(attn::KernelOp kernel) {
    for (auto append : kernel.getBody().getOps<attn::AppendOp>())
      if (int64_t dim = append.getTokens().getType().getDim(); !isHeadDim(dim))
        return kernel.emitOpError("expected a head_dim that is a multiple of 8 from 8 to 256, got ") << dim;
    kernel->setAttr("tile.schedule", lower::appendSchedule(kernel));
    kernel->setAttr(
        "tile.schedule_reason",
        StringAttr::get(&getContext(), "append: 16 tokens a warp, keys and values of one KV head"));
    return success();
  }

  /// Tensor cores wherever they can; the plain family only where the spec pins it or falls back to it.
  FailureOr<tile::MmaKind> chooseMma(attn::AttentionOp attention, const Target &machine,
                                     std::string &reason) {
    auto kernel = attention->getParentOfType<attn::KernelOp>();
    auto pins = kernel->getAttrOfType<DictionaryAttr>(attn::kPinsAttr);
    auto pinned = pins ? pins.getAs<StringAttr>("family") : StringAttr();
    if (pinned && pinned.getValue() == "plain") {
      reason = "pinned family plain; ";
      return tile::MmaKind::Plain;
    }
    Type element = attention.getQ().getType().getElementType();
    std::string why;
    const bool isExactF32 = element.isF32() && !attention.getProductsTf32();
    if (!machine.hasMmaSync16() && !isExactF32)
      why = std::string("sm_80 or later for '") +
            (element.isF32()    ? "precision: tf32"
             : element.isBF16() ? "dtype: bf16"
                                : "dtype: f16") +
            "' on tensor cores, got " + machine.name();
    else if (isExactF32)
      why =
          "f16 or bf16 inputs, or 'precision: tf32', for the tensor cores of " + machine.name() + ", got f32";
    const bool fallback = kernel->hasAttr(attn::kFallbackAttr);
    if (!why.empty() && !fallback) {
      mlir::Location where = kernel.getLoc();
      auto place = [&](DictionaryAttr places, StringRef key) {
        if (auto given = places ? places.getAs<LocationAttr>(key) : LocationAttr())
          where = mlir::Location(given);
      };
      if (element.isF32())
        place(kernel->getAttrOfType<DictionaryAttr>(attn::kPlacesAttr), "dtype");
      if (pinned)
        place(pins.getAs<DictionaryAttr>("locations"), "family");
      return mlir::emitError(where) << "expected " << why << ": "
                                    << (pinned ? "'family: plain'" : "'fallback: plain'")
                                    << " would compute it without tensor cores, slower";
    }
    if (!why.empty()) {
      reason = "fallback: plain, as this takes " + why + "; ";
      return tile::MmaKind::Plain;
    }
    if (fallback)
      reason = "fallback: plain is not needed here; ";
    return element.isF32()          ? tile::MmaKind::SyncTf32
           : attention.getSumsF16() ? tile::MmaKind::SyncF16Sums
                                    : tile::MmaKind::Sync;
  }

  /// Decode packs wherever it can; a spec may pin it either way.
  FailureOr<bool> choosePacking(attn::AttentionOp attention, bool decode, std::string &reason) {
    auto kernel = attention->getParentOfType<attn::KernelOp>();
    auto pins = kernel->getAttrOfType<DictionaryAttr>(attn::kPinsAttr);
    auto pin = pins ? pins.getAs<BoolAttr>("packing") : BoolAttr();
    std::string lost = packingLost(attention, usesBlockMap(attention));
    if (pin && pin.getValue() && !lost.empty()) {
      auto places = pins.getAs<DictionaryAttr>("locations");
      auto place = places ? places.getAs<LocationAttr>("packing") : LocationAttr();
      return mlir::emitError(place ? mlir::Location(place) : kernel.getLoc())
             << "schedule: expected heads that can be rows of one tile for 'packing', but " << lost;
    }
    if (pin)
      reason += std::string("pinned packing ") + (pin.getValue() ? "true; " : "false; ");
    else if (decode && !lost.empty() && attention.group() > 1)
      reason += "heads are not packed, as " + lost + "; ";
    return pin ? pin.getValue() : decode && lost.empty();
  }

  static bool usesBlockMap(attn::AttentionOp attention) {
    auto pins = attention->getParentOfType<attn::KernelOp>()->getAttrOfType<DictionaryAttr>(attn::kPinsAttr);
    auto pin = pins ? pins.getAs<BoolAttr>("block_map") : BoolAttr();
    return !attention.getMask().empty() && (pin ? pin.getValue() : blockMapPays(attention));
  }

  LogicalResult choose(attn::AttentionOp attention, const Target &machine) {
    auto kernel = attention->getParentOfType<attn::KernelOp>();
    Demands demands(attention, kernel.getAlignment().value_or(16));
    for (int64_t dim : {demands.keys, demands.values})
      if (!isHeadDim(dim))
        return kernel.emitOpError("expected a head_dim that is a multiple of 8 from 8 to 256, got ") << dim;

    auto pins = kernel->getAttrOfType<DictionaryAttr>(attn::kPinsAttr);
    std::string family; // why this one, where a spec has a say in it
    FailureOr<tile::MmaKind> mma = chooseMma(attention, machine, family);
    if (failed(mma))
      return failure();
    Candidate choice;
    SmallVector<Attribute> alternatives;
    auto newTokens = kernel->getAttrOfType<IntegerAttr>(attn::kNewTokensAttr);
    FailureOr<bool> packing = choosePacking(attention, bool(newTokens), family);
    if (failed(packing))
      return failure();
    auto candidates = newTokens ? decodeCandidates(newTokens.getInt() * (*packing ? attention.group() : 1),
                                                   demands, machine)
                      : *mma == tile::MmaKind::Plain    ? plainCandidates(demands, machine)
                      : *mma == tile::MmaKind::SyncTf32 ? tf32Candidates(demands, machine)
                                                        : mmaCandidates(demands, machine);
    for (const Weighed &weighed : candidates) {
      choice = weighed.candidate;
      if (weighed.lost.empty())
        break;
      alternatives.push_back(StringAttr::get(&getContext(), describe(choice) + ": " + weighed.lost));
    }
    if (demands.copiesAtOnce)
      choice.stages = 1;
    std::string reason = family + choice.reason.str();
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
    if (pinned("tile_q", choice.tileQ) && newTokens)
      choice.warps = decodeWarps(choice.tileQ);
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

    auto schedule = tile::ScheduleAttr::getChecked([&] { return mlir::emitError(where) << "schedule: "; },
                                                   &getContext(), choice.tileQ, choice.tileKv, choice.stages,
                                                   choice.warps, *mma, *packing);
    if (!schedule)
      return failure();
    if (choice.sharedBytes(demands) > machine.sharedBytesPerBlock)
      return mlir::emitError(where) << "schedule: expected at most " << machine.sharedBytesPerBlock
                                    << " bytes of shared memory on " << machine.name() << ", got "
                                    << choice.sharedBytes(demands) << " for tiles of " << choice.tileQ
                                    << " x " << choice.tileKv << " and " << choice.stages << " stages";
    const bool blockMap = usesBlockMap(attention);
    if (auto pin = pins ? pins.getAs<BoolAttr>("block_map") : BoolAttr()) {
      auto places = pins.getAs<DictionaryAttr>("locations");
      auto place = places ? places.getAs<LocationAttr>("block_map") : LocationAttr();
      if (pin.getValue() && attention.getMask().empty())
        return mlir::emitError(place ? mlir::Location(place) : where)
               << "schedule: expected a mask that hides keys for a block map, got none";
      reason += std::string(": pinned block_map ") + (blockMap ? "true" : "false");
    } else if (blockMap) {
      reason += "; a block map, as data decide which tiles are visible";
    }
    if (blockMap)
      kernel->setAttr("tile.block_map", UnitAttr::get(&getContext()));
    kernel->setAttr("tile.schedule", schedule);
    kernel->setAttr("tile.schedule_reason", StringAttr::get(&getContext(), reason));
    if (!alternatives.empty())
      kernel->setAttr("tile.schedule_alternatives", ArrayAttr::get(&getContext(), alternatives));
    return success();
  }
};

} // namespace
} // namespace attnc
