// Access.h - turns lane addresses into host pointers, with every check, for all that touch memory.
//
// Private to runtime/sim/exec.
#pragma once

#include "runtime/sim/exec/Warp.h"

namespace attnc::sim {

enum class AccessKind : uint8_t { Read, Write, Atomic };

/// The 32 lane addresses of operand `slot` plus `offset`; bit `slot` of Inst::c says that it is 64 bits wide.
inline void laneAddresses(Warp &warp, const Inst &in, int slot, int64_t offset, uint64_t *address) {
  if ((in.c >> slot & 1) != 0) {
    const uint64_t *cells = warp.regs64(in.r[slot]);
    for (uint32_t i = 0; i < kLanes; ++i)
      address[i] = cells[i] + static_cast<uint64_t>(offset);
  } else {
    const uint32_t *cells = warp.regs(in.r[slot]);
    for (uint32_t i = 0; i < kLanes; ++i)
      address[i] = static_cast<uint32_t>(cells[i] + static_cast<uint32_t>(offset));
  }
}

/// Checks an access of `bytes` bytes by each lane of `mask` and answers host pointers. False: the warp
/// faulted.
bool resolve(Warp &warp, const Inst &in, Space space, AccessKind kind, const uint64_t *address, uint32_t mask,
             uint32_t bytes, uint8_t **host);

// One space each.
bool resolveGlobal(Warp &warp, const Inst &in, AccessKind kind, const uint64_t *address, uint32_t mask,
                   uint32_t bytes, uint8_t **host);
bool resolveShared(Warp &warp, const Inst &in, AccessKind kind, const uint64_t *address, uint32_t mask,
                   uint32_t bytes, uint8_t **host);

/// Faults with "<what> of N bytes at <where>: <why>".
bool badAccess(Warp &warp, uint32_t lane, const char *what, uint32_t bytes, const std::string &where,
               const std::string &why);
std::string describeShared(const Warp &warp, uint64_t address);

} // namespace attnc::sim
