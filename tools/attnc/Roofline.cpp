// Roofline.cpp - counts over rates.
#include "tools/attnc/Roofline.h"

#include <algorithm>

namespace attnc::cli {

double Limits::most() const { return std::max({tensor, exp, issue, memory}); }

const char *Limits::by() const {
  return most() == tensor ? "tensor cores" : most() == exp ? "exp" : most() == issue ? "issue" : "memory";
}

Roofline predict(const Work &work, const MachineModel &machine) {
  constexpr int64_t kMmaStep = 16;
  auto padded = [](int64_t dim) { return static_cast<double>((dim + kMmaStep - 1) / kMmaStep * kMmaStep); };
  const double scores = static_cast<double>(work.tileQ * work.tileKv),
               steps = static_cast<double>(work.steps);
  const double flopsOfStep = 2 * scores * (padded(work.keyDim) + padded(work.valueDim));

  Roofline out;
  if (work.pairs)
    out.visibleFlops =
        2 * static_cast<double>(*work.pairs) * static_cast<double>(work.keyDim + work.valueDim);
  out.executedFlops = steps * flopsOfStep;
  out.intensity = work.bytes > 0 ? out.executedFlops / work.bytes : 0;
  out.step = {flopsOfStep / machine.tensorFlops, scores / machine.exps,
              scores * kInstructionsPerScore / machine.lanes, 0};
  const double clocksPerSecond = machine.sms * machine.gigahertz * 1e9;
  out.ridge = clocksPerSecond * machine.tensorFlops / machine.bytesPerSecond;
  out.seconds = {steps * out.step.tensor / clocksPerSecond, steps * out.step.exp / clocksPerSecond,
                 steps * out.step.issue / clocksPerSecond, work.bytes / machine.bytesPerSecond};
  out.waves = static_cast<double>(work.blocks) /
              static_cast<double>(machine.sms * std::max<int64_t>(1, work.blocksPerSm));
  return out;
}

} // namespace attnc::cli
