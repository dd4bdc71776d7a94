// Match.cpp - match.any and match.all: which lanes of the member mask hold the same value.
#include "runtime/sim/exec/Warp.h"

namespace attnc::sim {

/// r: d, p, value. a: all, b: 64 bits.
bool matchLanes(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint64_t value[kLanes];
  for (uint32_t i = 0; i < kLanes; ++i)
    value[i] = in.b ? warp.regs64(in.r[2])[i] : warp.regs(in.r[2])[i];
  uint32_t first = static_cast<uint32_t>(__builtin_ctz(mask));
  uint32_t same[kLanes] = {};
  for (uint32_t i = first; i < kLanes; ++i)
    for (uint32_t j = first; j < kLanes; ++j)
      if ((mask >> i & 1) != 0 && (mask >> j & 1) != 0 && value[i] == value[j])
        same[i] |= 1u << j;
  bool agree = same[first] == mask;
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((mask >> i & 1) != 0)
      warp.regs(in.r[0])[i] = !in.a ? same[i] : agree ? mask : 0;
  warp.setPred(in.r[1], mask, agree ? kFullMask : 0);
  return true;
}

} // namespace attnc::sim
