// Order.cpp - joining and publishing what warps know.
#include "runtime/sim/check/Order.h"

#include <algorithm>

namespace attnc::sim {

static void raise(Clocks &to, const Clocks &from) {
  for (uint32_t w = 0; w < kMaxWarps; ++w)
    to[w] = std::max(to[w], from[w]);
}

Known joined(const Known &a, const Known &b) {
  if (!a || a == b)
    return b;
  if (!b)
    return a;
  auto result = std::make_shared<std::map<uint64_t, Clocks>>(*a);
  for (const auto &[cta, clocks] : *b)
    raise((*result)[cta], clocks);
  return result;
}

void WarpOrder::start(uint64_t cta, uint32_t warp) {
  ctaIndex = cta;
  warpIndex = warp;
  seen.fill(0);
  seen[warp] = 1;
  foreign = fenced = fencedHere = pending = pendingHere = nullptr;
}

bool WarpOrder::knowsForeign(uint64_t cta, uint32_t warp, uint32_t clock) const {
  auto found = foreign->find(cta);
  return found != foreign->end() && clock <= found->second[warp];
}

void WarpOrder::arrive(Barrier &barrier) {
  raise(barrier.seen, seen);
  barrier.foreign = joined(barrier.foreign, foreign);
  // A fence before the barrier counts for whoever writes a flag after it: the usual "all write, all fence,
  // barrier, thread 0 counts" relies on that.
  barrier.fenced = joined(barrier.fenced, fenced);
  step();
}

void WarpOrder::leave(const Barrier &barrier) {
  raise(seen, barrier.seen);
  foreign = joined(foreign, barrier.foreign);
  fenced = joined(fenced, barrier.fenced);
}

Known WarpOrder::all() const {
  auto result = foreign ? std::make_shared<std::map<uint64_t, Clocks>>(*foreign)
                        : std::make_shared<std::map<uint64_t, Clocks>>();
  raise((*result)[ctaIndex], seen);
  return result;
}

void WarpOrder::learnOwn(const Known &what) {
  if (!what)
    return;
  auto own = what->find(ctaIndex);
  if (own == what->end())
    return;
  uint32_t clock = seen[warpIndex];
  raise(seen, own->second);
  seen[warpIndex] = clock;
}

void WarpOrder::learn(const Known &what) {
  learnOwn(what);
  foreign = joined(foreign, what);
}

void WarpOrder::fence(uint8_t order) {
  const bool everywhere = (order & kCtaScope) == 0;
  learnOwn(pendingHere);
  if (everywhere)
    learn(pending);
  else
    learnOwn(pending);
  fencedHere = all();
  if (everywhere) {
    fenced = fencedHere;
    pending = pendingHere = nullptr;
  }
  step();
}

void WarpOrder::write(SyncVariable &variable, uint8_t order, bool replaces) {
  Known what = fenced, here = fencedHere;
  if (order & kRelease) {
    here = all();
    if ((order & kCtaScope) == 0)
      what = here;
    step();
  }
  variable.released = replaces ? what : joined(variable.released, what);
  variable.releasedHere = replaces ? here : joined(variable.releasedHere, here);
}

void WarpOrder::read(const SyncVariable &variable, uint8_t order) {
  if ((order & kAcquire) == 0) {
    pending = joined(pending, variable.released);
    pendingHere = joined(pendingHere, variable.releasedHere);
    return;
  }
  learnOwn(variable.releasedHere);
  if (order & kCtaScope)
    learnOwn(variable.released);
  else
    learn(variable.released);
}

} // namespace attnc::sim
