// ImportRope.h - rotation of q and k by their positions.
//
// Frequencies are computed here (specs/Rope.h), so that no later step knows a scaling rule.
#pragma once

#include "dialect/attn/Attn.h"
#include "specs/Rope.h"

#include "llvm/ADT/StringMap.h"

namespace attnc {

/// `tokens` rotated as `rope` says. `arguments`: the kernel's side tensors by name.
mlir::Value importRope(mlir::OpBuilder &builder, const Rope &rope, attn::TokenRole role, mlir::Value tokens,
                       const llvm::StringMap<mlir::Value> &arguments, mlir::Location fallback);

} // namespace attnc
