// Access.cpp - bounds, alignment and initialisation checks of every state space.
#include "runtime/sim/exec/Access.h"

#include "runtime/sim/exec/Cta.h"
#include "runtime/sim/exec/Races.h"

#include <sstream>

namespace attnc::sim {
namespace {

const char *kindName(Space space, AccessKind kind) {
  static constexpr const char *names[4][3] = {
      {"global read", "global write", "global atomic"},
      {"shared read", "shared write", "shared atomic"},
      {"local read", "local write", "local atomic"},
      {"parameter read", "parameter write", "parameter atomic"},
  };
  int row = space == Space::Shared ? 1 : space == Space::Local ? 2 : space == Space::Param ? 3 : 0;
  return names[row][static_cast<int>(kind)];
}

std::string number(const char *before, uint64_t value) { return before + std::to_string(value); }

bool resolveLocal(Warp &warp, AccessKind kind, const uint64_t *address, uint32_t mask, uint32_t bytes,
                  uint8_t **host) {
  uint32_t size = warp.kernel->localBytes;
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    uint64_t offset = address[lane] - kLocalBase;
    const char *why = address[lane] < kLocalBase || offset + bytes > size ? "out of bounds"
                      : offset % bytes != 0                               ? "misaligned"
                                                                          : nullptr;
    if (why != nullptr)
      return badAccess(warp, lane, kindName(Space::Local, kind), bytes, number("local offset ", offset), why);
    host[lane] = warp.local.data() + size_t(lane) * size + offset;
  }
  return true;
}

bool resolveParam(Warp &warp, AccessKind kind, const uint64_t *address, uint32_t mask, uint32_t bytes,
                  uint8_t **host) {
  uint32_t size = warp.kernel->paramBytes;
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    uint64_t offset = address[lane];
    const char *why = kind != AccessKind::Read                 ? "parameters are read-only"
                      : offset > size || offset + bytes > size ? "out of bounds"
                      : offset % bytes != 0                    ? "misaligned"
                                                               : nullptr;
    if (why != nullptr)
      return badAccess(warp, lane, kindName(Space::Param, kind), bytes, number("parameter offset ", offset),
                       why);
    host[lane] = const_cast<uint8_t *>(warp.params) + offset;
  }
  return true;
}

} // namespace

bool badAccess(Warp &warp, uint32_t lane, const char *what, uint32_t bytes, const std::string &where,
               const std::string &why) {
  std::ostringstream text;
  text << what << " of " << bytes << (bytes == 1 ? " byte at " : " bytes at ") << where << ": " << why;
  return warp.fail(lane, text.str());
}

std::string describeShared(const Warp &warp, uint64_t address) {
  std::ostringstream text;
  text << "shared offset " << static_cast<int64_t>(address - kSharedBase) << " of " << warp.shared->size();
  return text.str();
}

bool resolveGlobal(Warp &warp, const Inst &in, AccessKind kind, const uint64_t *address, uint32_t mask,
                   uint32_t bytes, uint8_t **host) {
  uint64_t low = ~uint64_t(0), high = 0, bits = 0;
  for (uint32_t i = 0; i < kLanes; ++i) {
    if ((mask >> i & 1) == 0)
      continue;
    low = address[i] < low ? address[i] : low;
    high = address[i] > high ? address[i] : high;
    bits |= address[i];
    host[i] = reinterpret_cast<uint8_t *>(address[i]);
  }
  const MemoryRange *range = warp.recent;
  if (range == nullptr || low < range->begin || low >= range->end)
    range = warp.recent = warp.global->find(low);
  bool fits = range != nullptr && high < range->end && range->end - high >= bytes &&
              !(range->readOnly && kind != AccessKind::Read) && (bits & (bytes - 1)) == 0;
  for (uint32_t lanes = fits ? 0 : mask; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    const MemoryRange *at = warp.global->find(address[lane]);
    const char *why = nullptr;
    if (at == nullptr || at->end - address[lane] < bytes)
      why = "out of bounds";
    else if (address[lane] % bytes != 0)
      why = "misaligned";
    else if (at->readOnly && kind != AccessKind::Read)
      why = "the memory is read-only";
    if (why != nullptr)
      return badAccess(warp, lane, kindName(Space::Global, kind), bytes, warp.global->describe(address[lane]),
                       why);
  }
  if (!checkGlobalRaces(warp, in, kind, address, mask, bytes))
    return false;
  PcCounter &counter = warp.counter(in);
  counter.sectors += countSectors(address, mask, bytes);
  counter.bytes += static_cast<uint64_t>(__builtin_popcount(mask)) * bytes;
  ++counter.requests;
  return true;
}

