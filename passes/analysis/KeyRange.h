// KeyRange.h - bounds on the key position, solved from inequalities and gathered over a query tile.
//
// Algebra only; MaskAnalysis.cpp decides what is proved of them.
#pragma once

#include "passes/analysis/MaskFormula.h"

namespace attnc {

/// kv >= value (lower) or kv < value (upper), for one query position.
struct KeyBound {
  bool lower;
  AffineSum value;
};

/// What an inequality says of the key.
struct Solved {
  enum Kind { Bound, KeyFree, Unsolved } kind;
  KeyBound bound{};
};

/// Solves atom <= 0 for kv. Exact when it is a Bound: quotients of the key are unwrapped.
Solved solveForKey(AffineSum atom, mlir::MLIRContext *context);

/// max(lowers) <= kv < min(uppers) over (i0, i1); 0 and kv_len are always among them, first. Empty unless every
/// condition is <= 0.
struct KeyRange {
  llvm::SmallVector<AffineSum> lowers, uppers;
  llvm::SmallVector<AffineSum> conditions = {};

  static KeyRange all(mlir::MLIRContext *context);
  static KeyRange none(mlir::MLIRContext *context);
  /// Adds a bound that holds for some query of the tile (or for all of them).
  void narrow(const KeyBound &bound, bool forEveryQuery, mlir::MLIRContext *context);
  /// The inequalities "kv is inside".
  llvm::SmallVector<AffineSum> inside(mlir::MLIRContext *context) const;
  /// One inequality per bound: "kv is beyond it". kv is outside iff one of them holds.
  llvm::SmallVector<AffineSum> beyond(mlir::MLIRContext *context) const;
  attn::RangeAttr attr(unsigned symbols, mlir::MLIRContext *context) const;
};

} // namespace attnc
