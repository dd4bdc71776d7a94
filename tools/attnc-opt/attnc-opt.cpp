// attnc-opt.cpp - runs any pass of the compiler alone, or its whole pipeline, for tests and for the curious.
#include "dialect/attn/Attn.h"
#include "dialect/tile/Tile.h"
#include "passes/Passes.h"
#include "passes/Pipeline.h"
#include "passes/lower/LowerPasses.h"
#include "passes/reference/ConvertAttnToLinalg.h"
#include "passes/tile/TilePasses.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/CommandLine.h"

namespace {
/// Takes names of architectures only, so that a wrong one is an error of the command line.
struct TargetName : llvm::cl::parser<std::string> {
  using parser::parser;
  bool parse(llvm::cl::Option &option, llvm::StringRef, llvm::StringRef text, std::string &out) {
    const attnc::Result<attnc::Target> target = attnc::Target::parse(text.str());
    out = text.str();
    return !target.ok() && option.error(target.status().message());
  }
};

struct PipelineOptions : mlir::PassPipelineOptions<PipelineOptions> {
  Option<std::string, TargetName> target{*this, "target", llvm::cl::desc("architecture to lower for"),
                                         llvm::cl::init("sm_90")};
};
} // namespace

static void buildPipeline(mlir::OpPassManager &manager, const PipelineOptions &options) {
  attnc::buildPipeline(manager, *attnc::Target::parse(options.target.getValue()));
}

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<attnc::attn::AttnDialect, attnc::tile::TileDialect, mlir::arith::ArithDialect,
                  mlir::math::MathDialect>();
  attnc::registerAttncPasses();
  attnc::registerLowerPasses();
  attnc::registerTilePasses();
  attnc::registerAttncReferencePasses();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  mlir::PassPipelineRegistration<PipelineOptions> pipeline(
      "attnc-pipeline", "every pass from attn to printable tile IR", buildPipeline);
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "attnc pass driver\n", registry));
}
