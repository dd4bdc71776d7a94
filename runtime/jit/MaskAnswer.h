// MaskAnswer.h - the mask of one question: tiles by proof, pairs by evaluation.
//
// Private to runtime/jit: what MaskModel counts and draws with. Must not round or classify: KeyWalk.h does.
#pragma once

#include "passes/analysis/EvaluateRegion.h"
#include "passes/analysis/KeyWalk.h"
#include "runtime/jit/MaskModel.h"

#include <algorithm>

namespace attnc {

constexpr int64_t kMaxMaskPairs = 1 << 25; ///< to evaluate: a few seconds

/// One request and head.
struct MaskPlace {
  int64_t b, h, qLen, kvLen;
};

/// A block's rows, positions included; with packing, of one head.
struct MaskRows {
  int64_t firstRow, rows, firstPosition;
};

/// The mask of one question: tiles by proof, pairs by evaluation.
class MaskAnswer {
public:
  MaskAnswer(attn::AttentionOp attention, const MaskQuestion &question)
      : attention(attention), kernel(attention->getParentOfType<attn::KernelOp>()),
        proof(attention.getProofAttr()), reads(proof.tensorReads()), question(question) {}

  /// `maskTensors`: those without which no pair can be evaluated.
  Status prepare(const std::set<std::string> &maskTensors);

  KeyTiles tiles(const MaskPlace &place, const MaskRows &row) const {
    return KeyTiles::of(proof, row.firstPosition, row.firstPosition + row.rows - 1, symbols(place),
                        question.tileKv);
  }
  std::optional<MaskGrid::Range> fullRange(const MaskPlace &place, const MaskRows &row) const;

  template <class F> void forEachRow(const MaskPlace &place, F f) const {
    const int64_t offset = firstPosition(place);
    const int64_t rows = place.qLen * question.packing;
    for (int64_t row = 0; row < rows; row += question.tileQ) {
      const int64_t first = row / question.packing,
                    last = (std::min(row + question.tileQ, rows) - 1) / question.packing;
      f(MaskRows{first, last - first + 1, offset + first});
    }
  }
  int64_t firstPosition(const MaskPlace &place) const {
    return attn::AttentionOp(attention).getAnchor() == attn::Anchor::BottomRight ? place.kvLen - place.qLen
                                                                                 : 0;
  }

  bool visible(const MaskPlace &place, int64_t position, int64_t kv) {
    return evaluator->visible(place.b, place.h, position, kv, place.qLen, place.kvLen);
  }
  int64_t countVisible(const MaskPlace &place, const MaskRows &row, int64_t key);
  /// Takes what it evaluates from `budget`; a corner of the tile often decides.
  bool anyVisible(const MaskPlace &place, const MaskRows &row, int64_t key, int64_t &budget);
  /// Marks the keys that the rows of a block see, and returns how many rows see one. `loads` gets the number
  /// of keys of each visited tile, or of each with a visible pair.
  template <class Loads>
  int64_t mark(const MaskPlace &place, const MaskRows &row, bool onlyVisible, std::vector<bool> &seen,
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
  int64_t keyEnd(const MaskPlace &place, int64_t key) const {
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
  static double elementAt(const MaskSide &side, llvm::ArrayRef<int64_t> indices);

  void prepareEvaluator(llvm::DenseMap<unsigned, RegionValue> scalars);

  /// q_len, kv_len, b, h, the integer scalars, then what bounds read.
  llvm::SmallVector<int64_t> symbols(const MaskPlace &place) const;

  attn::KernelOp kernel;
  attn::MaskProofAttr proof;
  llvm::SmallVector<attn::TensorReadAttr> reads;
  const MaskQuestion &question;
  llvm::SmallVector<int64_t> integerScalars;
  std::optional<RegionEvaluator> evaluator;
};

} // namespace attnc
