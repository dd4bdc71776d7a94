// Launch.h - runs the CTAs of one launch on host threads.
#pragma once

#include "attnc/Device.h"
#include "runtime/sim/exec/Cta.h"

namespace attnc::sim {

/// Checks the launch against the limits of `target` and runs it to its end or its first fault.
Status runLaunch(const LaunchContext &context, const Target &target, const SimOptions &options,
                 LaunchCounters &counters);

} // namespace attnc::sim
