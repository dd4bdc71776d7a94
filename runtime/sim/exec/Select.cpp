// Select.cpp - set, and setp of two halves: a comparison of the lane tables, then numbers or predicates from
// it.
#include "runtime/sim/exec/Warp.h"

namespace attnc::sim {
namespace {

/// The comparison's handler, in Inst::imm.
Handler comparison(const Inst &in) { return reinterpret_cast<Handler>(static_cast<intptr_t>(in.imm)); }

/// Halves: bit 0 and bit 16 of each lane's word tell; r[1] is the word. Answers masks of lanes.
void compareHalves(Warp &warp, const Inst &in, uint32_t mask, uint32_t (&which)[2]) {
  Inst compare = in;
  compare.r[0] = in.r[1];
  compare.r[1] = in.r[2];
  compare.r[2] = in.r[3];
  comparison(in)(warp, compare, mask);
  const uint32_t *words = warp.regs(in.r[1]);
  which[0] = which[1] = 0;
  for (uint32_t i = 0; i < kLanes; ++i) {
    which[0] |= (words[i] & 1) << i;
    which[1] |= (words[i] >> 16 & 1) << i;
  }
  uint32_t c = warp.pred(in.r[4]);
  for (uint32_t &bits : which)
    switch (static_cast<BoolOp>(in.a)) {
    case BoolOp::None:
      break;
    case BoolOp::And:
      bits &= c;
      break;
    case BoolOp::Or:
      bits |= c;
      break;
    case BoolOp::Xor:
      bits ^= c;
      break;
    }
}

} // namespace

/// r: d, scratch, a, b, c. list: what true is; b: two halves.
bool setNumber(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint32_t *d = warp.regs(in.r[0]);
  if (in.b) {
    uint32_t which[2];
    compareHalves(warp, in, mask, which);
    for (uint32_t i = 0; i < kLanes; ++i)
      if ((mask >> i & 1) != 0)
        d[i] = in.list & ((which[0] >> i & 1 ? 0xffffu : 0) | (which[1] >> i & 1 ? 0xffff0000u : 0));
    return true;
  }
  Inst compare = in;
  compare.r[0] = in.r[1];
  compare.r[1] = kPredSink;
  comparison(in)(warp, compare, mask);
  uint32_t holds = warp.pred(in.r[1]);
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((mask >> i & 1) != 0)
      d[i] = holds >> i & 1 ? in.list : 0;
  return true;
}

/// r: scratch in r[1], a, b, c, then p and q.
bool setPair(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint32_t which[2];
  compareHalves(warp, in, mask, which);
  warp.setPred(in.r[5], mask, which[0]);
  warp.setPred(in.r[6], mask, which[1]);
  return true;
}

} // namespace attnc::sim
