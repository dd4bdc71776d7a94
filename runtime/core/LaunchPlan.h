// LaunchPlan.h - a Program with its formulas parsed and its names resolved, once per kernel.
//
// Everything that can be checked without arguments is checked here, so that a damaged manifest fails when it
// is read and not when it is run. Must not hold tensors or addresses.
#pragma once

#include "attnc/Kernel.h"
#include "runtime/core/Formula.h"

#include <array>
#include <cstddef>
#include <vector>

namespace attnc {

struct PlannedTensor {
  std::vector<ParsedFormula::Affine> shape;
  /// Per axis, the slot that "<tensor>.stride<axis>" has, or -1 if no formula asks for it.
  std::vector<int> strideSlots;
};

struct PlannedField {
  Field::Kind kind = Field::Kind::Dim;
  DType dtype = DType::I64;
  size_t offset = 0;
  size_t index = 0;      ///< of the tensor, scalar or workspace in the program
  ParsedFormula formula; ///< of Dim
};

struct PlannedLaunch {
  std::array<ParsedFormula, 3> grid;
  std::vector<PlannedField> fields;
  size_t paramBytes = 0;
};

struct LaunchPlan {
  SymbolTable symbols;
  std::vector<PlannedTensor> tensors;
  std::vector<int> dimSlots; ///< of Program::dims
  std::vector<ParsedFormula> workspaceBytes;
  std::vector<PlannedLaunch> launches;

  /// InvalidArgument if the program contradicts itself; the message names the part.
  static Result<LaunchPlan> build(const Program &program);
};

/// Limits that a program may not exceed; far above anything the compiler emits.
inline constexpr size_t kMaxParamBytes = 4096;
inline constexpr size_t kMaxRank = 16;
inline constexpr int kMaxThreadsPerBlock = 1024;

} // namespace attnc
