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
#include "llvm/Support/ErrorHandling.h"

namespace {
struct PipelineOptions : mlir::PassPipelineOptions<PipelineOptions> {
  Option<std::string> target{*this, "target", llvm::cl::desc("architecture to lower for"),
                             llvm::cl::init("sm_90")};
};
} // namespace

static void buildPipeline(mlir::OpPassManager &manager, const PipelineOptions &options) {
  attnc::Result<attnc::Target> target = attnc::Target::parse(options.target.getValue());
  if (!target)
    llvm::report_fatal_error(llvm::StringRef(target.status().message()), /*gen_crash_diag=*/false);
  attnc::buildPipeline(manager, *target);
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
