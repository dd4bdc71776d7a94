// MaskAnalysis.h - where a mask can be visible and where it must be, as functions of the query tile.
//
// Bounds come from a monotone interval analysis; every bound that is handed out was checked by a Presburger
// proof. What cannot be proved is not claimed: visit grows to all keys, full is absent.
#pragma once

#include "dialect/attn/Attn.h"

namespace attnc {

struct MaskProof {
  attn::MaskProofAttr attr;
  /// No query ever misses a key: the mask region may be dropped.
  bool alwaysTrue = false;
  /// Presburger proofs tried.
  unsigned proofs = 0;
  /// A proof stopped at its work limit; `attr` is sound but may be wider than the mask.
  bool limited = false;
};

/// At most this many visit ranges.
inline constexpr unsigned kMaxVisitRanges = 4;

/// The proof of an attention's mask; does not change the op.
MaskProof analyzeMask(attn::AttentionOp attention);

/// The keys [first, second) of `range` for queries [firstQuery, lastQuery]; empty if first >= second, and
/// [kv_len, 0) where the range's condition does not hold.
/// `symbols` are q_len, kv_len, b, h, then the integer scalars.
std::pair<int64_t, int64_t> evaluate(attn::RangeAttr range, int64_t firstQuery, int64_t lastQuery,
                                     llvm::ArrayRef<int64_t> symbols);
/// The indices of `read`, from the symbols before the reads.
llvm::SmallVector<int64_t> evaluate(attn::TensorReadAttr read, llvm::ArrayRef<int64_t> symbols);

} // namespace attnc
