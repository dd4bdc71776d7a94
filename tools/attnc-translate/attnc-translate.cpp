// attnc-translate.cpp - the steps that are no passes: a YAML spec to canonical text or to attn IR, and
// printable tile IR to CUDA text.
//
// For tests; users call attnc.
#include "codegen/cuda/EmitCuda.h"
#include "dialect/tile/Tile.h"
#include "passes/import/ImportSpec.h"
#include "specs/Spec.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

namespace cl = llvm::cl;

enum class Action { None, ImportSpec, SpecText, EmitCuda };

static cl::opt<std::string> inputFile(cl::Positional, cl::desc("<spec.yaml, or tile IR>"), cl::init("-"));
static cl::opt<Action> action(
    cl::desc("What to print:"), cl::init(Action::None),
    cl::values(clEnumValN(Action::ImportSpec, "import-spec", "the attn module of a spec"),
               clEnumValN(Action::SpecText, "spec-text", "the canonical text of a spec"),
               clEnumValN(Action::EmitCuda, "emit-cuda", "the CUDA text of a module of printable tile IR")));
static cl::opt<std::string> targetName("target", cl::desc("architecture named in the CUDA text"),
                                       cl::init("sm_90"));
static cl::opt<bool> launchPlan("launch-plan", cl::desc("after the CUDA text, its launches as comments"));

static void printLaunches(const attnc::Program &program) {
  for (const attnc::Launch &launch : program.launches) {
    llvm::outs() << "\n// launch grid [";
    for (size_t axis = 0; axis < launch.grid.size(); ++axis)
      llvm::outs() << (axis ? ", " : "") << launch.grid[axis].text;
    llvm::outs() << "] threads " << launch.threads << " shared " << launch.dynamicSharedBytes << '\n';
    for (const attnc::Field &field : launch.params)
      llvm::outs() << "// field " << field.name << " = " << field.source << '\n';
  }
}

static int emitCuda() {
  attnc::Result<attnc::Target> target = attnc::Target::parse(targetName.getValue());
  if (!target) {
    llvm::errs() << "error: " << target.status().message() << '\n';
    return 1;
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<attnc::tile::TileDialect>();
  llvm::SourceMgr sources;
  mlir::SourceMgrDiagnosticHandler handler(sources, &context);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(inputFile.getValue(), sources, &context);
  if (!module)
    return 1; // the handler has printed why
  mlir::FailureOr<attnc::Program> program = attnc::codegen::emitCuda(*module, *target);
  if (mlir::failed(program))
    return 1;
  llvm::outs() << program->text;
  if (launchPlan)
    printLaunches(*program);
  return 0;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  mlir::registerAsmPrinterCLOptions();
  cl::ParseCommandLineOptions(argc, argv, "attnc spec translator\n");
  if (action == Action::None) {
    llvm::errs() << "error: expected --import-spec, --spec-text or --emit-cuda, got none\n";
    return 1;
  }
  if (action == Action::EmitCuda)
    return emitCuda();

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
