// HostCode.cpp - the lowering pipeline of the oracle, and LLVM ORC.
//
// Must not run anything: it hands out function pointers.
#include "codegen/reference/HostCode.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "passes/reference/ConvertAttnToLinalg.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>

using namespace mlir;

namespace attnc::reference {

void buildReferencePipeline(OpPassManager &manager) {
  manager.addPass(createConvertAttnToLinalgPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  manager.addPass(arith::createArithExpandOpsPass()); // floor division
  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  manager.addPass(createSCFToControlFlowPass());
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createConvertFuncToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
}

/// Collects the first error of a pass run with its notes.
class DiagnosticStatus {
public:
  explicit DiagnosticStatus(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error && status.ok()) {
            status = Status(Code::Unsupported, diagnostic.str(), place(diagnostic.getLocation()));
            for (Diagnostic &note : diagnostic.getNotes())
              status.note(note.str(), place(note.getLocation()));
          }
          return success();
        }) {}

  Status take() const {
    return status.ok() ? Status(Code::Internal, "lowering to the reference failed without a message")
                       : status;
  }

private:
  static attnc::Location place(mlir::Location location) {
    attnc::Location result;
    location->walk([&](mlir::Location inner) {
      auto file = dyn_cast<FileLineColLoc>(inner);
      if (!file)
        return WalkResult::advance();
      result = {file.getFilename().str(), int(file.getLine()), int(file.getColumn())};
      return WalkResult::interrupt();
    });
    return result;
  }

  Status status;
  ScopedDiagnosticHandler handler;
};

HostCode::HostCode(std::unique_ptr<ExecutionEngine> engine) : engine(std::move(engine)) {}
HostCode::~HostCode() = default;

Result<std::unique_ptr<HostCode>> HostCode::compile(ModuleOp module) {
  static std::once_flag targets;
  std::call_once(targets, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
  MLIRContext *context = module.getContext();
  registerBuiltinDialectTranslation(*context);
  registerLLVMDialectTranslation(*context);
  {
    DiagnosticStatus diagnostics(context);
    PassManager manager(context, ModuleOp::getOperationName());
    buildReferencePipeline(manager);
    if (failed(manager.run(module)))
      return diagnostics.take();
  }
  ExecutionEngineOptions options;
  auto optimise = makeOptimizingTransformer(/*optLevel=*/2, /*sizeLevel=*/0, /*targetMachine=*/nullptr);
  options.transformer = optimise;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Default;
  // The listener for perf would leave a file in the temporary folder for each compilation.
  options.enablePerfNotificationListener = false;
  llvm::Expected<std::unique_ptr<ExecutionEngine>> engine = ExecutionEngine::create(module, options);
  if (!engine)
    return Status(Code::Internal, "compiling the reference failed: " + llvm::toString(engine.takeError()));
  return std::unique_ptr<HostCode>(new HostCode(std::move(*engine)));
}

Result<HostCode::Packed> HostCode::find(std::string_view name) const {
  llvm::Expected<Packed> function = engine->lookupPacked(llvm::StringRef(name.data(), name.size()));
  if (!function)
    return Status(Code::Internal, "expected a reference function '" + std::string(name) +
                                      "': " + llvm::toString(function.takeError()));
  return *function;
}

} // namespace attnc::reference
