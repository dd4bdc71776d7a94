// Report.h - what a fault looks like: the sentence, and every place that leads to it.
//
// Must not know warps or shared memory: whoever found the fault says where.
#pragma once

#include "attnc/Status.h"
#include "runtime/sim/decode/Kernel.h"

#include <array>
#include <cstdint>
#include <string>

namespace attnc::sim {

/// One lane at one instruction.
struct ReportPlace {
  uint32_t pc = 0;
  std::array<uint32_t, 3> cta{};
  uint32_t warp = 0, lane = 0;
};

/// A DeviceError "kernel 'k': <message> (PTX line 7, ld.global.u32, CTA 0,0,0, warp 1, lane 31)" at the line
/// of the PTX, with notes at the line of the kernel's text, of the device header if it is another one, and of
/// the spec.
Status makeReport(const Kernel &kernel, const std::string &moduleName, const ReportPlace &place,
                  const std::string &message);

/// Adds the notes of another place that takes part, "<what> (PTX line 9, ...)" first: the other side of a
/// race.
void addPlace(Status &report, const Kernel &kernel, const std::string &moduleName, const ReportPlace &place,
              const std::string &what);

} // namespace attnc::sim
