// Target.cpp - the table of architectures.
//
// Must not ask the driver: these are the documented limits, the same with and without a GPU.
#include "attnc/Target.h"

namespace attnc {

std::string Target::name() const {
  return "sm_" + std::to_string(computeCapability) + (archSpecific ? "a" : "");
}

bool Target::runsOn(const Target &device) const {
  const bool same = computeCapability == device.computeCapability;
  if (archSpecific)
    return same && device.archSpecific;
  return computeCapability / 10 == device.computeCapability / 10 &&
         computeCapability <= device.computeCapability;
}

const std::vector<Target> &Target::all() {
  constexpr int kKiB = 1024;
  // CUDA C++ Programming Guide, "Compute Capabilities": technical specifications per compute capability.
  // {capability, a variant, shared per block, shared per SM, reserved, registers, threads, blocks, registers
  // per thread}
  static const std::vector<Target> targets{
      {75, false, 64 * kKiB, 64 * kKiB, 0, 65536, 1024, 16, 255},
      {80, false, 163 * kKiB, 164 * kKiB, kKiB, 65536, 2048, 32, 255},
      {86, false, 99 * kKiB, 100 * kKiB, kKiB, 65536, 1536, 16, 255},
      {89, false, 99 * kKiB, 100 * kKiB, kKiB, 65536, 1536, 24, 255},
      {90, false, 227 * kKiB, 228 * kKiB, kKiB, 65536, 2048, 32, 255},
      {90, true, 227 * kKiB, 228 * kKiB, kKiB, 65536, 2048, 32, 255},
      {100, false, 227 * kKiB, 228 * kKiB, kKiB, 65536, 2048, 32, 255},
      {120, false, 99 * kKiB, 100 * kKiB, kKiB, 65536, 1536, 24, 255},
  };
  return targets;
}

Result<Target> Target::parse(std::string_view name) {
  std::string known;
  for (const Target &target : all()) {
    if (target.name() == name)
      return target;
    known += (known.empty() ? "" : ", ") + target.name();
  }
  return Status(Code::InvalidArgument, "expected one of " + known + ", got '" + std::string(name) + "'");
}

} // namespace attnc
