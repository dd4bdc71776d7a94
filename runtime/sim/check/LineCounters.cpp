// LineCounters.cpp - instructions gathered by the line that they come from.
#include "runtime/sim/check/LineCounters.h"

#include "runtime/sim/check/KernelText.h"
#include "runtime/sim/check/Source.h"

#include <map>

namespace attnc::sim {

void CodeCounters::add(const Kernel &kernel, size_t pc, const PcCounter &counter) {
  sum.add(counter);
  classes[static_cast<size_t>(kernel.classes[pc])] += counter.executions;
  flops += counter.issued * kernel.flops[pc];
}

nlohmann::ordered_json CodeCounters::json() const {
  nlohmann::ordered_json byClass = nlohmann::ordered_json::object();
  for (size_t i = 0; i < classes.size(); ++i)
    if (classes[i] != 0)
      byClass[std::string(opClassName(static_cast<OpClass>(i)))] = classes[i];
  return {{"warp_instructions", sum.executions},
          {"thread_instructions", sum.lanes},
          {"classes", std::move(byClass)},
          {"mma_flops", flops},
          {"shared",
           {{"requests", sum.sharedRequests},
            {"wavefronts", sum.wavefronts},
            {"ideal_wavefronts", sum.ideal},
            {"bytes", sum.sharedBytes}}},
          {"global", {{"requests", sum.requests}, {"sectors", sum.sectors}, {"bytes", sum.bytes}}}};
}

nlohmann::ordered_json lineCountersJson(const Kernel &kernel, const LaunchCounters &counters) {
  std::map<int, CodeCounters> lines;
  for (size_t pc = 0; pc < counters.perInstruction.size(); ++pc)
    if (const PcCounter &counter = counters.perInstruction[pc]; counter.executions != 0)
      lines[kernelLine(kernel, pc)].add(kernel, pc, counter);
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const auto &[line, code] : lines) {
    nlohmann::ordered_json item = {{"line", line}};
    if (const KernelText *text = kernel.module->kernelText.get(); text != nullptr && line > 0) {
      item["text"] = text->line(line);
      item["spec"] = text->specPlace(line);
    }
    item.update(code.json());
    out.push_back(std::move(item));
  }
  return out;
}

} // namespace attnc::sim
