// ProfileReport.h - the simulator's counters and a spec's work as one JSON document.
//
// Must not print or run.
#pragma once

#include "tools/attnc/ProfileWork.h"

#include <nlohmann/json.hpp>

#include <string>

namespace attnc::cli {

struct ProfileFacts {
  std::string name, arch;
  const Problem *problem = nullptr;
  const MaskExplanation *mask = nullptr; ///< null where the kernel only appends
  const ProfileWork *work = nullptr;
};

/// `counters` is what Device::takeCounters() said. Adds ratios to every kernel and line, sums over kernels,
/// and holds them against the work.
nlohmann::json profileJson(const ProfileFacts &facts, const nlohmann::json &counters);

/// Whether the counters are by line: the kernel's PTX has line info.
bool hasLines(const nlohmann::json &profile);

} // namespace attnc::cli
