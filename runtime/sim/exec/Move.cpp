// Move.cpp - packing, predicate logic, address conversion, clocks: moves that are not plain lane code.
#include "runtime/sim/exec/Cta.h"

#include <sstream>

namespace attnc::sim {

/// d = {lists[0], lists[1], ...}, the first lowest. a: count, b: bits of each, c: d is 64 bits wide.
bool packRegisters(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint64_t pieceMask = (uint64_t(1) << in.b) - 1;
  uint64_t value[kLanes] = {};
  for (uint32_t piece = 0; piece < in.a; ++piece) {
    const uint32_t *cells = warp.regs(ctx.lists[in.list + piece]);
    for (uint32_t i = 0; i < kLanes; ++i)
      value[i] |= (cells[i] & pieceMask) << (piece * in.b);
  }
  uint32_t *narrow = warp.regs(in.r[0]);
  uint64_t *wide = warp.regs64(in.r[0]);
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((mask >> i & 1) != 0) {
      if (in.c)
        wide[i] = value[i];
      else
        narrow[i] = static_cast<uint32_t>(value[i]);
    }
  return true;
}

bool unpackRegisters(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint64_t pieceMask = (uint64_t(1) << in.b) - 1;
  uint64_t value[kLanes];
  for (uint32_t i = 0; i < kLanes; ++i)
    value[i] = in.c ? warp.regs64(in.r[0])[i] : warp.regs(in.r[0])[i];
  for (uint32_t piece = 0; piece < in.a; ++piece) {
    uint32_t *cells = warp.regs(ctx.lists[in.list + piece]);
    for (uint32_t i = 0; i < kLanes; ++i)
      if ((mask >> i & 1) != 0)
        cells[i] = static_cast<uint32_t>(value[i] >> (piece * in.b) & pieceMask);
  }
  return true;
}

bool predLogic(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint32_t a = warp.pred(in.r[1]), value = 0;
  switch (static_cast<PredOp>(in.a)) {
  case PredOp::Mov:
    value = a;
    break;
  case PredOp::Not:
    value = ~a;
    break;
  case PredOp::And:
    value = a & warp.pred(in.r[2]);
    break;
  case PredOp::Or:
    value = a | warp.pred(in.r[2]);
    break;
  case PredOp::Xor:
    value = a ^ warp.pred(in.r[2]);
    break;
  }
  warp.setPred(in.r[0], mask, value);
  return true;
}

/// d = a + imm: adds or takes off the window of a state space.
bool convertAddress(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint64_t *to = warp.regs64(in.r[0]);
  const uint64_t *from = warp.regs64(in.r[1]);
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((mask >> i & 1) != 0)
      to[i] = from[i] + static_cast<uint64_t>(in.imm);
  return true;
}

bool testSpace(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  const uint64_t *from = warp.regs64(in.r[1]);
  uint32_t value = 0;
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((from[i] & kWindowMask) == static_cast<uint64_t>(in.imm))
      value |= 1u << i;
  warp.setPred(in.r[0], mask, value);
  return true;
}

/// The clock counts the warp's own instructions: it moves forward and replays, and is no measure of time.
bool readClock(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint64_t value = in.b ? warp.clock >> 32 : warp.clock;
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((mask >> i & 1) != 0) {
      if (in.a)
        warp.regs64(in.r[0])[i] = value;
      else
        warp.regs(in.r[0])[i] = static_cast<uint32_t>(value);
    }
  return true;
}

bool doNothing(LaneCtx &, const Inst &, uint32_t) { return true; }

/// Memory itself is sequentially consistent; a fence only tells the race checks what it orders.
bool fenceMemory(LaneCtx &ctx, const Inst &in, uint32_t) {
  Warp &warp = static_cast<Warp &>(ctx);
  if (warp.races != nullptr)
    warp.order.fence(in.order);
  return true;
}

bool raiseTrap(LaneCtx &ctx, const Inst &, uint32_t mask) {
  return static_cast<Warp &>(ctx).fail(static_cast<uint32_t>(__builtin_ctz(mask)),
                                       "the kernel executed trap");
}

} // namespace attnc::sim
