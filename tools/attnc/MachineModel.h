// MachineModel.h - published rates of one GPU of each architecture, for predictions.
//
// Limits that a kernel must obey are in attnc/Target.h; nothing here decides anything.
#pragma once

#include "attnc/Target.h"

namespace attnc::cli {

struct MachineModel {
  int computeCapability;
  const char *gpu; ///< whose numbers these are
  int sms;
  double gigahertz;      ///< at which the datasheet's tensor rate holds; sustained clocks are lower
  double bytesPerSecond; ///< of memory
  int tensorFlops;       ///< dense f16 or bf16 with f32 sums, a clock and SM
  int exps;              ///< ex2, a clock and SM
  int lanes;             ///< instructions of a lane that an SM issues a clock
  const char *tensorBy;  ///< the instruction that reaches the tensor rate
  const char *source;
};

/// Null for an architecture without an entry.
const MachineModel *machineModel(const Target &target);

/// Instructions of the loop over keys for each score, in the leanest kernel that was counted.
inline constexpr double kInstructionsPerScore = 7.3;
inline constexpr const char *kInstructionsSource =
    "FlashAttention-3's loop without mask, head_dim 128, counted in its sm_90a cubin";

} // namespace attnc::cli
