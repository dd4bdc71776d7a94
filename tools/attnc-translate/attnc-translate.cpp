// attnc-translate.cpp - the steps that are no passes: a YAML spec to canonical text or to attn IR.
//
// For tests; users call attnc.
#include "passes/import/ImportSpec.h"
#include "specs/Spec.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

namespace cl = llvm::cl;

enum class Action { ImportSpec, SpecText };

static cl::opt<std::string> inputFile(cl::Positional, cl::desc("<spec.yaml>"), cl::Required);
static cl::opt<Action> action(
    cl::desc("What to print:"), cl::Required,
    cl::values(clEnumValN(Action::ImportSpec, "import-spec", "the attn module of a spec"),
               clEnumValN(Action::SpecText, "spec-text", "the canonical text of a spec")));

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  mlir::registerAsmPrinterCLOptions();
  cl::ParseCommandLineOptions(argc, argv, "attnc spec translator\n");

  attnc::Result<attnc::Spec> spec = attnc::readSpec(inputFile.getValue());
  if (!spec) {
    llvm::errs() << attnc::renderDiagnostic(spec.status()) << '\n';
    return 1;
  }
  if (action == Action::SpecText) {
    llvm::outs() << attnc::specText(*spec);
    return 0;
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  mlir::OwningOpRef<mlir::ModuleOp> module = attnc::importSpec(*spec, context);
  if (!module)
    return 1; // the context's handler has printed why
  module->print(llvm::outs());
  return 0;
}
