// ImportSpec.h - a Spec as attn IR: the only place of the compiler that reads a Spec.
//
// Decides ops, regions and source locations; never tiles and never hardware.
#pragma once

#include "dialect/attn/Attn.h"
#include "specs/Spec.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace attnc {

/// A module with one `attn.kernel`: q, k, v, then the side tensors, then the scalars, named as in the spec.
/// Sugar is expanded and simplified, so that a mask written as sugar and the same mask written as an
/// expression give the same ops (up to locations). Null after an error, which the context's diagnostic
/// handler has received. Loads the dialects it needs.
///
/// Pinned schedule fields travel as `attn.pins` on the kernel: {tile_kv = 32 : i64, ..., location =
/// loc(...)}.
mlir::OwningOpRef<mlir::ModuleOp> importSpec(const Spec &spec, mlir::MLIRContext &context);

} // namespace attnc
