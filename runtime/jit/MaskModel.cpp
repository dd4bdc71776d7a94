// MaskModel.cpp - the tiles of a mask, counted and pictured.
#include "runtime/jit/MaskModel.h"

#include "passes/analysis/EvaluateRegion.h"
#include "passes/analysis/KeyWalk.h"
#include "runtime/jit/Compilation.h"
#include "runtime/jit/MaskText.h"

#include <algorithm>
#include <cmath>

namespace attnc {
namespace {

constexpr int64_t kMaxRows = 1 << 25;  ///< rows of tiles to count: a few seconds
constexpr int64_t kMaxPairs = 1 << 25; ///< pairs to evaluate: a few seconds
constexpr int64_t kExactSide = 768;    ///< pictures of at most so many rows or keys show every pair
constexpr int64_t kMaxCells = 640;     ///< on a side, else
constexpr int64_t kCellSamples = 16;

/// `real` is the value where a region takes it for a float, `integer` where for an int.
RegionValue regionValue(double value) {
  return {std::abs(value) < 0x1p62 ? static_cast<int64_t>(value) : 0, value};
}

/// One request and head.
struct Place {
  int64_t b, h, qLen, kvLen;
};

/// A block's rows, positions included.
struct RowTile {
  int64_t firstRow, rows, firstPosition;
};

/// The mask of one question: tiles by proof, pairs by evaluation.
class Answer {
public:
  Answer(attn::AttentionOp attention, const MaskQuestion &question)
      : attention(attention), kernel(attention->getParentOfType<attn::KernelOp>()),
        proof(attention.getProofAttr()), reads(proof.tensorReads()), question(question) {}

  /// `maskTensors`: those without which no pair can be evaluated.
  Status prepare(const std::set<std::string> &maskTensors) {
    if (question.tileQ <= 0 || question.tileKv <= 0)
      return Status(Code::Internal, "expected tile sizes, got none");
    llvm::DenseMap<unsigned, RegionValue> scalars;
    for (mlir::BlockArgument argument : kernel.getBody().getArguments()) {
      if (!argument.getType().isIntOrFloat())
        continue;
      auto given = question.scalars.find(kernel.argumentName(argument.getArgNumber()).str());
      if (given == question.scalars.end())
        return Status(Code::Internal, "expected a value of every scalar of the mask, got none of one");
      scalars[argument.getArgNumber()] = regionValue(given->second);
    }
    for (mlir::Value scalar : kernel.integerScalars())
      integerScalars.push_back(scalars[llvm::cast<mlir::BlockArgument>(scalar).getArgNumber()].integer);
    for (attn::TensorReadAttr read : reads)
      if (!side(read.getTensor()))
        return Status(Code::Internal, "expected the values of '" + read.getTensor().str() + "', got none");
    for (const std::string &name : maskTensors)
      if (!side(name)) {
        unevaluated = "'" + name + "' is too large to be made";
        return Status::success();
      }
    prepareEvaluator(scalars);
    return Status::success();
  }

  KeyTiles tiles(const Place &place, const RowTile &row) const {
    return KeyTiles::of(proof, row.firstPosition, row.firstPosition + row.rows - 1, symbols(place),
                        question.tileKv);
  }
  std::optional<MaskGrid::Range> fullRange(const Place &place, const RowTile &row) const {
    if (!proof.getFull())
      return std::nullopt;
    const auto range =
        evaluate(proof.getFull(), row.firstPosition, row.firstPosition + row.rows - 1, symbols(place));
    return range.first < range.second ? std::optional(range) : std::nullopt;
  }

  template <class F> void forEachRow(const Place &place, F f) const {
    const int64_t offset = firstPosition(place);
    for (int64_t row = 0; row < place.qLen; row += question.tileQ)
      f(RowTile{row, std::min(question.tileQ, place.qLen - row), offset + row});
  }
  int64_t firstPosition(const Place &place) const {
    return attn::AttentionOp(attention).getAnchor() == attn::Anchor::BottomRight ? place.kvLen - place.qLen
                                                                                 : 0;
  }

