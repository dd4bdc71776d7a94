// BindArguments.h - a caller's arguments checked against a program and turned into numbers.
//
// Must not touch device memory: lengths that live there (cu_seqlens) are not read.
#pragma once

#include "attnc/Tensor.h"
#include "runtime/core/LaunchPlan.h"

#include <optional>
#include <vector>

namespace attnc {

/// Values in the order of the program's tables.
struct BoundArguments {
  std::vector<std::optional<int64_t>> values; ///< per slot of LaunchPlan::symbols
  std::vector<void *> addresses;              ///< per tensor
  std::vector<double> scalars;                ///< per scalar
};

/// What `bindArguments` looks at.
enum class BindMode : uint8_t {
  All,
  ShapesOnly, ///< addresses may be null; aliasing is not checked
};

/// InvalidArgument names the tensor, scalar or dim, what was expected and what came.
Result<BoundArguments> bindArguments(const Program &program, const LaunchPlan &plan,
                                     const Arguments &arguments, BindMode mode);

} // namespace attnc
