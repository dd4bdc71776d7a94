// Roofline.h - what bounds a kernel at given lengths: arithmetic, no measurement.
//
// Must not know specs or devices.
#pragma once

#include "tools/attnc/MachineModel.h"

#include <cstdint>
#include <optional>
#include <string>

namespace attnc::cli {

struct Work {
  int64_t tileQ = 0, tileKv = 0;
  int64_t keyDim = 0, valueDim = 0;
  int64_t steps = 0;            ///< visited tiles, of every request and query head
  std::optional<int64_t> pairs; ///< visible pairs, of every request and query head
  int64_t blocks = 0;           ///< of the grid that have rows
  int64_t blocksPerSm = 1;
  double bytes = 0; ///< q, k, v, out and lse, once each
};

/// Clocks of an SM, or seconds of the whole GPU, by what they are spent on.
struct Limits {
  double tensor = 0, exp = 0, issue = 0, memory = 0;
  /// The largest, and its name.
  double most() const;
  const char *by() const;
};

struct Roofline {
  std::optional<double> visibleFlops; ///< 2 (d + d_v) a visible pair
  double executedFlops = 0;           ///< of whole tiles, dims rounded up to 16
  double intensity = 0;               ///< executed FLOP a byte
  double ridge = 0;                   ///< the intensity from which memory is not the limit
  Limits step;                        ///< clocks of an SM for one tile; no memory
  Limits seconds;                     ///< at best
  double waves = 0;
};

Roofline predict(const Work &work, const MachineModel &machine);

} // namespace attnc::cli
