// BindTensors.h - what one tensor argument must look like, rule by rule.
//
// Must not know launches or devices.
#pragma once

#include "attnc/Tensor.h"
#include "runtime/core/LaunchPlan.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace attnc {

/// Dtype, rank, one stride an axis, no negative extent, a size that 64 bits hold.
Status checkLayout(const TensorSig &sig, const Tensor &tensor);
/// Extents against the signature; defines dims and strides in `values`.
Status bindShape(const TensorSig &sig, const PlannedTensor &planned, const SymbolTable &symbols,
                 const Tensor &tensor, std::span<std::optional<int64_t>> values,
                 std::span<std::string> definedBy);
/// Contiguous, or aligned outer strides over a dense innermost axis; outputs must not overlap themselves.
Status checkStrides(const TensorSig &sig, const Tensor &tensor);
/// Not null (unless empty) and aligned.
Status checkAddress(const TensorSig &sig, const Tensor &tensor);
/// No output overlaps another tensor.
Status checkAliasing(const Program &program, const std::vector<const Tensor *> &tensors);

} // namespace attnc
