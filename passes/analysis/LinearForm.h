// LinearForm.h - index values as integer combinations of terms: the shared algebra of mask passes.
//
// Sees through arith.addi, subi, muli by a constant and constants; everything else is a term.
#pragma once

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace attnc {

/// sum(coefficient * term) + constant. Terms are distinct and their coefficients are not 0.
struct LinearForm {
  llvm::SmallVector<std::pair<mlir::Value, int64_t>, 4> terms;
  int64_t constant = 0;

  bool isConstant() const { return terms.empty(); }
  int64_t coefficient(mlir::Value term) const;
  /// Adds factor * other. False on overflow, which leaves the form unusable.
  [[nodiscard]] bool add(const LinearForm &other, int64_t factor);
  [[nodiscard]] bool addTerm(mlir::Value term, int64_t coefficient);
};

/// Coefficients and constants beyond this are not handled: products of two must fit in 64 bits.
inline constexpr int64_t kLargestCoefficient = int64_t(1) << 30;

/// Linear forms of index values, remembered so that shared values are walked once.
class Linearizer {
public:
  /// The form of an index value; nullopt if a coefficient or constant is too large.
  std::optional<LinearForm> of(mlir::Value value);

private:
  std::optional<LinearForm> compute(mlir::Value value);

  llvm::DenseMap<mlir::Value, std::optional<LinearForm>> known;
};

} // namespace attnc
