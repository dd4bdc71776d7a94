// KeyWalk.cpp - the walk in 64-bit integers.
#include "passes/analysis/KeyWalk.h"

#include "llvm/Support/MathExtras.h"

using namespace attnc;

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
  Value skip(Value a, Value begin, Value end) { return begin <= a && a < end ? end : a; }
};
} // namespace

KeyTiles KeyTiles::of(attn::MaskProofAttr proof, int64_t firstQuery, int64_t lastQuery,
                      llvm::ArrayRef<int64_t> symbols, int64_t tile) {
  Numbers numbers{firstQuery, lastQuery, symbols, tile};
  return {walkKeys(proof, numbers), tile};
}

/// Tiles that begin in [begin, end); begin is at a tile, or not below end.
static int64_t tilesIn(int64_t begin, int64_t end, int64_t tile) {
  return end <= begin ? 0 : llvm::divideCeilSigned(end - begin, tile);
}

int64_t KeyTiles::visited() const {
  const int64_t all = tilesIn(walk.visitBegin, walk.keyEnd, tile);
  return walk.gap ? all - tilesIn(std::max(walk.gap->first, walk.visitBegin), walk.gap->second, tile) : all;
}

int64_t KeyTiles::full() const {
  return walk.full && visited() > 0 ? tilesIn(walk.full->first, walk.full->second, tile) : 0;
}
