// Pipeline.h - the order of passes for one target: the compiler's table of contents.
#pragma once

#include "attnc/Target.h"
#include "mlir/Pass/PassManager.h"

namespace attnc {

/// attn -> attn: simplify, fold the scale, prove the mask.
void buildAttnPipeline(mlir::OpPassManager &manager, const Target &target);
/// attn -> tile -> printable tile: schedule, lower, pipeline, plan shared memory, insert barriers, legalise.
void buildTilePipeline(mlir::OpPassManager &manager, const Target &target);
/// Both, in order.
void buildPipeline(mlir::OpPassManager &manager, const Target &target);

} // namespace attnc
