// MaskFormula.h - a mask region as alternatives of linear inequalities.
//
// Exact where it can be; a term that is not linear in positions, lengths and scalars is kept by its text
// only.
#pragma once

#include "dialect/attn/Attn.h"
#include "passes/analysis/AffineSum.h"

#include <string>

namespace attnc {

/// Every atom <= 0 and every unknown term true.
struct Conjunct {
  llvm::SmallVector<AffineSum> atoms;
  /// Texts of the terms that are no inequality: to be taken as true from above and as false from below.
  llvm::SmallVector<std::string> unknown;
};

/// The mask holds iff some conjunct does. At most kMaxConjuncts.
using MaskFormula = llvm::SmallVector<Conjunct>;
inline constexpr unsigned kMaxConjuncts = 32;

/// The reads of the mask region that are one integer for the whole tile: symbols of proofs. At most kMaxReads.
using UniformReads = llvm::SmallVector<attn::TensorReadAttr>;
inline constexpr unsigned kMaxReads = 4;
UniformReads uniformReads(attn::AttentionOp attention);

/// The formula of the mask region (not empty), or of its negation.
MaskFormula buildFormula(attn::AttentionOp attention, llvm::ArrayRef<attn::TensorReadAttr> reads, bool negated);
/// Names of the symbols of proofs: q_len, kv_len, b, h, then the integer scalars, then the reads ("prefix[b]").
llvm::SmallVector<std::string> symbolNames(attn::AttentionOp attention, llvm::ArrayRef<attn::TensorReadAttr> reads);
/// "prefix[b]", with `names` for the symbols before the reads.
std::string readText(attn::TensorReadAttr read, llvm::ArrayRef<std::string> names);
/// A short reading of a value of a mask region, e.g. "doc[b, q] == doc[b, kv]".
std::string valueText(mlir::Value value);

} // namespace attnc
