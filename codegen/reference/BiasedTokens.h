// BiasedTokens.h - rows of tokens as a kernel sees them first: with their bias.
//
// Plain host code. Must not know what becomes of them.
#pragma once

#include "codegen/reference/LogicalTensors.h"

namespace attnc::reference {

/// What the rows of one argument are made from.
struct TokenInputs {
  const KernelShape &kernel;
  const std::vector<SideBuffer> &sides; ///< one an argument of the kernel
  const Arguments &arguments;

  /// Null for an empty name.
  const SideBuffer *side(std::string_view name) const;
};

/// Rows [first, first + count) of an argument as contiguous [count, heads, dim]; a bias is added in f32 and
/// rounded once to the tokens' type.
std::vector<double> readBiasedRows(const Parameter &tokens, int64_t first, int64_t count,
                                   const TokenInputs &inputs);

} // namespace attnc::reference
