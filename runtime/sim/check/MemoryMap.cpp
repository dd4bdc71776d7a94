// MemoryMap.cpp - interval look-ups over global memory.
#include "runtime/sim/check/MemoryMap.h"

#include <algorithm>

namespace attnc::sim {

MemoryMap::MemoryMap(std::vector<MemoryRange> unsorted) : ranges(std::move(unsorted)) {
  std::sort(ranges.begin(), ranges.end(), [](const auto &a, const auto &b) { return a.begin < b.begin; });
}

const MemoryRange *MemoryMap::find(uint64_t address) const {
  auto after = std::upper_bound(ranges.begin(), ranges.end(), address,
                                [](uint64_t value, const MemoryRange &range) { return value < range.begin; });
  if (after == ranges.begin())
    return nullptr;
  const MemoryRange &range = *std::prev(after);
  return address < range.end ? &range : nullptr;
}

std::string MemoryMap::describe(uint64_t address) const {
  auto size = [](const MemoryRange &range) {
    return range.name + " (" + std::to_string(range.end - range.begin) + " bytes)";
  };
  if (const MemoryRange *range = find(address))
    return "offset " + std::to_string(address - range->begin) + " of " + size(*range);
  const MemoryRange *nearest = nullptr;
  uint64_t distance = 0;
  for (const MemoryRange &range : ranges) {
    uint64_t away = address < range.begin ? range.begin - address : address - range.end;
    if (nearest == nullptr || away < distance) {
      nearest = &range;
      distance = away;
    }
  }
  if (nearest == nullptr || distance > (uint64_t(1) << 32))
    return "an address outside every allocation";
  if (address < nearest->begin)
    return std::to_string(distance) + " bytes before " + size(*nearest);
  return "offset " + std::to_string(address - nearest->begin) + " of " + size(*nearest);
}

} // namespace attnc::sim
