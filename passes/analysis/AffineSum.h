// AffineSum.h - integer sums over positions, lengths and quotients: what the atoms of a mask are made of.
//
// Plain algebra on top of AffineExpr, which keeps leaves unique; it decides nothing.
#pragma once

#include "mlir/IR/AffineExpr.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>
#include <string>

namespace attnc {

/// Dims of expressions inside the analysis. Proofs keep the first two only.
enum PositionDim : unsigned { kFirstQuery = 0, kLastQuery = 1, kQuery = 2, kKey = 3 };

/// sum(coefficient * leaf) + constant. A leaf is a dim, a symbol or `sum floordiv C` with C > 0.
struct AffineSum {
  llvm::SmallVector<std::pair<mlir::AffineExpr, int64_t>, 4> terms;
  int64_t constant = 0;
  /// A number left the range in which products cannot overflow; the sum is unusable.
  bool overflow = false;

  static AffineSum of(mlir::AffineExpr expr);
  static AffineSum leaf(mlir::AffineExpr expr, int64_t coefficient = 1);
  static AffineSum number(int64_t value);

  AffineSum &add(const AffineSum &other, int64_t factor = 1);
  AffineSum &addConstant(int64_t value);
  mlir::AffineExpr expr(mlir::MLIRContext *context) const;
};

AffineSum operator+(AffineSum lhs, const AffineSum &rhs);
AffineSum operator-(AffineSum lhs, const AffineSum &rhs);
AffineSum operator*(const AffineSum &sum, int64_t factor);
/// floor(sum / divisor), divisor > 0.
AffineSum floorDiv(const AffineSum &sum, int64_t divisor, mlir::MLIRContext *context);

/// How a sum moves when the query position grows.
enum class Direction { Constant, Up, Down, Mixed };
Direction direction(const AffineSum &sum);
/// The least (or greatest) value of `sum` for a query in [first, last], term by term: a bound, and attained
/// if the direction is not Mixed.
AffineSum extreme(const AffineSum &sum, bool greatest, mlir::MLIRContext *context);
/// `sum` with the query moved by `step`.
AffineSum shiftQuery(const AffineSum &sum, int64_t step, mlir::MLIRContext *context);
/// "q - kv <= 5" for sum <= 0, with `names` for the symbols.
std::string inequalityText(const AffineSum &sum, llvm::ArrayRef<std::string> symbolNames);
/// "b + 1", likewise.
std::string sumText(const AffineSum &sum, llvm::ArrayRef<std::string> symbolNames);

} // namespace attnc
