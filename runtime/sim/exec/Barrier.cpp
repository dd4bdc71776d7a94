// Barrier.cpp - CTA barriers: who has arrived, when they open, what is misuse.
#include "runtime/sim/exec/Cta.h"

namespace attnc::sim {

Warp::Step Warp::barrier(const Inst &in, size_t at, uint32_t &pc, uint32_t active) {
  bool aligned = (in.c & 1) != 0;
  if (aligned &&
      active != alive) { // wait for the rest of the warp; if it cannot come, recheckParked() says so
    splits[at].wait = Wait::Collective;
    return Step::Reselect;
  }
  uint8_t id = 0;
  switch (cta->arrive(*this, in, active, id)) {
  case Cta::Arrival::Fault:
    return Step::Fault;
  case Cta::Arrival::Passes:
    ++pc;
    return Step::Continue;
  case Cta::Arrival::Waits:
    break;
  }
  uint32_t rest = splits[at].mask & ~active;
  if (rest != 0) { // guarded off: they go on
    splits[at].mask = active;
    splits.push_back(Split{pc + 1, rest, Wait::None, 0, 0});
  }
  // arrive() may just have opened the barrier; it releases whoever is marked, so mark first and ask again.
  splits[at].wait = Wait::Barrier;
  splits[at].barrier = id;
  cta->lanesExited(*this);
  return Step::Reselect;
}

Cta::Arrival Cta::arrive(Warp &warp, const Inst &in, uint32_t active, uint8_t &barrier) {
  uint32_t lane = static_cast<uint32_t>(__builtin_ctz(active));
  auto uniform = [&](RegRef ref) {
    const uint32_t *cells = warp.regs(ref);
    for (uint32_t i = 0; i < kLanes; ++i)
      if ((active >> i & 1) != 0 && cells[i] != cells[lane])
        return false;
    return true;
  };
  auto misuse = [&](const std::string &message) {
    warp.fail(lane, "barrier misuse: " + message);
    return Arrival::Fault;
  };
  uint32_t id = warp.regs(in.r[1])[lane];
  if (!uniform(in.r[1]) || id >= barriers.size())
    return misuse("expected one barrier number below 16, got " + std::to_string(id));
  BarrierOp op = static_cast<BarrierOp>(in.a);
  uint32_t whole = static_cast<uint32_t>(warps.size()) * kLanes, expected = whole;
  bool implicit = (in.c & 2) == 0;
  if (!implicit) {
    expected = warp.regs(in.r[2])[lane];
    if (!uniform(in.r[2]) || expected == 0 || expected % kLanes != 0 || expected > whole)
      return misuse("expected a thread count that is a multiple of 32 up to " + std::to_string(whole) +
                    ", got " + std::to_string(expected));
  }
  BarrierState &state = barriers[id];
  if (state.active && state.expected != expected)
    return misuse("barrier " + std::to_string(id) + " is open for " + std::to_string(state.expected) +
                  " threads, got an arrival for " + std::to_string(expected));
  state.implicit = implicit && (!state.active || state.implicit);
  state.active = true;
  state.expected = expected;
  state.slots += (in.c & 1) != 0 ? kLanes : static_cast<uint32_t>(__builtin_popcount(active));
  state.lanes += static_cast<uint32_t>(__builtin_popcount(active));
  if (op >= BarrierOp::RedPopc)
    state.count += static_cast<uint32_t>(__builtin_popcount(active & warp.pred(in.r[3])));
  if (!state.implicit && state.slots > expected)
    return misuse("barrier " + std::to_string(id) + " expected " + std::to_string(expected) +
                  " threads, got " + std::to_string(state.slots));
  warp.order.arrive(state.order);
  barrier = static_cast<uint8_t>(id);
  if (op != BarrierOp::Arrive)
    return Arrival::Waits;
  if (complete(state))
    release(barrier);
  return Arrival::Passes;
}

bool Cta::complete(const BarrierState &barrier) const {
  return barrier.active &&
         (barrier.implicit ? barrier.lanes >= aliveLanes : barrier.slots >= barrier.expected);
}

/// Lanes of `warp` may have gone: barriers that wait for every live thread may open. Also called after an
/// arrival, which is the same question.
void Cta::lanesExited(Warp &) {
  aliveLanes = 0;
  for (const Warp &warp : warps)
    aliveLanes += static_cast<uint32_t>(__builtin_popcount(warp.alive));
  for (size_t id = 0; id < barriers.size(); ++id)
    if (complete(barriers[id]))
      release(static_cast<uint8_t>(id));
}

void Cta::release(uint8_t id) {
  BarrierState &state = barriers[id];
  if (state.implicit)
    for (Warp &warp : warps) // who has gone counts as arrived
      if (warp.alive == 0)
        warp.order.arrive(state.order);
  for (size_t w = 0; w < warps.size(); ++w)
    for (Split &split : warps[w].splits) {
      if (split.wait != Wait::Barrier || split.barrier != id)
        continue;
      const Inst &in = context->kernel->code[split.pc];
      switch (static_cast<BarrierOp>(in.a)) {
      case BarrierOp::RedPopc:
        for (uint32_t i = 0; i < kLanes; ++i)
          if ((split.mask >> i & 1) != 0)
            warps[w].regs(in.r[0])[i] = state.count;
        break;
      case BarrierOp::RedAnd:
        warps[w].setPred(in.r[0], split.mask, state.count == state.lanes ? kFullMask : 0);
        break;
      case BarrierOp::RedOr:
        warps[w].setPred(in.r[0], split.mask, state.count != 0 ? kFullMask : 0);
        break;
      case BarrierOp::Sync:
      case BarrierOp::Arrive:
        break;
      }
      warps[w].order.leave(state.order);
      split.wait = Wait::None;
      ++split.pc;
      if (states[w] == WarpState::Blocked)
        states[w] = WarpState::Runnable;
    }
  state = {};
}

} // namespace attnc::sim
