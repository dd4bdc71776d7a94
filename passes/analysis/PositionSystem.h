// PositionSystem.h - proofs that no query, key and lengths satisfy a list of inequalities.
//
// Presburger arithmetic with a work limit. The answer "proved" is final; the other answer means nothing.
#pragma once

#include "dialect/attn/Attn.h"
#include "passes/analysis/AffineSum.h"

namespace attnc {

class PositionSystem {
public:
  /// Knows what holds in every tile of `attention`: i0 <= q <= i1, 0 <= kv < kv_len, the row and the head
  /// are there.
  explicit PositionSystem(attn::AttentionOp attention);

  /// Whether no integer point has every sum of `constraints` <= 0. False also when the work limit is
  /// reached: 5 ms on a slow machine, counted in steps so that two runs agree.
  bool provablyEmpty(llvm::ArrayRef<AffineSum> constraints);

  unsigned proofs() const { return proofCount; }
  /// Some proof stopped at the work limit.
  bool limited() const { return hitLimit; }

private:
  llvm::SmallVector<AffineSum> context;
  unsigned proofCount = 0;
  bool hitLimit = false;
};

} // namespace attnc
