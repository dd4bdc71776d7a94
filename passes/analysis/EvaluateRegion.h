// EvaluateRegion.h - runs a mask region on concrete positions, for explain and for tests of the proofs.
//
// An oracle for the analysis: it shares no code with it. Not fast, but flat: one step an operation.
#pragma once

#include "dialect/attn/Attn.h"

#include <functional>

namespace attnc {

/// One value of a region: `integer` for index, i32 and i1, `real` for floats.
struct RegionValue {
  int64_t integer = 0;
  double real = 0;
};

class RegionEvaluator {
public:
  /// An element of a side tensor (an argument of the kernel) whose shape the caller checks.
  using Read = std::function<RegionValue(mlir::BlockArgument side, llvm::ArrayRef<int64_t> indices)>;

  /// Elements along the last axis of a side tensor.
  using LastAxis = std::function<int64_t(mlir::BlockArgument side)>;

  /// Prepares a mask or score region; fails at an operation that it does not know. `scalars` are the
  /// kernel's run-time scalars by argument number; without `lastAxis` no search of a side tensor is known.
  static mlir::FailureOr<RegionEvaluator> create(mlir::Region &region,
                                                 llvm::DenseMap<unsigned, RegionValue> scalars, Read read,
                                                 LastAxis lastAxis = {});

  /// The yielded value; `arguments` are the region's.
  RegionValue run(llvm::ArrayRef<RegionValue> arguments);
  /// A mask region at a position; true for an empty region.
  bool visible(int64_t b, int64_t h, int64_t q, int64_t kv, int64_t qLen, int64_t kvLen);

private:
  using Compute = std::function<RegionValue(RegionEvaluator &, llvm::ArrayRef<unsigned> slots)>;
  struct Step {
    Compute compute;
    llvm::SmallVector<unsigned, 3> operands;
    unsigned result;
  };

  struct Sides {
    Read read;
    LastAxis lastAxis;
  };
  static Compute computeFor(mlir::Operation *op, const Sides &sides);
  unsigned slotOf(mlir::Value value, const llvm::DenseMap<unsigned, RegionValue> &scalars);
  mlir::LogicalResult addStep(mlir::Operation *op, const llvm::DenseMap<unsigned, RegionValue> &scalars,
                              const Sides &sides);

  std::vector<RegionValue> slots;
  std::vector<Step> steps;
  llvm::DenseMap<mlir::Value, unsigned> slotOfValue;
  unsigned result = 0;
  bool isEmpty = false;
};

} // namespace attnc
