// online_softmax.cuh - one step of the streaming softmax: scores of a key tile to weights, old results
// rescaled.
//
// Weights of a row are relative to its running maximum, which finish() removes. Must not mask.
#pragma once

#include "attnc/atom/exp2.cuh"
#include "attnc/atom/shuffle.cuh"
#include "attnc/tile/fragment.cuh"

namespace attnc::attn {

/// The exponent that stands for a row maximum, rounded the same way wherever it is used: the rounding error
/// then cancels between weights, rescaling and log-sum-exp, however large the scores are.
ATTNC_DEVICE float row_exponent(float row_max, float scale_log2) { return __fmul_rn(row_max, scale_log2); }

/// Turns raw scores into weights 2^((s - row_max) * scale_log2), after raising row_max to the new maximum and
/// bringing row_sum and acc to it.
///
/// scale_log2 is positive: the softmax scale times log2(e). row_sum holds each lane's part; finish() adds the
/// four. kMayBeEmpty: a row may have seen only -inf so far. Its weights are then 0; without the flag they
/// would be NaN.
template <bool kMayBeEmpty, int Rows, int TileCols, int Cols, int Warps>
ATTNC_DEVICE void online_softmax(Fragment<Rows, TileCols, Warps> &scores, RowVector<Rows, Warps> &row_max,
                                 RowVector<Rows, Warps> &row_sum, Fragment<Rows, Cols, Warps> &acc,
                                 float scale_log2) {
  using Scores = Fragment<Rows, TileCols, Warps>;
  using Acc = Fragment<Rows, Cols, Warps>;
#pragma unroll
  for (int r = 0; r < row_max.kSize; ++r) {
    float new_max = row_max.values[r];
#pragma unroll
    for (int i = 0; i < Scores::kSize; ++i)
      if (Scores::row_slot(i) == r)
        new_max = fmaxf(new_max, scores.values[i]);
    new_max = atom::quad_max(new_max);

    const float old_exponent = row_exponent(row_max.values[r], scale_log2);
    float new_exponent = row_exponent(new_max, scale_log2);
    if (kMayBeEmpty)
      new_exponent = new_max == kNegInf ? 0.0f : new_exponent; // -inf - -inf is NaN, -inf - 0 gives weight 0
    const float rescale = atom::exp2_approx(__fsub_rn(old_exponent, new_exponent));
    row_max.values[r] = new_max;

    // Summed in pairs: a chain of single additions would be the longest in the loop.
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < Scores::kSize; i += 2) {
      if (Scores::row_slot(i) == r) {
        float *pair = scores.values + i;
        pair[0] = atom::exp2_approx(__fmaf_rn(pair[0], scale_log2, -new_exponent));
        pair[1] = atom::exp2_approx(__fmaf_rn(pair[1], scale_log2, -new_exponent));
        sum += pair[0] + pair[1];
      }
    }
    row_sum.values[r] = __fmaf_rn(row_sum.values[r], rescale, sum);
#pragma unroll
    for (int i = 0; i < Acc::kSize; ++i)
      if (Acc::row_slot(i) == r)
        acc.values[i] *= rescale;
  }
}

} // namespace attnc::attn
