// MaskModel.cpp - the tiles of a mask, counted.
#include "runtime/jit/MaskModel.h"

#include "runtime/jit/Compilation.h"
#include "runtime/jit/MaskAnswer.h"
#include "runtime/jit/MaskDrawing.h"
#include "runtime/jit/MaskText.h"

namespace attnc {
namespace {

constexpr int64_t kMaxRows = 1 << 25; ///< rows of tiles to count: a few seconds

class CompiledMask : public MaskModel {
public:
  CompiledMask(const Spec &spec) : compilation(spec), queryHeads(spec.queryHeads.value) {}

  Status compile(const Target &target) {
    ATTNC_RETURN_IF_ERROR(compilation.imported());
    ATTNC_RETURN_IF_ERROR(compilation.run(buildAttnPipeline, target));
    compilation.module()->walk([&](attn::AttentionOp op) { attention = op; });
    if (!attention || !attention.getProofAttr())
      return Status(Code::Internal, "expected a mask proof after the attn passes, got none");
    return Status::success();
  }

  MaskText text() const override { return maskText(attention); }

  std::set<std::string> boundTensors() const override {
    std::set<std::string> out;
    for (attn::TensorReadAttr read : attention.getProofAttr().tensorReads())
      out.insert(read.getTensor().str());
    return out;
  }
  std::set<std::string> maskTensors() const override {
    std::set<std::string> out = boundTensors();
    auto kernel = attention->getParentOfType<attn::KernelOp>();
    mask().walk([&](mlir::Operation *op) {
      if (llvm::isa<attn::ReadOp, attn::SearchOp, attn::ReachesOp>(op))
        out.insert(
            kernel.argumentName(llvm::cast<mlir::BlockArgument>(op->getOperand(0)).getArgNumber()).str());
    });
    return out;
  }

  Result<MaskTiles> count(const MaskQuestion &question) const override {
    MaskAnswer answer(attention, question);
    ATTNC_RETURN_IF_ERROR(answer.prepare(maskTensors()));
    MaskTiles out;
    out.heads = perHead() ? queryHeads : 1;
    int64_t rows = 0;
    for (const auto &[qLen, kvLen] : question.requests)
      rows += (qLen * question.packing + question.tileQ - 1) / question.tileQ * out.heads;
    if (rows > kMaxRows)
      return Status(Code::InvalidArgument, "expected at most " + std::to_string(kMaxRows) +
                                               " rows of tiles to count, got " + std::to_string(rows));
    forEachPlace(question, out.heads, [&](const MaskPlace &place) {
      const int64_t columns = llvm::divideCeil(uint64_t(place.kvLen), uint64_t(question.tileKv));
      answer.forEachRow(place, [&](const MaskRows &row) {
        const KeyTiles tiles = answer.tiles(place, row);
        out.visited += tiles.visited();
        out.full += tiles.full();
        out.empty += columns - tiles.visited();
      });
      return true;
    });
    out.partial = out.visited - out.full;
    out.unevaluated = answer.unevaluated;
    if (answer.evaluates())
      look(answer, question, out);
    return out;
  }

  Result<std::optional<MaskFootprint>> footprint(const MaskQuestion &question, int64_t keyHeads,
                                                 bool byBlockMap) const override {
    MaskAnswer answer(attention, question);
    ATTNC_RETURN_IF_ERROR(answer.prepare(maskTensors()));
    ATTNC_ASSIGN_OR_RETURN(MaskTiles tiles, count(question));
    if (!answer.evaluates() || tiles.partial > kMaxMaskPairs / (question.tileQ * question.tileKv))
      return std::optional<MaskFootprint>();
    // A mask that is the same for every head is looked at once.
    const int64_t group = tiles.heads == 1 ? 1 : queryHeads / keyHeads;
    const int64_t heads = tiles.heads == 1 ? queryHeads : 1, sets = tiles.heads == 1 ? keyHeads : 1;
    MaskFootprint out;
    std::vector<bool> seen;
    int64_t loads = 0;
    forEachPlace(question, tiles.heads, [&](const MaskPlace &place) {
      if (place.h % group == 0)
        seen.assign(place.kvLen, false);
      answer.forEachRow(place, [&](const MaskRows &row) {
        out.rows +=
            heads * answer.mark(place, row, byBlockMap, seen, [&](int64_t keys) { loads += heads * keys; });
      });
      if (place.h % group == group - 1)
        out.keys += sets * std::count(seen.begin(), seen.end(), true);
      return true;
    });
    out.keyLoads = loads / question.packing;
    return std::optional(out);
  }

