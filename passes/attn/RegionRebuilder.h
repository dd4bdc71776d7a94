// RegionRebuilder.h - writes a mask or score region again in canonical form.
//
// Pure rewriting, value by value: it proves nothing and knows no attention semantics.
#pragma once

#include "dialect/attn/Attn.h"
#include "passes/analysis/LinearForm.h"

#include <unordered_map>

namespace attnc {

/// Rebuilds the region's one block so that equal computations have equal ops:
/// - index sums are linear forms with terms in a fixed order, equal operations are computed once;
/// - a comparison of index values is `terms <= bound` (or ==, !=) in lowest terms, with the constant on the
///   right, written with the fewest operations;
/// - `not` sits on leaves (De Morgan) and is folded into integer comparisons; and/or chains are flat, without
///   repetitions, with the tighter of two comparisons of one linear form;
/// - constants are folded, dead operations are gone.
class RegionRebuilder {
public:
  explicit RegionRebuilder(mlir::Region &region);
  void run();

private:
  enum class Relation { LessEqual, Equal, NotEqual };
  /// `form` (without constant) relation `bound`.
  struct Comparison {
    LinearForm form;
    Relation relation;
    int64_t bound;
  };

  mlir::Value rebuild(mlir::Value old);
  mlir::Value index(mlir::Value old);
  std::optional<LinearForm> linear(mlir::Value old);
  mlir::Value opaque(mlir::Value old);
  mlir::Value boolean(mlir::Value old, bool negated);
  mlir::Value junction(mlir::Value old, bool negated, bool conjunction);
  void collect(mlir::Value old, bool negated, bool conjunction, llvm::SmallVectorImpl<mlir::Value> &parts);
  void mergeComparisons(bool conjunction, llvm::SmallVectorImpl<mlir::Value> &parts);
  mlir::Value compare(mlir::arith::CmpIOp op, bool negated);

  mlir::Value emitLinear(mlir::Location where, const LinearForm &form);
  mlir::Value emitSum(mlir::Location where, llvm::ArrayRef<std::pair<mlir::Value, int64_t>> terms);
  mlir::Value emitComparison(mlir::Location where, Comparison comparison);
  mlir::Value emitNot(mlir::Location where, mlir::Value value);
  mlir::Value constant(mlir::Location where, int64_t value);
  mlir::Value truth(mlir::Location where, bool value);
  /// An equal operation built before, or this one (folded if possible).
  mlir::Value intern(mlir::Operation *op, unsigned result = 0);
  template <class Op, class... Args> mlir::Value make(mlir::Location where, Args &&...args) {
    return intern(Op::create(builder, where, std::forward<Args>(args)...).getOperation());
  }

  mlir::Region &region;
  mlir::OpBuilder builder;
  mlir::Block *fresh = nullptr;
  Linearizer linearizer;
  llvm::DenseMap<mlir::Value, mlir::Value> rebuilt;
  llvm::DenseMap<std::pair<mlir::Value, unsigned>, mlir::Value> rebuiltBooleans;
  llvm::DenseMap<mlir::Value, Comparison> comparisons;
  std::unordered_multimap<size_t, mlir::Operation *> interned;
};

/// A total order of values of one region that does not depend on the order of operations: key position, query
/// position, head, batch, lengths, kernel arguments, then results by structure. Negative, 0 or positive.
int compareTerms(mlir::Value lhs, mlir::Value rhs);

} // namespace attnc