  bool visible(const Place &place, int64_t position, int64_t kv) {
    return evaluator->visible(place.b, place.h, position, kv, place.qLen, place.kvLen);
  }
  int64_t countVisible(const Place &place, const RowTile &row, int64_t key) {
    int64_t found = 0;
    for (int64_t i = 0; i < row.rows; ++i)
      for (int64_t kv = key; kv < keyEnd(place, key); ++kv)
        found += visible(place, row.firstPosition + i, kv);
    return found;
  }
  /// Takes what it evaluates from `budget`; a corner of the tile often decides.
  bool anyVisible(const Place &place, const RowTile &row, int64_t key, int64_t &budget) {
    const int64_t lastRow = row.rows - 1, lastKey = keyEnd(place, key) - 1;
    for (auto [i, kv] : {std::pair(lastRow, key), {0, lastKey}, {0, key}, {lastRow, lastKey}})
      if (--budget; visible(place, row.firstPosition + i, kv))
        return true;
    for (int64_t i = 0; i <= lastRow; ++i)
      for (int64_t kv = key; kv <= lastKey; ++kv)
        if (--budget; visible(place, row.firstPosition + i, kv))
          return true;
    return false;
  }
  /// Marks the keys that the rows of a block see, and returns how many rows see one. `loads` gets the number
  /// of keys of each visited tile, or of each with a visible pair.
  template <class Loads>
  int64_t mark(const Place &place, const RowTile &row, bool onlyVisible, std::vector<bool> &seen,
               Loads loads) {
    std::vector<bool> sees(row.rows, false);
    const KeyTiles visited = tiles(place, row);
    visited.forEach([&](int64_t key, bool isFull) {
      const int64_t end = keyEnd(place, key);
      bool any = isFull;
      for (int64_t i = 0; i < row.rows; ++i)
        for (int64_t kv = key; kv < end; ++kv)
          if (isFull || visible(place, row.firstPosition + i, kv))
            any = sees[i] = seen[kv] = true;
      if (any || !onlyVisible)
        loads(std::min(end, visited.walk.keyEnd) - std::max(key, visited.walk.keyBegin));
    });
    return std::count(sees.begin(), sees.end(), true);
  }
  int64_t keyEnd(const Place &place, int64_t key) const {
    return std::min(key + question.tileKv, place.kvLen);
  }

  bool evaluates() const { return evaluator.has_value(); }

  attn::AttentionOp attention;
  std::string unevaluated; ///< why there is no evaluator

private:
  const MaskSide *side(llvm::StringRef name) const {
    auto it = question.sides.find(std::string_view(name));
    return it == question.sides.end() ? nullptr : &it->second;
  }

  /// 0 outside of the shape (specs/README.md, section 1).
  static double elementAt(const MaskSide &side, llvm::ArrayRef<int64_t> indices) {
    int64_t linear = 0;
    for (auto [index, extent] : llvm::zip_equal(indices, side.shape)) {
      if (index < 0 || index >= extent)
        return 0;
      linear = linear * extent + index;
    }
    return side.element(linear);
  }

  void prepareEvaluator(llvm::DenseMap<unsigned, RegionValue> scalars) {
    llvm::DenseMap<unsigned, const MaskSide *> bySlot;
    for (mlir::BlockArgument argument : kernel.getBody().getArguments())
      bySlot[argument.getArgNumber()] = side(kernel.argumentName(argument.getArgNumber()));
    auto read = [bySlot](mlir::BlockArgument argument, llvm::ArrayRef<int64_t> indices) -> RegionValue {
      return regionValue(elementAt(*bySlot.lookup(argument.getArgNumber()), indices));
    };
    auto lastAxis = [bySlot](mlir::BlockArgument argument) {
      return bySlot.lookup(argument.getArgNumber())->shape.back();
    };
    mlir::FailureOr<RegionEvaluator> made =
        RegionEvaluator::create(attention.getMask(), std::move(scalars), std::move(read), std::move(lastAxis));
    if (mlir::succeeded(made))
      evaluator.emplace(std::move(*made));
    else
      unevaluated = "the mask has an operation that explain cannot evaluate";
  }

  /// q_len, kv_len, b, h, the integer scalars, then what bounds read.
  llvm::SmallVector<int64_t> symbols(const Place &place) const {
    llvm::SmallVector<int64_t> out{place.qLen, place.kvLen, place.b, place.h};
    out.append(integerScalars);
    const llvm::SmallVector<int64_t> fixed = out;
    for (attn::TensorReadAttr read : reads)
      out.push_back(static_cast<int64_t>(elementAt(*side(read.getTensor()), evaluate(read, fixed))));
    return out;
  }

