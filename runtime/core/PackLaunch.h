// PackLaunch.h - grid and parameter bytes of one launch, and where workspaces lie.
//
// Must not allocate device memory or launch.
#pragma once

#include "attnc/Device.h"
#include "runtime/core/BindArguments.h"

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace attnc {

/// Offsets of a program's workspaces in one block of `bytes`.
struct WorkspaceLayout {
  std::vector<size_t> offsets;
  std::vector<size_t> sizes;
  size_t bytes = 0;
};

inline constexpr size_t kWorkspaceAlignment = 256;

Result<WorkspaceLayout> layOutWorkspaces(const Program &program, const LaunchPlan &plan,
                                         const BoundArguments &bound);

/// What one launch hands to a device.
struct PackedLaunch {
  LaunchConfig config;
  bool empty = false; ///< an axis of the grid is 0
  std::array<std::byte, kMaxParamBytes> params;
  size_t paramBytes = 0;
};

Status packLaunch(const Launch &launch, const PlannedLaunch &planned, const LaunchPlan &plan,
                  const BoundArguments &bound, const WorkspaceLayout &layout, std::byte *workspace,
                  PackedLaunch &out);

} // namespace attnc
