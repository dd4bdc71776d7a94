// HeadSteps.h - the steps of a row, defined in HeadLogits.cpp (1 and 2) and HeadLowering.cpp (the rest).
//
// Private to the two.
#pragma once

#include "passes/reference/HeadLowering.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

#include <limits>

namespace attnc::reference {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Emits attention over one head, row by row.
class HeadLowering {
public:
  HeadLowering(mlir::ImplicitLocOpBuilder &builder, attn::AttentionOp attention,
               const HeadArguments &arguments)
      : b(builder), f(builder), attention(attention), in(arguments), dim(attention.getQ().getType().getDim()),
        valueDim(attention.getV().getType().getDim()) {}

  mlir::LogicalResult run();

private:
  using Body = mlir::function_ref<mlir::SmallVector<mlir::Value>(mlir::ValueRange)>;

  mlir::Value c(double value) { return f.constant(value); }
  mlir::Value load(mlir::Value buffer, mlir::ValueRange indices = {}) {
    return mlir::memref::LoadOp::create(b, buffer, indices);
  }
  void store(mlir::Value value, mlir::Value buffer, mlir::ValueRange indices = {}) {
    mlir::memref::StoreOp::create(b, value, buffer, indices);
  }
  mlir::Value exp(mlir::Value x) { return mlir::math::ExpOp::create(b, x); }
  mlir::Value plus(mlir::Value index, int64_t offset);
  mlir::Value buffer(mlir::ArrayRef<int64_t> shape, mlir::ValueRange sizes = {});
  /// memref[.., fixed, ..] with one axis left: `view[kept...]`.
  mlir::Value slice(mlir::Value memref, mlir::ArrayRef<std::optional<mlir::Value>> fixed);
  /// A linalg.generic; `body` gets the input and output elements and returns the new outputs.
  void generic(mlir::ValueRange inputs, mlir::ValueRange outputs, mlir::ArrayRef<mlir::AffineMap> maps,
               mlir::ArrayRef<mlir::utils::IteratorType> iterators, Body body);
  /// A loop over keys: inputs and outputs are vectors of kv_len.
  void overKeys(mlir::ValueRange inputs, mlir::ValueRange outputs, Body body);
  /// A reduction over keys: outputs are single cells.
  void reduceKeys(mlir::ValueRange inputs, mlir::ValueRange outputs, Body body);

  void prepare();
  void products();
  mlir::Value productOfErrors(mlir::Value a, mlir::Value aError, mlir::Value b, mlir::Value bError);
  mlir::Value productError(mlir::ValueRange terms);
  mlir::LogicalResult logits();
  void storeScores();
  void maximum();
  void storeMaximum();
  void weights();
  void sums();
  void normalisation();
  void addSink();
  void storeLse();
  void storeOutput();

  mlir::ImplicitLocOpBuilder &b;
  IntervalBuilder f;
  attn::AttentionOp attention;
  const HeadArguments &in;
  int64_t dim, valueDim;

  mlir::Value queryHead; // of q's tensor
  mlir::Value zero, one, qLen, kvLen;
  mlir::Value keys, vals;             // the KV head of this query head, memref<?xDxf64>
  mlir::Value keyErrors, valueErrors; // of their elements; null if they are exact
  mlir::SmallVector<mlir::Value> buffers;
  // One element a key.
  mlir::Value product, magnitude; // q . k and |q| . |k|
  mlir::Value operandError;       // what q . k is away from it, as q and k are; null if they are exact
  mlir::Value steps;              // sum of the partial sums that are rounded to f16; null unless sums are f16
  mlir::Value logit, slack, doubt; // masked score; its error; the unmasked score where the mask is in doubt
  mlir::Value weight, shareError, weightError; // exp(logit - max); its error in the sum; its error beside v
  // Cells, then what is computed from them for the row.
  mlir::Value maxCell, totalCell, errorCell, countCell, accumulator, accumulatorError;
  mlir::Value row, rowMax, total, totalError;

  /// What divides: exponentials relative to `max`. `shrink` is the least that a kernel's `total` can be.
  struct Normaliser {
    mlir::Value max, total, error, shrink, isEmpty;
  };
  Normaliser ofKeys, ofAll; // without and with the sink; the same where there is none
  // exp(ofKeys.max - ofAll.max) and its relative error; null without a sink.
  mlir::Value keyShare, keyShareError;
};

} // namespace attnc::reference
