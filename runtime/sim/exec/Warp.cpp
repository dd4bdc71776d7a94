// Warp.cpp - the warp loop and divergence: splits, merging, branches, exits.
#include "runtime/sim/exec/Warp.h"

#include "runtime/sim/exec/Cta.h"

#include <algorithm>

namespace attnc::sim {

void Warp::start(Cta &owner, const Kernel &code, uint32_t warpIndex, uint32_t lanes, const MemoryMap &map,
                 SharedMemory &smem, GlobalRaces *raceChecks, const uint8_t *paramBytes,
                 PcCounter *counters) {
  cta = &owner;
  kernel = &code;
  index = warpIndex;
  alive = lanes;
  global = &map;
  shared = &smem;
  races = raceChecks;
  order.start(owner.linearIndex(), warpIndex);
  params = paramBytes;
  stats = counters;
  // A NaN that is no round number: what was never written shows.
  registers.assign(static_cast<size_t>(code.registerSlots) * kLanes, 0x7fffdead);
  predicates.assign(code.preds, 0);
  predicates[kPredTrue >> 1] = kFullMask;
  bank[0] = registers.data();
  bank[1] = const_cast<uint32_t *>(code.constants.data()); // handlers never write the constant bank
  preds = predicates.data();
  lists = code.lists.data();
  local.assign(static_cast<size_t>(code.localBytes) * kLanes, 0xff);
  undefined.assign(raceChecks != nullptr ? code.tracking.registers.size() : 0, kFullMask);
  splits.assign(1, Split{0, lanes, Wait::None, 0, 0});
  recent = nullptr;
  copies.clear();
  std::fill(std::begin(committed), std::end(committed), 0);
  clock = 0;
  rotate = false;
  starved = 0;
  fault.clear();
  faultOther = {};
}

bool Warp::fail(uint32_t lane, std::string message) {
  fault = std::move(message);
  faultLane = lane;
  return false;
}

bool Warp::follow(uint32_t pc, uint32_t mask, uint32_t active) {
  const TrackedUses &uses = kernel->tracking.uses[kernel->tracking.at[pc]];
  auto bad = [&](uint32_t which, uint32_t lanes) {
    auto name = kernel->registerNames.find(kernel->tracking.registers[which]);
    fail(static_cast<uint32_t>(__builtin_ctz(lanes)),
         "reads register " + std::string(name->second) + ", which nothing has written");
    return false;
  };
  if (uses.guard != ~0u && (undefined[uses.guard] & mask) != 0)
    return bad(uses.guard, undefined[uses.guard] & mask);
  uint32_t lanes = 0;
  for (uint32_t which : uses.reads) {
    uint32_t at = undefined[which] & active;
    if (at != 0 && uses.strict)
      return bad(which, at);
    lanes |= at;
  }
  if (uses.opaque)
    lanes = 0;
  for (uint32_t which : uses.writes)
    undefined[which] = (undefined[which] & ~active) | lanes;
  return true;
}

void Warp::mergeSplits() {
  for (size_t i = 0; i < splits.size(); ++i) {
    if (splits[i].wait == Wait::Barrier || splits[i].wait == Wait::WarpSync)
      continue;
    for (size_t j = splits.size() - 1; j > i; --j) {
      Split &other = splits[j];
      if (other.pc != splits[i].pc || other.wait == Wait::Barrier || other.wait == Wait::WarpSync)
        continue;
      splits[i].mask |= other.mask;
      splits[i].wait = Wait::None; // a parked collective tries again with more lanes
      splits.erase(splits.begin() + static_cast<ptrdiff_t>(j));
    }
  }
}

/// Instructions that a diverged warp runs before another split gets a turn.
static constexpr uint64_t kStarved = 1 << 16;

/// The split to run, or -1. Lowest pc, except after a long time of that: then the next one, so that lanes
/// that spin on what their own warp must do cannot keep it from running.
int Warp::pick() {
  mergeSplits();
  int best = -1;
  for (size_t i = 0; i < splits.size(); ++i)
    if (splits[i].wait == Wait::None && (best < 0 || splits[i].pc < splits[static_cast<size_t>(best)].pc))
      best = static_cast<int>(i);
  if (rotate && best >= 0) {
    int next = -1;
    for (size_t i = 0; i < splits.size(); ++i)
      if (splits[i].wait == Wait::None && splits[i].pc > lastRun &&
          (next < 0 || splits[i].pc < splits[static_cast<size_t>(next)].pc))
        next = static_cast<int>(i);
    if (next >= 0)
      best = next;
  }
  rotate = false;
  return best;
}

WarpState Warp::run(uint64_t quantum, uint64_t &executed) {
  uint64_t left = quantum;
  while (left > 0) {
    int chosen = pick();
    if (chosen < 0) {
      if (splits.empty())
        return WarpState::Done;
      if (recheckParked())
        continue;
      return fault.empty() ? WarpState::Blocked : WarpState::Faulted;
    }
    size_t at = static_cast<size_t>(chosen);
    uint32_t pc = splits[at].pc, mask = splits[at].mask;
    // Another split that could merge stops this one when it gets there.
    uint32_t limit = ~0u;
    for (size_t i = 0; i < splits.size(); ++i)
      if (i != at && (splits[i].wait == Wait::None || splits[i].wait == Wait::Collective) &&
          splits[i].pc > pc)
        limit = std::min(limit, splits[i].pc);
    const Inst *code = kernel->code.data();
    for (;;) {
      const Inst &in = code[pc];
      uint32_t active = mask & pred(in.guard);
      PcCounter &counter = stats[pc];
      ++counter.executions;
      counter.issued += active != 0;
      counter.lanes += static_cast<uint64_t>(__builtin_popcount(active));
      ++clock;
      ++executed;
      --left;
      if (in.tracked && !undefined.empty() && !follow(pc, mask, active)) [[unlikely]] {
        faultPc = pc;
        return WarpState::Faulted;
      }
      if (in.flow == Flow::Next) [[likely]] {
        if (active != 0 && !in.fn(*this, in, active)) {
          faultPc = pc;
          return WarpState::Faulted;
        }
        ++pc;
      } else {
        uint32_t here = pc;
        Step step = control(in, at, pc, mask, active);
        if (step == Step::Fault) {
          faultPc = here;
          return WarpState::Faulted;
        }
        if (step == Step::Reselect) {
          if (splits.size() > at && splits[at].pc == here &&
              splits[at].wait == Wait::Collective) { // comes back to it with more lanes, and counts then
            --counter.executions;
            --counter.issued;
            counter.lanes -= static_cast<uint64_t>(__builtin_popcount(active));
          }
          break;
        }
      }
      if (pc >= limit || left == 0) {
        splits[at].pc = pc;
        splits[at].mask = mask;
        if (left == 0)
          lastRun = pc;
        break;
      }
    }
  }
  starved = splits.size() > 1 ? starved + quantum : 0;
  if (starved >= kStarved) {
    rotate = true;
    starved = 0;
  }
  return splits.empty() ? WarpState::Done : WarpState::Runnable;
}

Warp::Step Warp::control(const Inst &in, size_t at, uint32_t &pc, uint32_t &mask, uint32_t active) {
  if (active == 0) {
    ++pc;
    return Step::Continue;
  }
  splits[at].pc = pc;
  splits[at].mask = mask;
  switch (in.flow) {
  case Flow::Branch:
    return branch(in, at, pc, mask, active);
  case Flow::BranchTable:
    return branchTable(in, at, pc, mask, active);
  case Flow::Collective:
    return collective(in, at, pc, active);
  case Flow::WarpSync:
    return warpSync(in, at, pc, active);
  case Flow::Barrier:
    return barrier(in, at, pc, active);
  case Flow::Exit:
    alive &= ~active;
    if (active == mask)
      splits.erase(splits.begin() + static_cast<ptrdiff_t>(at));
    else
      splits[at] = Split{pc + 1, mask & ~active, Wait::None, 0, 0};
    cta->lanesExited(*this);
    return Step::Reselect;
  case Flow::Next:
    break;
  }
  return Step::Continue;
}

Warp::Step Warp::branch(const Inst &in, size_t at, uint32_t &pc, uint32_t &mask, uint32_t taken) {
  uint32_t target = static_cast<uint32_t>(in.imm);
  if (taken == mask) {
    bool backward = target <= pc;
    pc = target;
    if (splits.size() == 1)
      return Step::Continue;
    splits[at].pc = pc;
    return backward ? Step::Reselect : Step::Continue;
  }
  splits[at].pc = pc + 1;
  splits[at].mask = mask & ~taken;
  splits.push_back(Split{target, taken, Wait::None, 0, 0});
  return Step::Reselect;
}

Warp::Step Warp::branchTable(const Inst &in, size_t at, uint32_t &pc, uint32_t &mask, uint32_t active) {
  const uint32_t *indices = regs(in.r[0]);
  uint32_t rest = active;
  if (active != mask)
    splits.push_back(Split{pc + 1, mask & ~active, Wait::None, 0, 0});
  while (rest != 0) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest)), group = 0;
    for (uint32_t i = lane; i < kLanes; ++i)
      if ((rest >> i & 1) != 0 && indices[i] == indices[lane])
        group |= 1u << i;
    if (indices[lane] >= static_cast<uint64_t>(in.imm)) {
      fail(lane, "branch table index " + std::to_string(indices[lane]) + " of " + std::to_string(in.imm));
      return Step::Fault;
    }
    splits.push_back(Split{lists[in.list + indices[lane]], group, Wait::None, 0, 0});
    rest &= ~group;
  }
  splits.erase(splits.begin() + static_cast<ptrdiff_t>(at));
  return Step::Reselect;
}

} // namespace attnc::sim
