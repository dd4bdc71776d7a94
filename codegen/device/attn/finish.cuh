// finish.cuh - the end of the streaming softmax: normalised output and log-sum-exp.
//
// Must not store.
#pragma once

#include "attnc/attn/online_softmax.cuh"

namespace attnc::attn {

/// Divides acc by the row sums and returns the natural log of the sum of exponentials of the scaled scores.
/// A row that saw nothing gets 0 and -inf, whatever acc holds.
template <int Rows, int Cols, int Warps>
ATTNC_DEVICE RowVector<Rows, Warps> finish(Fragment<Rows, Cols, Warps> &acc,
                                           RowVector<Rows, Warps> const &row_max,
                                           RowVector<Rows, Warps> const &row_sum, float scale_log2) {
  using Acc = Fragment<Rows, Cols, Warps>;
  RowVector<Rows, Warps> lse;
#pragma unroll
  for (int r = 0; r < lse.kSize; ++r) {
    const float sum = atom::quad_sum(row_sum.values[r]);
    const bool empty = sum == 0.0f;
    const float inverse = atom::reciprocal_approx(sum);
    lse.values[r] =
        empty ? kNegInf : (row_exponent(row_max.values[r], scale_log2) + atom::log2_approx(sum)) * kLn2;
#pragma unroll
    for (int i = 0; i < Acc::kSize; ++i)
      if (Acc::row_slot(i) == r)
        acc.values[i] = empty ? 0.0f : acc.values[i] * inverse; // a select: 0 * NaN would not be 0
  }
  return lse;
}

/// Of a row: the sink of the head, or the row's own.
ATTNC_DEVICE float sink_of(float sink, int) { return sink; }
template <int Rows, int Warps> ATTNC_DEVICE float sink_of(RowVector<Rows, Warps> const &sinks, int row) {
  return sinks.values[row];
}

/// The same with one more term in every row's sum: an attention sink, a logit (natural, neither scaled nor capped)
/// that has no value. It takes part in the maximum, so that none of the exponentials overflows. A row that saw
/// nothing gets 0, and the sink as log-sum-exp; `SinkInLse` false leaves the sink out of the latter.
template <bool SinkInLse, int Rows, int Cols, int Warps, class Sink>
ATTNC_DEVICE RowVector<Rows, Warps> finish_with_sink(Fragment<Rows, Cols, Warps> &acc,
                                                     RowVector<Rows, Warps> const &row_max,
                                                     RowVector<Rows, Warps> const &row_sum, float scale_log2,
                                                     Sink const &sink) {
  using Acc = Fragment<Rows, Cols, Warps>;
  RowVector<Rows, Warps> lse;
#pragma unroll
  for (int r = 0; r < lse.kSize; ++r) {
    const float sink_log2 = sink_of(sink, r) * kLog2E;
    const float sum = atom::quad_sum(row_sum.values[r]);
    const bool empty = sum == 0.0f;
    const float exponent = empty ? kNegInf : row_exponent(row_max.values[r], scale_log2);
    const float top = fmaxf(exponent, sink_log2);
    const float share = empty ? 0.0f : atom::exp2_approx(exponent - top);
    const float total = sum * share + (sink_log2 == kNegInf ? 0.0f : atom::exp2_approx(sink_log2 - top));
    const bool nothing = SinkInLse ? total == 0.0f : empty;
    const float all = SinkInLse ? top + atom::log2_approx(total) : exponent + atom::log2_approx(sum);
    lse.values[r] = nothing ? kNegInf : all * kLn2;
    const float inverse = share * atom::reciprocal_approx(total);
#pragma unroll
    for (int i = 0; i < Acc::kSize; ++i)
      if (Acc::row_slot(i) == r)
        acc.values[i] = empty ? 0.0f : acc.values[i] * inverse; // a select: 0 * NaN would not be 0
  }
  return lse;
}

} // namespace attnc::attn