  Result<MaskGrid> grid(const MaskQuestion &question, int64_t request, int64_t head) const override {
    const auto [qLen, kvLen] = question.requests[request];
    if (qLen == 0 || kvLen == 0)
      return Status(Code::InvalidArgument, "expected a request with rows and keys to draw, got " +
                                               std::to_string(qLen) + " rows and " + std::to_string(kvLen) +
                                               " keys");
    MaskAnswer answer(attention, question);
    ATTNC_RETURN_IF_ERROR(answer.prepare(maskTensors()));
    if (!answer.evaluates())
      return Status(Code::Unsupported, "expected a mask to draw, got none, as " + answer.unevaluated);
    const int64_t rows = llvm::divideCeil(uint64_t(qLen * question.packing), uint64_t(question.tileQ));
    const int64_t columns = llvm::divideCeil(uint64_t(kvLen), uint64_t(question.tileKv));
    if (std::max(rows, columns) > kMaxPictureTiles)
      return Status(Code::InvalidArgument, "expected at most " + std::to_string(kMaxPictureTiles) +
                                               " tiles on a side to draw, got " +
                                               std::to_string(std::max(rows, columns)));
    return drawMask(answer, question, {request, head, qLen, kvLen}, columns);
  }

private:
  mlir::Region &mask() const { return attn::AttentionOp(attention).getMask(); }

  bool perHead() const {
    attn::MaskProofAttr proof = attn::AttentionOp(attention).getProofAttr();
    return proof.dependsOnHead() || (!mask().empty() && !mask().getArgument(1).use_empty());
  }

  /// Until `f` says false.
  template <class F> static void forEachPlace(const MaskQuestion &question, int64_t heads, F f) {
    for (int64_t b = 0; b < static_cast<int64_t>(question.requests.size()); ++b)
      for (int64_t h = 0; h < heads; ++h)
        if (!f(MaskPlace{b, h, question.requests[b].first, question.requests[b].second}))
          return;
  }

  /// Sets `ideal`, and `pairs` where every pair of the partial tiles can be looked at.
  static void look(MaskAnswer &answer, const MaskQuestion &question, MaskTiles &out) {
    const bool every = out.partial <= kMaxMaskPairs / (question.tileQ * question.tileKv);
    int64_t ideal = 0, pairs = 0, budget = kMaxMaskPairs;
    forEachPlace(question, out.heads, [&](const MaskPlace &place) {
      answer.forEachRow(place, [&](const MaskRows &row) {
        const KeyTiles tiles = answer.tiles(place, row);
        budget -= tiles.visited();
        if (budget < 0)
          return;
        tiles.forEach([&](int64_t key, bool isFull) {
          if (budget < 0)
            return;
          const int64_t found = isFull  ? row.rows * question.tileKv
                                : every ? answer.countVisible(place, row, key)
                                        : answer.anyVisible(place, row, key, budget);
          ideal += found > 0;
          pairs += found;
        });
      });
      return budget >= 0;
    });
    if (budget < 0) {
      out.unevaluated = "more than " + std::to_string(kMaxMaskPairs) + " pairs would have to be looked at";
      return;
    }
    out.ideal = ideal;
    if (every)
      out.pairs = pairs;
  }

  Compilation compilation;
  mutable attn::AttentionOp attention;
  int64_t queryHeads;
};

} // namespace

Result<std::unique_ptr<MaskModel>> MaskModel::create(const Spec &spec, const Target &target) {
  auto model = std::make_unique<CompiledMask>(spec);
  ATTNC_RETURN_IF_ERROR(model->compile(target));
  return std::unique_ptr<MaskModel>(std::move(model));
}

} // namespace attnc
