// Rotation.h - tokens rotated on the host, in fp64, with what a kernel may be wrong about each element.
//
// Plain host code; semantics 3.8. Must not share a line with the device library.
#pragma once

#include "codegen/reference/LogicalTensors.h"

#include <optional>

namespace attnc::reference {

/// What a rotation reads beside the tokens.
struct RotationContext {
  const KernelShape &kernel;
  const std::vector<SideBuffer> &sides; ///< one an argument of the kernel
  const Request &request;
  int64_t index = 0; ///< of the request
  /// Of the first token, where the kernel's anchor does not say it: its index in the cache that it is put
  /// into.
  std::optional<int64_t> firstPosition = {};
};

/// Rotates heads of `tokens`, which stay as exact as fp64 is: that a kernel rounds them to `rotation.dtype`
/// is in the errors, as is what errors they came with.
void rotate(TokenRows &tokens, const Parameter &argument, const Rotation &rotation,
            const RotationContext &context);

} // namespace attnc::reference
