// EmulatedKernel.h - attention in f32 the way a GPU kernel does it, with bugs to plant.
//
// Tiles of keys, online softmax in exp2, P rounded to the input dtype, f32 accumulators. Written from
// semantics alone: shares nothing with the reference lowering but Elements.
#pragma once

#include "attnc/Tensor.h"

#include <functional>

namespace attnc::test {

struct EmulatedKernel {
  int64_t heads = 1, kvHeads = 1, dim = 64;
  float scale = 0.125f;
  /// Scaled score, query head, absolute query position, key -> logit.
  std::function<float(float, int64_t, int64_t, int64_t)> score = [](float s, int64_t, int64_t, int64_t) {
    return s;
  };
  std::function<bool(int64_t, int64_t)> visible = [](int64_t, int64_t) { return true; };
  int64_t tile = 64;

  // Bugs.
  bool truncate = false;      ///< not a bug: accumulators round towards zero, as tensor cores may
  bool forgetRescale = false; ///< the accumulator keeps the old maximum's scale in the second tile
  bool lastKeyMissing = false;
  bool fullPrecisionP = false; ///< not a bug: P is not rounded

  // Bugs, unless the spec gives leave.
  bool tf32 = false;    ///< q, k, P and v are rounded to tf32
  bool f16Sums = false; ///< q . k is rounded to f16 after each step

  /// One request: q, k, v and out contiguous [rows, heads, dim], lse f32 [rows, heads].
  void run(const Tensor &q, const Tensor &k, const Tensor &v, const Tensor &out, const Tensor &lse) const;
};

} // namespace attnc::test
