// Collective.cpp - shfl, vote, redux, elect, activemask: lanes of one warp together.
//
// Called with exactly the lanes of one member mask that are alive (exec/Parking.cpp sees to it).
#include "runtime/sim/exec/Warp.h"

#include <algorithm>

namespace attnc::sim {

/// r: d, p, a, b, c. c holds the clamp in bits 0-4 and the segment mask in bits 8-12.
bool shuffle(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  const uint32_t *a = warp.regs(in.r[2]), *b = warp.regs(in.r[3]), *c = warp.regs(in.r[4]);
  uint32_t value[kLanes], inRange = 0;
  for (uint32_t i = 0; i < kLanes; ++i) {
    if ((mask >> i & 1) == 0)
      continue;
    uint32_t offset = b[i] & 31, clamp = c[i] & 31, segment = c[i] >> 8 & 31;
    uint32_t greatest = (i & segment) | (clamp & ~segment), least = i & segment;
    int64_t from = 0;
    bool ok = false;
    switch (static_cast<ShuffleMode>(in.a)) {
    case ShuffleMode::Up:
      from = int64_t(i) - offset;
      ok = from >= int64_t(greatest);
      break;
    case ShuffleMode::Down:
      from = int64_t(i) + offset;
      ok = from <= int64_t(greatest);
      break;
    case ShuffleMode::Bfly:
      from = i ^ offset;
      ok = from <= int64_t(greatest);
      break;
    case ShuffleMode::Idx:
      from = least | (offset & ~segment);
      ok = from <= int64_t(greatest);
      break;
    }
    uint32_t source = ok ? static_cast<uint32_t>(from) : i;
    if ((mask >> source & 1) == 0)
      return warp.fail(i, "shuffle reads lane " + std::to_string(source) + ", which does not take part");
    value[i] = a[source];
    inRange |= ok ? 1u << i : 0;
  }
  uint32_t *d = warp.regs(in.r[0]);
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((mask >> i & 1) != 0)
      d[i] = value[i];
  warp.setPred(in.r[1], mask, inRange);
  return true;
}

bool vote(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint32_t votes = warp.pred(in.r[1]) & mask;
  bool result = false;
  switch (static_cast<VoteMode>(in.a)) {
  case VoteMode::All:
    result = votes == mask;
    break;
  case VoteMode::Any:
    result = votes != 0;
    break;
  case VoteMode::Uni:
    result = votes == mask || votes == 0;
    break;
  case VoteMode::Ballot:
    for (uint32_t i = 0; i < kLanes; ++i)
      if ((mask >> i & 1) != 0)
        warp.regs(in.r[0])[i] = votes;
    return true;
  }
  warp.setPred(in.r[0], mask, result ? kFullMask : 0);
  return true;
}

bool redux(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  const uint32_t *a = warp.regs(in.r[1]);
  uint32_t result = a[__builtin_ctz(mask)];
  for (uint32_t lanes = mask & (mask - 1); lanes != 0; lanes &= lanes - 1) {
    uint32_t value = a[__builtin_ctz(lanes)];
    switch (static_cast<ReduxOp>(in.a)) {
    case ReduxOp::Add:
      result += value;
      break;
    case ReduxOp::MinS:
      result = static_cast<uint32_t>(std::min(int32_t(result), int32_t(value)));
      break;
    case ReduxOp::MaxS:
      result = static_cast<uint32_t>(std::max(int32_t(result), int32_t(value)));
      break;
    case ReduxOp::MinU:
      result = std::min(result, value);
      break;
    case ReduxOp::MaxU:
      result = std::max(result, value);
      break;
    case ReduxOp::And:
      result &= value;
      break;
    case ReduxOp::Or:
      result |= value;
      break;
    case ReduxOp::Xor:
      result ^= value;
      break;
    }
  }
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((mask >> i & 1) != 0)
      warp.regs(in.r[0])[i] = result;
  return true;
}

bool elect(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint32_t leader = static_cast<uint32_t>(__builtin_ctz(mask));
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((mask >> i & 1) != 0)
      warp.regs(in.r[0])[i] = leader;
  warp.setPred(in.r[1], mask, 1u << leader);
  return true;
}

bool activeMask(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((mask >> i & 1) != 0)
      warp.regs(in.r[0])[i] = mask;
  return true;
}

} // namespace attnc::sim
