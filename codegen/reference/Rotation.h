// Rotation.h - tokens rotated on the host, in fp64, with what a kernel may be wrong about each element.
//
// Plain host code; semantics 3.8. Must not share a line with the device library.
#pragma once

#include "codegen/reference/LogicalTensors.h"

namespace attnc::reference {

/// The tokens of one argument in one request, [count, heads, dim], and the errors of their elements.
struct TokenRows {
  std::vector<double> values;
  std::vector<double> errors; ///< 0, or what rounding may do to a value beside it; empty if all are exact
};

/// What a rotation reads beside the tokens.
struct RotationContext {
  const KernelShape &kernel;
  const std::vector<SideBuffer> &sides; ///< one an argument of the kernel
  const Request &request;
  int64_t index = 0; ///< of the request
};

/// Rotates heads of `tokens`, which stay as exact as fp64 is: that a kernel rounds them to `argument.dtype`
/// is in the errors.
void rotate(TokenRows &tokens, const Parameter &argument, const Rotation &rotation,
            const RotationContext &context);

} // namespace attnc::reference