  attn::KernelOp kernel;
  attn::MaskProofAttr proof;
  llvm::SmallVector<attn::TensorReadAttr> reads;
  const MaskQuestion &question;
  llvm::SmallVector<int64_t> integerScalars;
  std::optional<RegionEvaluator> evaluator;
};

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
        out.insert(kernel.argumentName(llvm::cast<mlir::BlockArgument>(op->getOperand(0)).getArgNumber()).str());
    });
    return out;
  }

  Result<MaskTiles> count(const MaskQuestion &question) const override {
    Answer answer(attention, question);
    ATTNC_RETURN_IF_ERROR(answer.prepare(maskTensors()));
    MaskTiles out;
    out.heads = perHead() ? queryHeads : 1;
    int64_t rows = 0;
    for (const auto &[qLen, kvLen] : question.requests)
      rows += (qLen + question.tileQ - 1) / question.tileQ * out.heads;
    if (rows > kMaxRows)
      return Status(Code::InvalidArgument, "expected at most " + std::to_string(kMaxRows) +
                                               " rows of tiles to count, got " + std::to_string(rows));
    forEachPlace(question, out.heads, [&](const Place &place) {
      const int64_t columns = llvm::divideCeil(uint64_t(place.kvLen), uint64_t(question.tileKv));
      answer.forEachRow(place, [&](const RowTile &row) {
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
    Answer answer(attention, question);
    ATTNC_RETURN_IF_ERROR(answer.prepare(maskTensors()));
    ATTNC_ASSIGN_OR_RETURN(MaskTiles tiles, count(question));
    if (!answer.evaluates() || tiles.partial > kMaxPairs / (question.tileQ * question.tileKv))
      return std::optional<MaskFootprint>();
    // A mask that is the same for every head is looked at once.
    const int64_t group = tiles.heads == 1 ? 1 : queryHeads / keyHeads;
    const int64_t heads = tiles.heads == 1 ? queryHeads : 1, sets = tiles.heads == 1 ? keyHeads : 1;
    MaskFootprint out;
    std::vector<bool> seen;
    forEachPlace(question, tiles.heads, [&](const Place &place) {
      if (place.h % group == 0)
        seen.assign(place.kvLen, false);
      answer.forEachRow(place, [&](const RowTile &row) {
        out.rows += heads * answer.mark(place, row, byBlockMap, seen,
                                        [&](int64_t keys) { out.keyLoads += heads * keys; });
      });
      if (place.h % group == group - 1)
        out.keys += sets * std::count(seen.begin(), seen.end(), true);
      return true;
    });
    return std::optional(out);
  }

  Result<MaskGrid> grid(const MaskQuestion &question, int64_t request, int64_t head) const override {
    const auto [qLen, kvLen] = question.requests[request];
    if (qLen == 0 || kvLen == 0)
      return Status(Code::InvalidArgument, "expected a request with rows and keys to draw, got " +
                                               std::to_string(qLen) + " rows and " + std::to_string(kvLen) +
                                               " keys");
    Answer answer(attention, question);
    ATTNC_RETURN_IF_ERROR(answer.prepare(maskTensors()));
    if (!answer.evaluates())
      return Status(Code::Unsupported, "expected a mask to draw, got none, as " + answer.unevaluated);
    const int64_t rows = llvm::divideCeil(uint64_t(qLen), uint64_t(question.tileQ));
    const int64_t columns = llvm::divideCeil(uint64_t(kvLen), uint64_t(question.tileKv));
    if (std::max(rows, columns) > kMaxPictureTiles)
      return Status(Code::InvalidArgument, "expected at most " + std::to_string(kMaxPictureTiles) +
                                               " tiles on a side to draw, got " +
                                               std::to_string(std::max(rows, columns)));
    return draw(answer, question, {request, head, qLen, kvLen}, columns);
  }

private:
  mlir::Region &mask() const { return attn::AttentionOp(attention).getMask(); }

  bool perHead() const {
    constexpr unsigned kHead = 3; // among the symbols of a proof
    attn::MaskProofAttr proof = attn::AttentionOp(attention).getProofAttr();
    auto usesHead = [&](attn::RangeAttr range) { return range && range.uses(kHead); };
    return llvm::any_of(proof.getVisit(), usesHead) || usesHead(proof.getFull()) ||
           llvm::any_of(
               proof.tensorReads(),
               [&](attn::TensorReadAttr read) { return read.getIndices().isFunctionOfSymbol(kHead); }) ||
           (!mask().empty() && !mask().getArgument(1).use_empty());
  }

  /// Until `f` says false.
  template <class F> static void forEachPlace(const MaskQuestion &question, int64_t heads, F f) {
    for (int64_t b = 0; b < static_cast<int64_t>(question.requests.size()); ++b)
      for (int64_t h = 0; h < heads; ++h)
        if (!f(Place{b, h, question.requests[b].first, question.requests[b].second}))
          return;
  }

  /// Sets `ideal`, and `pairs` where every pair of the partial tiles can be looked at.
  static void look(Answer &answer, const MaskQuestion &question, MaskTiles &out) {
    const bool every = out.partial <= kMaxPairs / (question.tileQ * question.tileKv);
    int64_t ideal = 0, pairs = 0, budget = kMaxPairs;
    forEachPlace(question, out.heads, [&](const Place &place) {
      answer.forEachRow(place, [&](const RowTile &row) {
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
      out.unevaluated = "more than " + std::to_string(kMaxPairs) + " pairs would have to be looked at";
      return;
    }
    out.ideal = ideal;
    if (every)
      out.pairs = pairs;
  }

  /// Pairs of a side that a cell holds: one where the picture is small, else a part of a tile.
  static int64_t cellSize(int64_t length, int64_t tile, bool exact) {
    if (exact)
      return 1;
    const int64_t tiles = llvm::divideCeil(uint64_t(length), uint64_t(tile));
    int64_t parts = 16; // divides every tile
    while (parts > 1 && tiles * parts > kMaxCells)
      parts /= 2;
    return tile / parts;
  }

  static MaskGrid draw(Answer &answer, const MaskQuestion &question, const Place &place, int64_t columns) {
    MaskGrid out;
    out.qLen = place.qLen;
    out.kvLen = place.kvLen;
    out.tileQ = question.tileQ;
    out.tileKv = question.tileKv;
    out.firstPosition = answer.firstPosition(place);
    const bool exact = std::max(out.qLen, out.kvLen) <= kExactSide;
    out.cellQ = cellSize(out.qLen, out.tileQ, exact);
    out.cellKv = cellSize(out.kvLen, out.tileKv, exact);
    out.sampled = out.cellQ * out.cellKv > kCellSamples;
    out.cellRows = llvm::divideCeil(uint64_t(out.qLen), uint64_t(out.cellQ));
    out.cellColumns = llvm::divideCeil(uint64_t(out.kvLen), uint64_t(out.cellKv));
    out.cells.resize(out.cellRows * out.cellColumns);
    out.tiles.ideal = 0;
    answer.forEachRow(place, [&](const RowTile &row) {
      const KeyTiles tiles = answer.tiles(place, row);
      MaskGrid::Row drawn{row.firstRow, row.rows, std::vector(columns, MaskGrid::Tile::Skipped), {}, {}};
      drawn.full = answer.fullRange(place, row);
      if (tiles.walk.spans.empty())
        drawn.visible.emplace_back(tiles.walk.keyBegin, tiles.walk.keyEnd);
      for (const MaskGrid::Range &span : tiles.walk.spans)
        drawn.visible.push_back(span);
      std::erase_if(drawn.visible, [](const MaskGrid::Range &range) { return range.first >= range.second; });
      tiles.forEach([&](int64_t key, bool isFull) {
        auto kind = MaskGrid::Tile::Full;
        int64_t budget = kMaxPairs; // more than a tile has
        if (!isFull) {
          drawCells(answer, place, row, key, out);
          kind =
              answer.anyVisible(place, row, key, budget) ? MaskGrid::Tile::Partial : MaskGrid::Tile::Wasted;
        }
        drawn.tiles[key / question.tileKv] = kind;
        *out.tiles.ideal += kind != MaskGrid::Tile::Wasted;
      });
      out.tiles.visited += tiles.visited();
      out.tiles.full += tiles.full();
      out.tiles.empty += columns - tiles.visited();
      out.rows.push_back(std::move(drawn));
    });
    out.tiles.partial = out.tiles.visited - out.tiles.full;
    return out;
  }

  static void drawCells(Answer &answer, const Place &place, const RowTile &row, int64_t key, MaskGrid &out) {
    for (int64_t i = row.firstRow; i < row.firstRow + row.rows; i += out.cellQ)
      for (int64_t kv = key; kv < answer.keyEnd(place, key); kv += out.cellKv) {
        const int64_t height = std::min(out.cellQ, row.firstRow + row.rows - i);
        const int64_t width = std::min(out.cellKv, place.kvLen - kv), all = height * width;
        int64_t seen = 0;
        const int64_t samples = std::min(all, kCellSamples);
        for (int64_t s = 0; s < samples; ++s) {
          // Odd steps through a cell meet diagonals and stripes alike.
          const int64_t at = all <= kCellSamples ? s : (s * (all / kCellSamples) + s * 7) % all;
          seen += answer.visible(place, out.firstPosition + i + at / width, kv + at % width);
        }
        out.cells[i / out.cellQ * out.cellColumns + kv / out.cellKv] =
            static_cast<uint8_t>((seen * 4 + samples - 1) / samples);
      }
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
