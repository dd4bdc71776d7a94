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
    return range.name + " (" + std::to_string(range.end - range.origin) + " bytes)";
  };
  auto place = [&](const MemoryRange &range) {
    if (address < range.origin)
      return std::to_string(range.origin - address) + " bytes before " + size(range);
    return "offset " + std::to_string(address - range.origin) + " of " + size(range);
  };
  if (const MemoryRange *range = find(address))
    return place(*range);
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
  return place(*nearest);
}

} // namespace attnc::sim
