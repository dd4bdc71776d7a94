// AsyncCopy.cpp - cp.async: checked when issued, landed when a wait says that it must have, never before.
//
// Landing late makes a missing wait visible: the bytes are marked as in flight until then.
#include "runtime/sim/exec/Access.h"
#include "runtime/sim/exec/Races.h"

#include <cstring>

namespace attnc::sim {
namespace {

/// Lands the copies of the lanes whose group is below `limit[lane]`. From here on their bytes count as
/// written by the waiting lane: others need a barrier after it. False: the warp faulted.
bool land(Warp &warp, const Inst &in, uint32_t mask, const uint32_t *limit) {
  size_t kept = 0;
  for (size_t c = 0; c < warp.copies.size(); ++c) {
    PendingCopy &copy = warp.copies[c];
    uint32_t landed = 0;
    for (uint32_t lanes = copy.mask & mask; lanes != 0; lanes &= lanes - 1) {
      uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
      if (copy.group[lane] >= limit[lane])
        continue;
      uint8_t *to = warp.shared->at(copy.dst[lane]);
      const uint8_t *from = reinterpret_cast<const uint8_t *>(copy.src[lane]);
      if (copy.srcBytes[lane] == 16) {
        std::memcpy(to, from, 16); // a constant size: nearly every copy, and two moves
      } else {
        if (copy.srcBytes[lane] != 0)
          std::memcpy(to, from, copy.srcBytes[lane]);
        std::memset(to + copy.srcBytes[lane], 0, copy.bytes - copy.srcBytes[lane]);
      }
      warp.shared->mark(copy.dst[lane], copy.bytes, SharedMemory::Initialised);
      landed |= 1u << lane;
    }
    if (!checkSharedRaces(warp, in, AccessKind::Write, copy.dst, landed, copy.bytes))
      return false;
    copy.mask &= ~landed;
    if (copy.mask == 0)
      continue;
    if (kept != c)
      warp.copies[kept] = copy;
    ++kept;
  }
  warp.copies.resize(kept);
  return true;
}

/// What resolveGlobal() has not counted: the writes, and copies with a shorter source.
void countCopy(PcCounter &counter, const PendingCopy &copy, const uint64_t *src, uint32_t reading,
               uint32_t whole) {
  countWavefronts(copy.dst, copy.mask, copy.bytes, counter.wavefronts, counter.ideal);
  counter.sharedBytes += static_cast<uint64_t>(__builtin_popcount(copy.mask)) * copy.bytes;
  ++counter.sharedRequests;
  if (reading == whole)
    return;
  counter.sectors += countSectors(src, reading, copy.bytes) - countSectors(src, whole, copy.bytes);
  counter.requests += whole == 0;
  for (uint32_t lanes = reading & ~whole; lanes != 0; lanes &= lanes - 1)
    counter.bytes += copy.srcBytes[__builtin_ctz(lanes)];
}

} // namespace

/// r[1] shared, r[2] global address, their offsets in the halves of imm; a: size; b: 1 if r[3] is the source
/// size, 2 if it is the predicate that ignores the source.
bool copyAsync(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint32_t bytes = in.a;
  uint64_t dst[kLanes], src[kLanes];
  laneAddresses(warp, in, 1, in.imm >> 32, dst);
  laneAddresses(warp, in, 2, static_cast<int32_t>(in.imm), src);
  PendingCopy copy;
  copy.mask = mask;
  copy.bytes = bytes;
  uint32_t reading = 0;
  for (uint32_t i = 0; i < kLanes; ++i) {
    uint32_t count = bytes;
    if (in.b == 1)
      count = warp.regs(in.r[3])[i];
    else if (in.b == 2 && (warp.pred(in.r[3]) >> i & 1) != 0)
      count = 0;
    if ((mask >> i & 1) != 0 && count > bytes)
      return warp.fail(i, "cp.async expected a source size of at most " + std::to_string(bytes) +
                              " bytes, got " + std::to_string(count));
    copy.srcBytes[i] = static_cast<uint8_t>(count);
    copy.dst[i] = static_cast<uint32_t>(dst[i]);
    copy.src[i] = src[i];
    copy.group[i] = warp.committed[i];
    reading |= (mask >> i & 1) != 0 && count != 0 ? 1u << i : 0;
  }
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    const char *why = !warp.shared->inBounds(dst[lane], bytes) ? "out of bounds"
                      : dst[lane] % bytes != 0                 ? "misaligned"
                      : warp.shared->isChecked() && warp.shared->anyInFlight(dst[lane], bytes)
                          ? "another cp.async to these bytes is in flight"
                          : nullptr;
    if (why != nullptr)
      return badAccess(warp, lane, "cp.async write", bytes, describeShared(warp, dst[lane]), why);
    if (src[lane] % bytes != 0)
      return badAccess(warp, lane, "cp.async read", bytes, warp.global->describe(src[lane]), "misaligned");
    warp.shared->mark(dst[lane], bytes, SharedMemory::InFlight);
  }
  if (!checkSharedRaces(warp, in, AccessKind::Write, copy.dst, mask, bytes))
    return false;
  // With a shorter source size only those bytes are read: check them lane by lane, the rest in one go.
  uint32_t whole = 0;
  uint8_t *host[kLanes];
  for (uint32_t lanes = reading; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    if (copy.srcBytes[lane] == bytes) {
      whole |= 1u << lane;
      continue;
    }
    const MemoryRange *range = warp.global->find(src[lane]);
    if (range == nullptr || range->end - src[lane] < copy.srcBytes[lane])
      return badAccess(warp, lane, "cp.async read", copy.srcBytes[lane], warp.global->describe(src[lane]),
                       "out of bounds");
    if (!checkGlobalRaces(warp, in, AccessKind::Read, src, 1u << lane, copy.srcBytes[lane]))
      return false;
  }
  if (whole != 0 && !resolveGlobal(warp, in, AccessKind::Read, src, whole, bytes, host))
    return false;
  countCopy(warp.counter(in), copy, src, reading, whole);
  warp.copies.push_back(copy);
  return true;
}

bool commitGroup(LaneCtx &ctx, const Inst &, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  for (uint32_t i = 0; i < kLanes; ++i)
    warp.committed[i] += mask >> i & 1;
  return true;
}

bool waitGroup(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint32_t allowed = static_cast<uint32_t>(in.imm), limit[kLanes];
  for (uint32_t i = 0; i < kLanes; ++i)
    limit[i] = warp.committed[i] > allowed ? warp.committed[i] - allowed : 0;
  return land(warp, in, mask, limit);
}

bool waitAll(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint32_t limit[kLanes];
  for (uint32_t &value : limit)
    value = ~0u;
  return land(warp, in, mask, limit);
}

} // namespace attnc::sim