bool resolveShared(Warp &warp, const Inst &in, AccessKind kind, const uint64_t *address, uint32_t mask,
                   uint32_t bytes, uint8_t **host) {
  SharedMemory &shared = *warp.shared;
  uint32_t narrow[kLanes];
  for (uint32_t i = 0; i < kLanes; ++i)
    narrow[i] = static_cast<uint32_t>(address[i]);
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    uint64_t a = address[lane];
    const char *why = nullptr;
    if (!shared.inBounds(a, bytes))
      why = "out of bounds";
    else if (a % bytes != 0)
      why = "misaligned";
    else if (!shared.isChecked())
      why = nullptr;
    else if (kind == AccessKind::Write)
      why = shared.anyInFlight(a, bytes) ? "a cp.async to these bytes is in flight" : nullptr;
    else if (!shared.readable(a, bytes))
      why = shared.anyInFlight(a, bytes) ? "a cp.async to these bytes is in flight: a wait is missing"
                                         : "uninitialised shared memory";
    if (why != nullptr)
      return badAccess(warp, lane, kindName(Space::Shared, kind), bytes, describeShared(warp, a), why);
    host[lane] = shared.at(a);
    if (kind == AccessKind::Write)
      shared.mark(a, bytes, SharedMemory::Initialised);
  }
  if (!checkSharedRaces(warp, in, kind, narrow, mask, bytes))
    return false;
  PcCounter &counter = warp.counter(in);
  countWavefronts(narrow, mask, bytes > 16 ? 16 : bytes, counter.wavefronts, counter.ideal);
  counter.sharedBytes += static_cast<uint64_t>(__builtin_popcount(mask)) * bytes;
  ++counter.sharedRequests;
  return true;
}

bool resolve(Warp &warp, const Inst &in, Space space, AccessKind kind, const uint64_t *address, uint32_t mask,
             uint32_t bytes, uint8_t **host) {
  switch (space) {
  case Space::Global:
  case Space::Const:
    return resolveGlobal(warp, in, kind, address, mask, bytes, host);
  case Space::Shared:
    return resolveShared(warp, in, kind, address, mask, bytes, host);
  case Space::Local:
    return resolveLocal(warp, kind, address, mask, bytes, host);
  case Space::Param:
    return resolveParam(warp, kind, address, mask, bytes, host);
  case Space::Generic:
    break;
  }
  // Each lane's window says which space its address means.
  static constexpr std::pair<uint64_t, Space> windows[] = {{0, Space::Global},
                                                           {kSharedWindow, Space::Shared},
                                                           {kLocalWindow, Space::Local},
                                                           {kParamWindow, Space::Param}};
  uint32_t rest = mask;
  for (auto [window, meant] : windows) {
    uint64_t offset[kLanes];
    uint32_t lanes = 0;
    for (uint32_t i = 0; i < kLanes; ++i) {
      offset[i] = address[i] - window;
      if ((mask >> i & 1) != 0 && (address[i] & kWindowMask) == window)
        lanes |= 1u << i;
    }
    rest &= ~lanes;
    if (lanes != 0 && !resolve(warp, in, meant, kind, offset, lanes, bytes, host))
      return false;
  }
  if (rest != 0) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
    return badAccess(warp, lane, kindName(Space::Global, kind), bytes, warp.global->describe(address[lane]),
                     "out of bounds");
  }
  return true;
}

} // namespace attnc::sim
