// SharedMemory.h - one CTA's shared memory with the state of every byte.
//
// Knows bytes, not instructions: callers say what an access is called in a report.
#pragma once

#include "runtime/sim/check/GlobalRaces.h"
#include "runtime/sim/check/SharedRaces.h"
#include "runtime/sim/decode/Kernel.h"

#include <cstring>

namespace attnc::sim {

class SharedMemory {
public:
  enum State : uint8_t { Uninitialised = 0, Initialised = 1, InFlight = 2 };

  /// Forgets everything and sizes the memory. Without `checks` only bounds are known.
  void reset(uint32_t size, uint32_t warps, bool checks) {
    data.assign(size + 32, 0xff);
    state.assign(size + 32, checks ? Uninitialised : Initialised);
    bytes = size;
    checked = checks;
    if (checks) {
      races.reset(size, warps);
      sync.clear();
    }
  }
  uint32_t size() const { return bytes; }
  bool isChecked() const { return checked; }

  /// The byte at shared address `address`, which inBounds() has accepted.
  uint8_t *at(uint64_t address) { return data.data() + (address - kSharedBase); }
  bool inBounds(uint64_t address, uint32_t count) const {
    return address >= kSharedBase && address - kSharedBase + count <= bytes;
  }
  /// All bytes initialised and none in flight; `count` is at most 32.
  bool readable(uint64_t address, uint32_t count) const { return allAre(address, count, Initialised); }
  bool anyInFlight(uint64_t address, uint32_t count) const {
    const uint8_t *s = state.data() + (address - kSharedBase);
    for (uint32_t i = 0; i < count; ++i)
      if (s[i] == InFlight)
        return true;
    return false;
  }
  void mark(uint64_t address, uint32_t count, State value) {
    uint8_t *at = state.data() + (address - kSharedBase);
    if (!checked)
      return;
    if (count == 16)
      std::memset(at, value, 16); // a constant size
    else
      std::memset(at, value, count);
  }

  SharedRaces races;
  SyncTable sync;

private:
  bool allAre(uint64_t address, uint32_t count, State value) const {
    const uint8_t *s = state.data() + (address - kSharedBase);
    constexpr uint64_t ones = 0x0101010101010101ull;
    uint64_t word, wanted = ones * value;
    switch (count) {
    case 16:
      std::memcpy(&word, s + 8, 8);
      if (word != wanted)
        return false;
      [[fallthrough]];
    case 8:
      std::memcpy(&word, s, 8);
      return word == wanted;
    case 4: {
      uint32_t half;
      std::memcpy(&half, s, 4);
      return half == static_cast<uint32_t>(wanted);
    }
    default:
      for (uint32_t i = 0; i < count; ++i)
        if (s[i] != value)
          return false;
      return true;
    }
  }

  std::vector<uint8_t> data, state;
  uint32_t bytes = 0;
  bool checked = true;
};

} // namespace attnc::sim
