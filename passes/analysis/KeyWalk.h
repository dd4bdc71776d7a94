// KeyWalk.h - which key tiles a block visits, from the mask's proof: rounding and gaps, written once.
//
// A template over an arithmetic, so that the kernel (values of the IR) and what explain says of it (numbers)
// cannot disagree. Must not know either.
#pragma once

#include "passes/analysis/MaskAnalysis.h"

#include <optional>

namespace attnc {

/// The tiles of one block; passes/README.md, "Bounds", has the formulas.
template <class Value> struct KeyWalk {
  Value keyBegin, keyEnd; ///< no visible key outside; keyBegin need not be at a tile
  /// The visible ranges, if there are several: between them every key is hidden from every row.
  llvm::SmallVector<std::pair<Value, Value>> spans;
  Value visitBegin;                            ///< keyBegin at the begin of its tile
  std::optional<std::pair<Value, Value>> full; ///< tiles without mask code; absent if nothing is proved full
};

/// Whether there can be keys between the visible ranges: there are several, and no two with a common bound alone.
inline bool hasGaps(attn::MaskProofAttr proof) {
  llvm::ArrayRef<attn::RangeAttr> visit = proof.getVisit();
  return visit.size() > 2 || (visit.size() == 2 && visit[0].getLower() != visit[1].getLower() &&
                              visit[0].getUpper() != visit[1].getUpper());
}

/// The walk's keyBegin, keyEnd and spans. `a` evaluates bounds and has min, max, roundDown, roundUp and clamp; `let`
/// names a value, `isZero` says whether it is known to be 0, and `orNothing` is the end of the walk of a block that
/// may have no rows.
template <class Arithmetic>
KeyWalk<typename Arithmetic::Value> keyBounds(attn::MaskProofAttr proof, Arithmetic &a) {
  using Value = typename Arithmetic::Value;
  KeyWalk<Value> walk;
  std::optional<Value> lower, upper;
  for (attn::RangeAttr range : proof.getVisit()) {
    Value begin = a.lower(range), end = a.upper(range);
    if (proof.getVisit().size() > 1) {
      begin = a.let("span_begin", begin);
      end = a.let("span_end", end);
      walk.spans.emplace_back(begin, end);
    }
    lower = lower ? a.min(*lower, begin) : begin;
    upper = upper ? a.max(*upper, end) : end;
  }
  if (!lower) // the mask hides everything
    lower = upper = a.zero();
  upper = a.orNothing(*upper);

  walk.keyBegin = a.isZero(*lower) ? *lower : a.let("key_begin", *lower);
  walk.keyEnd = a.isZero(*upper) ? *upper : a.let("key_end", *upper);
  return walk;
}

/// The whole walk. `passesTiles` says of the spans whether tiles may be passed over, which `nextTile` does then.
template <class Arithmetic>
KeyWalk<typename Arithmetic::Value> walkKeys(attn::MaskProofAttr proof, Arithmetic &a) {
  using Value = typename Arithmetic::Value;
  KeyWalk<Value> walk = keyBounds(proof, a);
  const bool fromZero = a.isZero(walk.keyBegin);
  Value firstTile = fromZero ? walk.keyBegin : a.roundDown(walk.keyBegin);
  if (a.passesTiles(walk.spans, hasGaps(proof)))
    firstTile = a.nextTile(firstTile);
  walk.visitBegin = a.isZero(firstTile) ? firstTile : a.let("visit_begin", firstTile);

  attn::RangeAttr full = proof.getFull();
  if (!full || a.fullByTile())
    return walk;
  // Rounded inwards and clamped: visit_begin <= full_begin <= full_end <= key_end, or nothing is full.
  Value fullLower = a.lower(full);
  Value fullBegin = fromZero && a.isZero(fullLower)
                        ? walk.visitBegin
                        : a.let("full_begin", a.clamp(a.roundUp(fullLower), walk.visitBegin, walk.keyEnd));
  Value fullUpper = a.roundDown(a.upper(full));
  walk.full.emplace(fullBegin, a.let("full_end", a.clamp(fullUpper, fullBegin, walk.keyEnd)));
  return walk;
}

/// The walk of one block in numbers.
struct KeyTiles {
  KeyWalk<int64_t> walk;
  int64_t tile;
  bool gaps; ///< tiles that touch no span are passed over

  /// Tiles of `tile` keys for queries [firstQuery, lastQuery]; `symbols` as for `evaluate`.
  static KeyTiles of(attn::MaskProofAttr proof, int64_t firstQuery, int64_t lastQuery,
                     llvm::ArrayRef<int64_t> symbols, int64_t tile);

  int64_t visited() const;
  int64_t full() const;

  /// Calls `f(firstKey, isFull)` for each tile in the order of the kernel's loops.
  template <class F> void forEach(F f) const {
    if (!walk.full)
      return each(walk.visitBegin, walk.keyEnd, false, f);
    each(walk.visitBegin, walk.full->first, false, f);
    each(walk.full->first, walk.full->second, true, f);
    each(walk.full->second, walk.keyEnd, false, f);
  }

private:
  int64_t next(int64_t position) const;
  template <class F> void each(int64_t begin, int64_t end, bool isFull, F f) const {
    for (int64_t key = next(begin); key < end; key = next(key + tile))
      f(key, isFull);
  }
};

} // namespace attnc
