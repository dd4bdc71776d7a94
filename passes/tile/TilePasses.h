// TilePasses.h - generated declarations of the tile passes.
#pragma once

#include "dialect/tile/Tile.h"
#include "mlir/Pass/Pass.h"

namespace attnc {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/tile/TilePasses.h.inc"
} // namespace attnc
