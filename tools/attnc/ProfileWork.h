// ProfileWork.h - the work that a spec asks for at given lengths: what a profile is held against.
//
// Arithmetic over the mask and the tensors' shapes; must not look at counters.
#pragma once

#include "specs/Spec.h"
#include "tools/attnc/ExplainMask.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace attnc::cli {

/// Bytes by tensor, in the order of the program's signature.
using TensorBytes = std::vector<std::pair<std::string, int64_t>>;

struct ProfileWork {
  /// 2 (d + d_v) a visible pair and query head.
  std::optional<int64_t> usefulFlops;
  /// 2 (d + d_v) tile_q tile_kv a visited tile and query head, dims rounded up to the mma's 16.
  int64_t tileFlops = 0;
  /// What the visible region needs of every input, once, and every output, once. Absent where the mask cannot
  /// be looked at pair by pair.
  std::optional<TensorBytes> minimum;
  /// The same as the tiles read it: all rows of q once, k and v again for each block of query rows and query
  /// head that visits them.
  std::optional<TensorBytes> tiling;
  /// Tensors in neither: how much of them a mask or score needs is not known.
  std::vector<std::string> notCounted;
};

/// `mask` has counts; `problem` has every tensor.
Result<ProfileWork> profileWork(const Spec &spec, const Program &program, const Problem &problem,
                                const MaskExplanation &mask, int64_t tileQ, int64_t tileKv);

int64_t sumOf(const TensorBytes &tensors);
/// Of 32 bytes, each tensor rounded up.
int64_t sectorsOf(const TensorBytes &tensors);

} // namespace attnc::cli
