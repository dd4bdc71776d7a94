// Counters.cpp - bank conflicts, sectors, and the JSON summary of a launch.
#include "runtime/sim/check/Counters.h"

#include "runtime/sim/check/LineCounters.h"
#include "runtime/sim/check/Source.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace attnc::sim {

void PcCounter::add(const PcCounter &other) {
  executions += other.executions;
  issued += other.issued;
  lanes += other.lanes;
  requests += other.requests;
  sectors += other.sectors;
  bytes += other.bytes;
  sharedRequests += other.sharedRequests;
  wavefronts += other.wavefronts;
  ideal += other.ideal;
  sharedBytes += other.sharedBytes;
}

void LaunchCounters::add(const LaunchCounters &other) {
  perInstruction.resize(std::max(perInstruction.size(), other.perInstruction.size()));
  for (size_t i = 0; i < other.perInstruction.size(); ++i)
    perInstruction[i].add(other.perInstruction[i]);
  ctas += other.ctas;
}

/// The number of different words in the busiest bank group of one phase.
static uint32_t passesOfPhase(const uint32_t *address, uint32_t mask, uint32_t unit, uint32_t phase,
                              uint32_t groups) {
  uint8_t counts[32] = {};
  uint32_t words[32][32];
  uint8_t worst = 0;
  for (uint32_t lane = phase; lane < phase + groups; ++lane) {
    if ((mask >> lane & 1) == 0)
      continue;
    uint32_t id = address[lane] / unit, group = id % groups;
    uint8_t &count = counts[group];
    bool known = false;
    for (uint8_t i = 0; i < count && !known; ++i)
      known = words[group][i] == id;
    if (!known) {
      words[group][count++] = id;
      worst = std::max(worst, count);
    }
  }
  return worst;
}

void countWavefronts(const uint32_t *address, uint32_t mask, uint32_t bytes, uint64_t &wavefronts,
                     uint64_t &ideal) {
  uint32_t unit = std::max(bytes, 4u), groups = 128 / unit;
  for (uint32_t phase = 0; phase < kLanes; phase += groups) {
    // Different banks, or one word for two lanes that follow each other, are one pass; only others are
    // counted.
    uint32_t seen = 0, last = ~0u;
    bool onePass = true;
    for (uint32_t lane = phase; lane < phase + groups; ++lane) {
      uint32_t id = address[lane] / unit, bit = 1u << id % groups;
      if ((mask >> lane & 1) == 0 || id == last)
        continue;
      onePass = onePass && (seen & bit) == 0;
      seen |= bit;
      last = id;
    }
    if (seen == 0)
      continue;
    wavefronts += onePass ? 1 : passesOfPhase(address, mask, unit, phase, groups);
    ++ideal;
  }
}

uint32_t countSectors(const uint64_t *address, uint32_t mask, uint32_t bytes) {
  uint64_t sectors[kLanes];
  uint32_t count = 0;
  uint64_t previous = 0;
  bool ascending = true;
  for (uint32_t lane = 0; lane < kLanes; ++lane) {
    if ((mask >> lane & 1) == 0)
      continue;
    uint64_t sector = address[lane] / 32;
    if (count != 0 && sector == previous)
      continue;
    ascending = ascending && (count == 0 || sector > previous);
    sectors[count++] = previous = sector;
  }
  if (!ascending) {
    std::sort(sectors, sectors + count);
    count = static_cast<uint32_t>(std::unique(sectors, sectors + count) - sectors);
  }
  return count;
}

namespace {

/// The instructions with the most passes too many.
nlohmann::ordered_json worstConflicts(const Kernel &kernel, const LaunchCounters &counters) {
  constexpr size_t kShown = 8;
  using nlohmann::ordered_json;
  ordered_json conflicts = ordered_json::array();
  for (size_t pc = 0; pc < counters.perInstruction.size(); ++pc) {
    const PcCounter &at = counters.perInstruction[pc];
    if (at.wavefronts <= at.ideal)
      continue;
    conflicts.push_back(
        {{"ptx_line", kernel.line(pc)},
         {"instruction", pc < kernel.function->body.size() ? kernel.function->body[pc].text() : ""},
         {"wavefronts", at.wavefronts},
         {"ideal", at.ideal}});
    if (const int line = kernelLine(kernel, pc))
      conflicts.back()["kernel_line"] = line;
  }
  std::sort(conflicts.begin(), conflicts.end(), [](const ordered_json &a, const ordered_json &b) {
    return a["wavefronts"].get<uint64_t>() - a["ideal"].get<uint64_t>() >
           b["wavefronts"].get<uint64_t>() - b["ideal"].get<uint64_t>();
  });
  if (conflicts.size() > kShown)
    conflicts.erase(conflicts.begin() + kShown, conflicts.end());
  return conflicts;
}

} // namespace

std::string countersJson(const Kernel &kernel, const LaunchCounters &counters,
                         const std::array<uint32_t, 3> &grid, uint32_t threads) {
  nlohmann::ordered_json result = {
      {"kernel", kernel.name}, {"grid", grid}, {"threads", threads}, {"ctas", counters.ctas}};
  CodeCounters all;
  for (size_t pc = 0; pc < counters.perInstruction.size(); ++pc)
    all.add(kernel, pc, counters.perInstruction[pc]);
  result.update(all.json());
  result["shared"]["conflicts"] = worstConflicts(kernel, counters);
  result["lines"] = lineCountersJson(kernel, counters);
  return result.dump();
}

} // namespace attnc::sim
