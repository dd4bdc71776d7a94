// PackLaunch.cpp - formulas to numbers, numbers to bytes.
//
// Must not look at tensors: addresses and dims were bound before.
#include "runtime/core/PackLaunch.h"

#include <cstring>
#include <limits>

namespace attnc {
namespace {

constexpr std::array<int64_t, 3> kMaxGrid{std::numeric_limits<int32_t>::max(), 65535, 65535};
constexpr std::array<char, 3> kAxisNames{'x', 'y', 'z'};
/// Nothing that attnc computes needs more; a larger number is a wrong dim.
constexpr int64_t kMaxWorkspaceBytes = int64_t(1) << 46;

template <class T> void put(PackedLaunch &out, size_t offset, T value) {
  std::memcpy(out.params.data() + offset, &value, sizeof(value));
}

} // namespace

Result<WorkspaceLayout> layOutWorkspaces(const Program &program, const LaunchPlan &plan,
                                         const BoundArguments &bound) {
  WorkspaceLayout layout;
  for (size_t i = 0; i < program.workspaces.size(); ++i) {
    const std::string where = "workspace '" + program.workspaces[i].name + "': ";
    Result<int64_t> bytes = plan.workspaceBytes[i].evaluate(plan.symbols, bound.values);
    if (!bytes.ok())
      return bytes.status().prefix(where);
    if (*bytes < 0 || *bytes > kMaxWorkspaceBytes)
      return Status(Code::InvalidArgument,
                    where + "expected a size of 0 to 2^46 bytes, got " + std::to_string(*bytes));
    layout.offsets.push_back(layout.bytes);
    layout.sizes.push_back(static_cast<size_t>(*bytes));
    layout.bytes += (*bytes + kWorkspaceAlignment - 1) / kWorkspaceAlignment * kWorkspaceAlignment;
  }
  return layout;
}

Status packLaunch(const Launch &launch, const PlannedLaunch &planned, const LaunchPlan &plan,
                  const BoundArguments &bound, const WorkspaceLayout &layout, std::byte *workspace,
                  PackedLaunch &out) {
  out.empty = false;
  out.config.threads = static_cast<uint32_t>(launch.threads);
  out.config.dynamicSharedBytes = static_cast<uint32_t>(launch.dynamicSharedBytes);
  for (size_t axis = 0; axis < 3; ++axis) {
    const std::string where = "kernel '" + launch.kernel + "': grid " + kAxisNames[axis] + ": ";
    Result<int64_t> extent = planned.grid[axis].evaluate(plan.symbols, bound.values);
    if (!extent.ok())
      return extent.status().prefix(where);
    if (*extent < 0 || *extent > kMaxGrid[axis])
      return Status(Code::InvalidArgument, where + "expected " + launch.grid[axis].text + " of 0 to " +
                                               std::to_string(kMaxGrid[axis]) +
                                               ", as that many blocks, got " + std::to_string(*extent));
    out.config.grid[axis] = static_cast<uint32_t>(*extent);
    out.empty = out.empty || *extent == 0;
  }

  out.paramBytes = planned.paramBytes;
  std::memset(out.params.data(), 0, planned.paramBytes); // padding too: equal calls pass equal bytes
  for (const PlannedField &field : planned.fields) {
    switch (field.kind) {
    case Field::Kind::Tensor:
      put(out, field.offset, bound.addresses[field.index]);
      break;
    case Field::Kind::Workspace:
      put(out, field.offset, workspace + layout.offsets[field.index]);
      break;
    case Field::Kind::Scalar:
      if (field.dtype == DType::I32)
        put(out, field.offset, static_cast<int32_t>(bound.scalars[field.index]));
      else
        put(out, field.offset, static_cast<float>(bound.scalars[field.index]));
      break;
    case Field::Kind::Dim: {
      ATTNC_ASSIGN_OR_RETURN(int64_t value, field.formula.evaluate(plan.symbols, bound.values));
      if (field.dtype == DType::I64)
        put(out, field.offset, value);
      else if (value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max())
        put(out, field.offset, static_cast<int32_t>(value));
      else
        return Status(Code::InvalidArgument, "kernel '" + launch.kernel + "': expected '" +
                                                 field.formula.text() + "' to fit 32 bits, got " +
                                                 std::to_string(value));
      break;
    }
    }
  }
  return Status::success();
}

} // namespace attnc
