// Compilation.h - one module on its way through the compiler.
//
// Internal to runtime/jit. Must not decide anything about the kernel.
#pragma once

#include "passes/Pipeline.h"
#include "passes/import/ImportSpec.h"
#include "runtime/jit/Compile.h"
#include "runtime/jit/Diagnostics.h"
#include "runtime/jit/Stopwatch.h"

#include "mlir/IR/MLIRContext.h"

namespace attnc {

/// The context outlives the module, and the collector sees every diagnostic.
class Compilation {
public:
  explicit Compilation(const Spec &spec)
      // Kernels are small: MLIR's thread pool would cost more than it saves, and several compilations may run
      // at once.
      : context(mlir::MLIRContext::Threading::DISABLED), diagnostics(context),
        extensions(spec.extensions), owned(importSpec(spec, context)), importMs(watch.milliseconds()) {}

  /// Whether the import worked; ask before anything else.
  Status imported() { return owned ? Status::success() : failure("import failed"); }
  mlir::ModuleOp module() { return *owned; }

  Status run(void (*build)(mlir::OpPassManager &, const Target &), const Target &target,
             const CompileOptions &options = {});
  Result<Program> emit(const Target &target);

private:
  Status failure(const std::string &fallback) { return noteExtensions(diagnostics.take(fallback), extensions); }

  Stopwatch watch;
  mlir::MLIRContext context;
  DiagnosticCollector diagnostics;
  std::vector<Extension> extensions;
  mlir::OwningOpRef<mlir::ModuleOp> owned;
  double importMs; ///< the context included
};

} // namespace attnc
