// Parking.cpp - collectives and divergence: a split waits until the lanes it needs are where it is.
#include "runtime/sim/exec/Cta.h"

#include <sstream>

namespace attnc::sim {

static uint32_t firstLane(uint32_t mask) { return static_cast<uint32_t>(__builtin_ctz(mask)); }

/// Lanes of `rest` that name the same member mask as its first lane.
static uint32_t memberGroup(const uint32_t *members, uint32_t rest) {
  uint32_t group = 0, value = members[firstLane(rest)];
  for (uint32_t i = 0; i < kLanes; ++i)
    if ((rest >> i & 1) != 0 && members[i] == value)
      group |= 1u << i;
  return group;
}

bool Warp::groupsComplete(const Inst &in, uint32_t active) {
  if (in.member == 0)
    return active == alive;
  const uint32_t *members = regs(in.member);
  for (uint32_t rest = active; rest != 0;) {
    uint32_t group = memberGroup(members, rest);
    if ((members[firstLane(rest)] & alive & ~group) != 0)
      return false;
    rest &= ~group;
  }
  return true;
}

Warp::Step Warp::collective(const Inst &in, size_t at, uint32_t &pc, uint32_t active) {
  if (in.member == 0) {
    if (active != alive) {
      splits[at].wait = Wait::Collective;
      return Step::Reselect;
    }
    if (!in.fn(*this, in, active))
      return Step::Fault;
    ++pc;
    return Step::Continue;
  }
  const uint32_t *members = regs(in.member);
  for (uint32_t lanes = active; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = firstLane(lanes);
    if ((members[lane] >> lane & 1) == 0) {
      std::ostringstream text;
      text << "the executing lane is not in its member mask 0x" << std::hex << members[lane];
      fail(lane, text.str());
      return Step::Fault;
    }
  }
  if (!groupsComplete(in, active)) {
    splits[at].wait = Wait::Collective;
    return Step::Reselect;
  }
  for (uint32_t rest = active; rest != 0;) {
    uint32_t group = memberGroup(members, rest);
    rest &= ~group;
    if (!in.fn(*this, in, group))
      return Step::Fault;
  }
  ++pc;
  return Step::Continue;
}

/// bar.warp.sync may be reached at different instructions, as long as the member masks agree.
Warp::Step Warp::warpSync(const Inst &in, size_t at, uint32_t &pc, uint32_t active) {
  const uint32_t *members = regs(in.member);
  uint32_t member = members[firstLane(active)];
  if ((active & ~member) != 0 || memberGroup(members, active) != active) {
    fail(firstLane(active), "expected one member mask that holds every executing lane");
    return Step::Fault;
  }
  uint32_t rest = splits[at].mask & ~active;
  if (active == (member & alive) && rest == 0) {
    order.step();
    ++pc;
    return Step::Continue;
  }
  if (rest != 0)
    splits.push_back(Split{pc + 1, rest, Wait::None, 0, 0});
  splits[at].mask = active;
  splits[at].wait = Wait::WarpSync;
  splits[at].member = member;
  releaseWarpSync();
  return Step::Reselect;
}

bool Warp::releaseWarpSync() {
  bool any = false;
  for (size_t i = 0; i < splits.size(); ++i) {
    if (splits[i].wait != Wait::WarpSync)
      continue;
    uint32_t member = splits[i].member, arrived = 0;
    for (const Split &split : splits)
      if (split.wait == Wait::WarpSync && split.member == member)
        arrived |= split.mask;
    if ((member & alive & ~arrived) != 0)
      continue;
    for (Split &split : splits)
      if (split.wait == Wait::WarpSync && split.member == member) {
        split.wait = Wait::None;
        ++split.pc;
        order.step();
        any = true;
      }
  }
  return any;
}

/// Nothing runs. Lanes may have exited since a split parked, so look again; if all wait for lanes that cannot
/// come, that is the fault. True if something can run now.
bool Warp::recheckParked() {
  bool any = releaseWarpSync(), inBarrier = false;
  for (Split &split : splits) {
    if (split.wait == Wait::Barrier)
      inBarrier = true;
    if (split.wait != Wait::Collective)
      continue;
    const Inst &in = kernel->code[split.pc];
    if (groupsComplete(in, split.mask & pred(in.guard))) {
      split.wait = Wait::None;
      any = true;
    }
  }
  if (any || inBarrier)
    return any;
  std::ostringstream text;
  const Split &first = splits.front();
  text << (kernel->code[first.pc].flow == Flow::Barrier ? "divergent barrier" : "divergent collective")
       << ": not every lane that it needs can arrive";
  for (const Split &split : splits)
    text << "; lanes 0x" << std::hex << split.mask << std::dec << " wait at PTX line "
         << kernel->line(split.pc);
  fail(firstLane(first.mask), text.str());
  faultPc = first.pc;
  return false;
}

} // namespace attnc::sim
