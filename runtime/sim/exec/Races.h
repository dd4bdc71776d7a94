// Races.h - asks the race checks about an access of a warp, and turns their answer into a fault.
//
// Private to runtime/sim/exec.
#pragma once

#include "runtime/sim/exec/Access.h"

namespace attnc::sim {

/// Checks and remembers what the lanes of `mask` do to global memory; publishes releases. False: the warp
/// faulted.
bool checkGlobalRaces(Warp &warp, const Inst &in, AccessKind kind, const uint64_t *address, uint32_t mask,
                      uint32_t bytes);
/// The same for shared memory and at most 16 bytes a lane.
bool checkSharedRaces(Warp &warp, const Inst &in, AccessKind kind, const uint32_t *address, uint32_t mask,
                      uint32_t bytes);

/// After a strong read has its value: what it acquires. `address` may be generic.
void acquire(Warp &warp, const Inst &in, Space space, const uint64_t *address, uint32_t mask);

} // namespace attnc::sim
