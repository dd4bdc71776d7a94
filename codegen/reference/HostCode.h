// HostCode.h - the reference lowering compiled for this machine.
#pragma once

#include "attnc/Status.h"
#include "mlir/IR/BuiltinOps.h"

#include <memory>
#include <string_view>

namespace mlir {
class ExecutionEngine;
class OpPassManager;
} // namespace mlir

namespace attnc::reference {

/// attn -> linalg -> loops -> LLVM dialect, read top to bottom.
void buildReferencePipeline(mlir::OpPassManager &manager);

/// A module's functions as machine code in this process.
class HostCode {
public:
  /// `module` holds attn kernels and is lowered in place. Diagnostics become the Status.
  static Result<std::unique_ptr<HostCode>> compile(mlir::ModuleOp module);
  ~HostCode();

  /// A function that takes an array of addresses of its arguments (memrefs: of the descriptor's address).
  using Packed = void (*)(void **);
  Result<Packed> find(std::string_view name) const;

private:
  explicit HostCode(std::unique_ptr<mlir::ExecutionEngine> engine);
  std::unique_ptr<mlir::ExecutionEngine> engine;
};

} // namespace attnc::reference
