// MemoryMap.h - which host memory a kernel may touch: the allocations of a device and a module's variables.
//
// A map is built once and then read-only, so that a launch can look things up without locks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace attnc::sim {

struct MemoryRange {
  uint64_t begin = 0, end = 0;
  std::string name;
  bool readOnly = false;
  uint64_t origin = 0; ///< where the tensor begins: within the range, and offset 0 of reports
};

class MemoryMap {
public:
  MemoryMap() = default;
  /// Ranges may come in any order; they do not overlap.
  explicit MemoryMap(std::vector<MemoryRange> ranges);

  size_t size() const { return ranges.size(); }
  const MemoryRange &at(size_t index) const { return ranges[index]; }
  size_t indexOf(const MemoryRange &range) const { return static_cast<size_t>(&range - ranges.data()); }

  /// The range that holds `address`, or nullptr.
  const MemoryRange *find(uint64_t address) const;
  /// "2 bytes past the end of buffer 3 (1024 bytes)": the nearest range, for a report.
  std::string describe(uint64_t address) const;

private:
  std::vector<MemoryRange> ranges;
};

} // namespace attnc::sim
