// KeyWalk.cpp - the walk in 64-bit integers.
#include "passes/analysis/KeyWalk.h"

#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace attnc;

/// The first tile from `from` on that touches a span, past every key if there is none: as attnc::SpanWalk::next.
static int64_t nextTileOf(llvm::ArrayRef<std::pair<int64_t, int64_t>> spans, int64_t from, int64_t tile) {
  int64_t nearest = std::numeric_limits<int64_t>::max() - tile;
  for (auto [begin, end] : spans)
    if (begin < end && from < end)
      nearest = std::min(nearest, std::max(from, llvm::divideFloorSigned(begin, tile) * tile));
  return nearest;
}

namespace {
/// Blocks that have rows; nothing is known before it is computed.
struct Numbers {
  using Value = int64_t;
  int64_t firstQuery, lastQuery;
  llvm::ArrayRef<int64_t> symbols;
  int64_t tile;

  Value lower(attn::RangeAttr range) { return evaluate(range, firstQuery, lastQuery, symbols).first; }
  Value upper(attn::RangeAttr range) { return evaluate(range, firstQuery, lastQuery, symbols).second; }
  Value zero() { return 0; }
  bool isZero(Value) { return false; }
  Value orNothing(Value upper) { return upper; }
  Value let(const char *, Value value) { return value; }
  Value min(Value a, Value b) { return std::min(a, b); }
  Value max(Value a, Value b) { return std::max(a, b); }
  Value roundDown(Value a) { return llvm::divideFloorSigned(a, tile) * tile; }
  Value roundUp(Value a) { return llvm::divideCeilSigned(a, tile) * tile; }
  Value clamp(Value a, Value low, Value high) { return std::max(low, std::min(a, high)); }
  bool passesTiles(llvm::ArrayRef<std::pair<Value, Value>> ranges, bool gaps) {
    spans.assign(ranges.begin(), ranges.end());
    return gaps;
  }
  Value nextTile(Value a) { return nextTileOf(spans, a, tile); }
  bool fullByTile() { return false; }

  llvm::SmallVector<std::pair<Value, Value>> spans = {};
};
} // namespace

KeyTiles KeyTiles::of(attn::MaskProofAttr proof, int64_t firstQuery, int64_t lastQuery,
                      llvm::ArrayRef<int64_t> symbols, int64_t tile) {
  Numbers numbers{firstQuery, lastQuery, symbols, tile};
  KeyWalk<int64_t> walk = walkKeys(proof, numbers);
  return {std::move(walk), tile, hasGaps(proof)};
}

int64_t KeyTiles::next(int64_t position) const {
  return gaps ? nextTileOf(walk.spans, position, tile) : position;
}

/// Tiles that begin in [begin, end); begin is at a tile, or not below end.
static int64_t tilesIn(int64_t begin, int64_t end, int64_t tile) {
  return end <= begin ? 0 : llvm::divideCeilSigned(end - begin, tile);
}

int64_t KeyTiles::visited() const {
  if (!gaps)
    return tilesIn(walk.visitBegin, walk.keyEnd, tile);
  // Spans in order, each without the tiles of those before it.
  llvm::SmallVector<std::pair<int64_t, int64_t>> spans(walk.spans);
  llvm::sort(spans);
  int64_t count = 0, reached = 0;
  for (auto [begin, end] : spans) {
    if (begin >= end)
      continue;
    const int64_t first = std::max(reached, llvm::divideFloorSigned(begin, tile) * tile);
    count += tilesIn(first, std::min(end, walk.keyEnd), tile);
    reached = std::max(reached, llvm::divideCeilSigned(end, tile) * tile);
  }
  return count;
}

int64_t KeyTiles::full() const {
  return walk.full && visited() > 0 ? tilesIn(walk.full->first, walk.full->second, tile) : 0;
}
