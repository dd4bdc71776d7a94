// HeadLowering.h - the body of the reference function: one head of one request, row by row.
#pragma once

#include "dialect/attn/Attn.h"
#include "passes/reference/Interval.h"
#include "llvm/ADT/DenseMap.h"

namespace attnc::reference {

/// Values of the reference function that the attention is lowered to.
struct HeadArguments {
  mlir::Value request, head;
  mlir::Value q, k, v; ///< memref<?xHxDxf64>, the tokens of the request, with their bias
  mlir::Value qError, kError,
      vError; ///< of each element, what the kernel's may be away from it; null if they are exact
  int64_t firstQueryHead = 0, firstKeyHead = 0,
          firstValueHead = 0;      ///< in them, where they hold other heads as well
  mlir::Value out, outBound;       ///< memref<?xHxDxf64>; null if the kernel does not return it
  mlir::Value lse, lseBound;       ///< memref<?xHxf64>; null if the kernel does not return it
  mlir::Value rowMax, rowMaxBound; ///< the same
  mlir::Value maxLogit,
      maxLogitBound; ///< memref<?xf64>, raised by every row; null if the kernel does not return it
  mlir::Value scores,
      scoresBound; ///< memref<?xHx?xf64>, a row the keys of the longest request; null as above
  llvm::DenseMap<mlir::Value, mlir::Value> captured; ///< kernel arguments that regions read
};

/// Emits the attention at the builder's insertion point. Fails with a diagnostic.
mlir::LogicalResult lowerHead(mlir::ImplicitLocOpBuilder &builder, attn::AttentionOp attention,
                              const HeadArguments &arguments);

} // namespace attnc::reference
