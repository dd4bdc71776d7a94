// ConvertAttnToLinalg.h - the pass convert-attn-to-linalg and its registration.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace attnc {
#define GEN_PASS_DECL
#include "passes/reference/ReferencePasses.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/reference/ReferencePasses.h.inc"
} // namespace attnc
