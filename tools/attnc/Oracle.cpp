// Oracle.cpp - the reference engine behind an interface without MLIR.
//
// Must not use the tile half of the compiler.
#include "codegen/reference/ReferenceEngine.h"
#include "passes/import/ImportSpec.h"
#include "runtime/jit/Diagnostics.h"
#include "tools/attnc/Execute.h"

#include "mlir/IR/MLIRContext.h"

#include <thread>

namespace attnc::cli {
namespace {

class OracleImpl : public Oracle {
public:
  OracleImpl() : context(mlir::MLIRContext::Threading::DISABLED) {}

  Status build(const Spec &spec) {
    DiagnosticCollector diagnostics(context);
    mlir::OwningOpRef<mlir::ModuleOp> module = importSpec(spec, context);
    if (!module)
      return diagnostics.take("import failed");
    ATTNC_ASSIGN_OR_RETURN(engine, ReferenceEngine::create(*module));
    return Status::success();
  }

  Result<ReferenceResult> run(const Arguments &arguments) const override {
    return engine->run(arguments, static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
  }

private:
  mlir::MLIRContext context;
  std::unique_ptr<ReferenceEngine> engine;
};

} // namespace

Result<std::unique_ptr<Oracle>> Oracle::create(const Spec &spec) {
  auto oracle = std::make_unique<OracleImpl>();
  ATTNC_RETURN_IF_ERROR(oracle->build(spec));
  return std::unique_ptr<Oracle>(std::move(oracle));
}

} // namespace attnc::cli
