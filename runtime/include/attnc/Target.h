// Target.h - the facts about a GPU architecture that lowering, legality checks and the simulator share.
#pragma once

#include "attnc/Status.h"

#include <string>
#include <string_view>
#include <vector>

namespace attnc {

/// One CUDA architecture. A plain struct: the compiler half reads it, the runtime half fills it.
/// Numbers are from the CUDA C++ Programming Guide, "Compute Capabilities" tables.
struct Target {
  int computeCapability = 0;        ///< 75, 80, 86, 89, 90, 100, 120
  bool archSpecific = false;        ///< the `a` variant (sm_90a): needed by wgmma and setmaxnreg
  int sharedBytesPerBlock = 0;      ///< largest dynamic shared memory of one block (opt-in)
  int sharedBytesPerSm = 0;         ///< shared memory of one SM
  int sharedBytesReserved = 1024;   ///< taken by the system per resident block
  int registersPerSm = 65536;
  int maxThreadsPerSm = 0;
  int maxBlocksPerSm = 0;
  int maxRegistersPerThread = 255;

  bool hasCpAsync() const { return computeCapability >= 80; }
  bool hasMmaSync16() const { return computeCapability >= 80; } ///< m16n8k16 f16 and bf16
  bool hasFp8Convert() const { return computeCapability >= 89; }
  bool hasTma() const { return computeCapability >= 90; }

  /// Whether a cubin built for this target runs on a device of target `device`: the same major version and
  /// not newer; an `a` variant only on its own.
  bool runsOn(const Target &device) const;

  /// "sm_90", or "sm_90a".
  std::string name() const;

  /// Looks up "sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "sm_90a", "sm_100" or "sm_120"; the error lists them.
  static Result<Target> parse(std::string_view name);
  /// Every architecture that attnc knows, oldest first.
  static const std::vector<Target> &all();

  bool operator==(const Target &) const = default;
};

} // namespace attnc
