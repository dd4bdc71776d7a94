// Compile.cpp - one MLIRContext per call, the pipeline, and MLIR's diagnostics turned into a Status.
//
// Must not decide anything about the kernel.
#include "runtime/jit/Compile.h"

#include "codegen/cuda/EmitCuda.h"
#include "passes/Pipeline.h"
#include "passes/import/ImportSpec.h"
#include "runtime/jit/Diagnostics.h"
#include "runtime/jit/DumpPasses.h"

#include "mlir/IR/MLIRContext.h"

namespace attnc {
namespace {

/// One compilation: the context outlives the module, the collector sees every diagnostic.
class Compilation {
public:
  explicit Compilation(const Spec &spec)
      // Kernels are small: MLIR's thread pool would cost more than it saves, and several compilations may run
      // at once.
      : context(mlir::MLIRContext::Threading::DISABLED), diagnostics(context), module(importSpec(spec, context)) {
  }

  Status imported() { return module ? Status::success() : diagnostics.take("import failed"); }

  Status run(void (*build)(mlir::OpPassManager &, const Target &), const Target &target,
             const CompileOptions &options) {
    mlir::PassManager manager(&context);
    build(manager, target);
    if (!options.dumpFolder.empty()) {
      ATTNC_RETURN_IF_ERROR(dumpIr(options.dumpFolder, 0, "import", *module));
      manager.addInstrumentation(dumpAfterEachPass(options.dumpFolder));
    }
    if (mlir::failed(manager.run(*module)))
      return diagnostics.take("the compiler failed");
    return Status::success();
  }

  Result<Program> emit(const Target &target) {
    mlir::FailureOr<Program> program = codegen::emitCuda(*module, target);
    if (mlir::failed(program))
      return diagnostics.take("emission failed");
    return std::move(*program);
  }

  std::string text() {
    std::string out;
    llvm::raw_string_ostream stream(out);
    module->print(stream, mlir::OpPrintingFlags().useLocalScope());
    return out;
  }

private:
  mlir::MLIRContext context;
  DiagnosticCollector diagnostics;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace

Result<Program> compileToProgram(const Spec &spec, const Target &target, const CompileOptions &options) {
  Compilation compilation(spec);
  ATTNC_RETURN_IF_ERROR(compilation.imported());
  ATTNC_RETURN_IF_ERROR(compilation.run(buildPipeline, target, options));
  return compilation.emit(target);
}

Result<std::string> compileToIr(const Spec &spec, const Target &target, IrStage stage) {
  Compilation compilation(spec);
  ATTNC_RETURN_IF_ERROR(compilation.imported());
  ATTNC_RETURN_IF_ERROR(
      compilation.run(stage == IrStage::Attn ? buildAttnPipeline : buildPipeline, target, CompileOptions()));
  return compilation.text();
}

} // namespace attnc
