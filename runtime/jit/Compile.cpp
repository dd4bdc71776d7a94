// Compile.cpp - one MLIRContext per call, the pipeline, emission.
//
// Must not decide anything about the kernel.
#include "runtime/jit/Compile.h"

#include "codegen/cuda/EmitCuda.h"
#include "runtime/jit/Compilation.h"
#include "runtime/jit/DumpPasses.h"

namespace attnc {

Status Compilation::run(void (*build)(mlir::OpPassManager &, const Target &), const Target &target,
                        const CompileOptions &options) {
  mlir::PassManager manager(&context);
  build(manager, target);
  int number = 0;
  auto show = [&](const PassSnapshot &snapshot) {
    if (options.trace)
      options.trace->push_back(snapshot);
    return options.dumpFolder.empty() ? Status::success() : dumpIr(options.dumpFolder, number++, snapshot);
  };
  if (options.trace || !options.dumpFolder.empty()) {
    ATTNC_RETURN_IF_ERROR(show({"import", irText(*owned), importMs, false}));
    manager.addInstrumentation(afterEachPass([&](const PassSnapshot &snapshot) { (void)show(snapshot); }));
  }
  if (mlir::failed(manager.run(*owned)))
    return failure("the compiler failed");
  return Status::success();
}

Result<Program> Compilation::emit(const Target &target) {
  mlir::FailureOr<Program> program = codegen::emitCuda(*owned, target);
  if (mlir::failed(program))
    return failure("emission failed");
  return std::move(*program);
}

Result<Program> compileToProgram(const Spec &spec, const Target &target, const CompileOptions &options) {
  Compilation compilation(spec);
  ATTNC_RETURN_IF_ERROR(compilation.imported());
  ATTNC_RETURN_IF_ERROR(compilation.run(buildPipeline, target, options));
  return compilation.emit(target);
}

Result<std::string> compileToIr(const Spec &spec, const Target &target, IrStage stage) {
  Compilation compilation(spec);
  ATTNC_RETURN_IF_ERROR(compilation.imported());
  ATTNC_RETURN_IF_ERROR(compilation.run(stage == IrStage::Attn ? buildAttnPipeline : buildPipeline, target));
  std::string text;
  llvm::raw_string_ostream stream(text);
  compilation.module()->print(stream, mlir::OpPrintingFlags().useLocalScope());
  return text + "\n";
}

} // namespace attnc
