// LineCounters.h - counters of a stretch of code: a kernel, or what one line of its text became.
//
// Sums only; what is good or bad is for the reader.
#pragma once

#include "runtime/sim/check/Counters.h"

#include <nlohmann/json.hpp>

namespace attnc::sim {

/// Sums over instructions, with their classes.
struct CodeCounters {
  PcCounter sum;
  std::array<uint64_t, static_cast<size_t>(OpClass::Count)> classes{};
  uint64_t flops = 0; ///< of mma

  void add(const Kernel &kernel, size_t pc, const PcCounter &counter);
  /// {"warp_instructions": ..., "classes": {...}, "mma_flops": ..., "shared": {...}, "global": {...}}
  nlohmann::ordered_json json() const;
};

/// [{"line": 83, "text": "warp::mma_abt(...);", "spec": "spec.yaml:9", <CodeCounters>}, ...] by line of the
/// kernel's text, ascending; only lines that ran. Line 0 is what the PTX says no line of.
nlohmann::ordered_json lineCountersJson(const Kernel &kernel, const LaunchCounters &counters);

} // namespace attnc::sim
