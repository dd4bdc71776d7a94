// LowerDebug.cpp - debug builds: scores, weights, running maxima and running sums of every tile that is
// visited.
//
// Four tensors of one shape, [rows of out, heads, kv_len]. Elements of tiles that are not visited are left
// alone. Must not change what the kernel computes.
#include "passes/lower/KernelLowering.h"

#include <cmath>

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

/// The rows of all four in global memory, before the loop.
void KernelLowering::buildDumpRows() {
  if (!attention.statistic("debug_scores"))
    return;
  Value heads = widen(constant("kHeads", attention.getQ().getType().getHeads()));
  Value keys = widen(field("kv_len_dim", b.getIndexType(), "dim:" + keyCount()));
  Value firstToken = packed() ? widen(at.qBegin)
                              : mul(widen(at.request), widen(field("q_len", b.getIndexType(), "dim:q_len")));
  dumps.stride = let("dump_stride", mul(heads, keys));
  dumps.keys = keys;
  dumps.offset = let("dump_offset", add(mul(firstToken, dumps.stride), mul(widen(at.head), keys)));
}

void KernelLowering::dump(StringRef tensor, Value source, Value firstKey, Value factor, bool partial) {
  Value pointer =
      field(tensor, tile::PointerType::get(b.getContext(), b.getF32Type(), true), "tensor:" + tensor);
  tile::DumpOp::create(b, loc, source, factor, partial ? b.getUnitAttr() : UnitAttr(), pointer, dumps.offset,
                       dumps.stride, at.firstRow, at.rows, firstKey, at.kvLen, tileKv, groupDim(),
                       packing() == 1 ? Value() : dumps.keys);
}

/// Logits as the softmax gets them, in natural units.
void KernelLowering::dumpScores(Value scores, Value firstKey) {
  if (attention.statistic("debug_scores"))
    dump("debug_scores", scores, firstKey, unitOfScores(), /*partial=*/false);
}

/// What the softmax made of them.
void KernelLowering::dumpSoftmax(Value weights, Value rowMax, Value rowSum, Value firstKey) {
  if (!attention.statistic("debug_scores"))
    return;
  dump("debug_weights", weights, firstKey, Value(), /*partial=*/false);
  dump("debug_row_max", rowMax, firstKey, unitOfScores(), /*partial=*/false);
  dump("debug_row_sum", rowSum, firstKey, Value(), /*partial=*/true);
}

/// What a score in registers is to be multiplied by: null where it is natural already.
Value KernelLowering::unitOfScores() {
  if (mapsScores())
    return {};
  // scale_log2 has what the keys' scale makes of it.
  if (quantisedScale)
    return arith::MulFOp::create(b, loc, quantisedScale, constant("kLn2", float(std::log(2.0))));
  return constant("kScale", float(attention.getScaleAttr().getValueAsDouble()));
}
