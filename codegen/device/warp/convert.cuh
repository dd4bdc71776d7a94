// convert.cuh - fp32 accumulators rounded to 16 bits and renamed as the A operand of the next mma.
//
// The C layout of two neighbouring 16x8 tiles is the A layout of one 16x16 step: no data moves between lanes.
#pragma once

#include "attnc/tile/fragment.cuh"

namespace attnc::warp {

/// The fragment as mma weights of type T (f16 or bf16), rounded to nearest even.
template <class T, int Rows, int Cols, int Warps>
ATTNC_DEVICE Weights<T, Rows, Cols, Warps> convert(Fragment<Rows, Cols, Warps> const &fragment) {
  Weights<T, Rows, Cols, Warps> weights;
#pragma unroll
  for (int m = 0; m < weights.kMTiles; ++m) {
#pragma unroll
    for (int step = 0; step < weights.kSteps; ++step) {
      const float *values = fragment.values + fragment.tile(m, 2 * step);
#pragma unroll
      for (int i = 0; i < 4; ++i)
        weights.operands[m][step][i] = pack<T>(values[2 * i], values[2 * i + 1]);
    }
  }
  return weights;
}

} // namespace attnc::warp
