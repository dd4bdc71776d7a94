// Pipeline.cpp - the compiler's table of contents. Decides the order of passes, nothing else.
#include "passes/Pipeline.h"

#include "dialect/tile/Tile.h"
#include "passes/Passes.h"
#include "passes/lower/LowerPasses.h"
#include "passes/tile/TilePasses.h"

#include "mlir/Transforms/Passes.h"

using namespace mlir;

/// What to compute: the mask in one form, the scale in one number, and where the mask is visible.
void attnc::buildAttnPipeline(OpPassManager &manager, const Target &) {
  manager.addPass(createAttnSimplifyMask());
  manager.addPass(createAttnFoldScale());
  manager.addPass(createAttnAnalyzeMask());
}

/// How to compute it: tile sizes, the plain kernel, then one concern of the block at a time.
void attnc::buildTilePipeline(OpPassManager &manager, const Target &target) {
  manager.addPass(createAttnChooseSchedulePass({target.name()}));
  manager.addPass(createConvertAttnToTilePass());
  OpPassManager &kernel = manager.nest<tile::KernelOp>();
  kernel.addPass(createTileVerifyLayoutsPass());
  kernel.addPass(createTilePipelineLoadsPass());
  kernel.addPass(createTileInsertBarriersPass());
  kernel.addPass(createTileSplitFullRangePass());
  kernel.addPass(createTilePlanSharedMemoryPass());
  if (!target.hasCpAsync())
    kernel.addPass(createTileLegalizeForSm75Pass());
  kernel.addPass(createTileLegalizeForCudaPass());
}

void attnc::buildPipeline(OpPassManager &manager, const Target &target) {
  buildAttnPipeline(manager, target);
  buildTilePipeline(manager, target);
}
