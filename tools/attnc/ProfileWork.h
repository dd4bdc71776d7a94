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

/// What moves of one tensor.
struct Traffic {
  std::string tensor;
  int64_t bytes = 0;
  int64_t sectors =
      0; ///< of 32 bytes; rows that do not begin and end with one share it with their neighbours
};
/// In the order of the program's signature.
using TensorTraffic = std::vector<Traffic>;

struct ProfileWork {
  /// 2 (d + d_v) a visible pair and query head.
  std::optional<int64_t> usefulFlops;
  /// 2 (d + d_v) tile_q tile_kv a visited tile and query head, dims rounded up to the mma's 16.
  int64_t tileFlops = 0;
  /// What the visible region needs of every input, once, and every output, once. Absent where the mask cannot
  /// be looked at pair by pair.
  std::optional<TensorTraffic> minimum;
  /// The same as the tiles read it: all rows of q once, k and v again for each block of query rows and query
  /// head that visits them, rows in the pieces of 128 bytes that one request takes.
  std::optional<TensorTraffic> tiling;
  /// Tensors in neither: how much of them a mask or score needs is not known.
  std::vector<std::string> notCounted;
};

/// `mask` has counts; `problem` has every tensor.
Result<ProfileWork> profileWork(const Spec &spec, const Program &program, const Problem &problem,
                                const MaskExplanation &mask, int64_t tileQ, int64_t tileKv);

/// Of a program that only appends: each new key and value once, in and out, and the table of their pages.
ProfileWork appendWork(const Spec &spec, const Program &program, const Problem &problem);

/// Bytes of a key or a value of one head in the spec's cache, and of its scales by token, 0 without.
int64_t storedBytes(const Spec &spec, bool values);
int64_t scaleBytes(const Spec &spec, bool values);

int64_t bytesOf(const TensorTraffic &tensors);
int64_t sectorsOf(const TensorTraffic &tensors);

} // namespace attnc::cli
