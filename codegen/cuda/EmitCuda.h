// EmitCuda.h - printable tile IR to a Program: text and launch plan. Decides names and white space only.
#pragma once

#include "attnc/Kernel.h"
#include "mlir/IR/BuiltinOps.h"

namespace attnc::codegen {

/// Prints the module's tile.program. Fails with a diagnostic at the op that has no printer.
mlir::FailureOr<Program> emitCuda(mlir::ModuleOp module, const Target &target);

} // namespace attnc::codegen
