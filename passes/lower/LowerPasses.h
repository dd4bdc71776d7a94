// LowerPasses.h - generated declarations of the passes from attn to tile.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace attnc {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/lower/LowerPasses.h.inc"
} // namespace attnc
