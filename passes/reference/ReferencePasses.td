// ReferencePasses.td - the pass record of the reference lowering.
#ifndef ATTNC_REFERENCE_PASSES
#define ATTNC_REFERENCE_PASSES

include "mlir/Pass/PassBase.td"

def ConvertAttnToLinalgPass : Pass<"convert-attn-to-linalg", "::mlir::ModuleOp"> {
  let summary = "lowers kernels to naive fp64 loops, with an error bound beside every result";
  let description = [{
    Every `attn.kernel` becomes a `func.func` that computes one head of one request, a row at a time, from
    `linalg.generic`, `scf` and `memref`: nothing is tiled, shared or reordered. Its arguments are

    - the request and the query head (index);
    - per kernel argument: tokens as `memref<?xHxDxf64>` (the tokens of this request, all heads), side tensors
      as memrefs of f64, i32 or i8 (bools), scalars as f64 or i32;
    - where elements of tokens are rounded on the way (rotated, or appended to a cache): a memref of their errors beside them;
    - per result of the attention: a memref for the values and one for their bounds (`memref<?xHxDxf64>` for tokens,
      `memref<?xHxf64>` for rows). Only head `h` is written.

    README.md of this folder derives the bounds. Caches and
    rotated keys that a kernel returns are no arguments: host code computes them (codegen/reference). A kernel that is more
    than one attention over its own arguments, and appends, is refused.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

#endif
