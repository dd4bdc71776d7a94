// Races.cpp - race reports, and what strong accesses publish and acquire.
#include "runtime/sim/exec/Races.h"

#include "runtime/sim/exec/Cta.h"

#include <sstream>

namespace attnc::sim {
namespace {

bool report(Warp &warp, uint32_t lane, bool shared, AccessKind kind, uint32_t bytes, const std::string &where,
            const Conflict &other) {
  static constexpr const char *names[] = {"read", "write", "atomic"};
  const Kernel &kernel = *warp.kernel;
  std::ostringstream text;
  text << (shared ? "shared-memory race: " : "global-memory race: ") << names[static_cast<int>(kind)]
       << " of " << bytes << (bytes == 1 ? " byte at " : " bytes at ") << where << ", which ";
  bool otherCta = !shared && other.cta != warp.order.cta();
  if (otherCta)
    text << "CTA " << warp.cta->place(other.cta) << ", ";
  if (other.sameWarp)
    text << "lane " << other.lane << " of the same warp";
  else
    text << "warp " << other.warp;
  if (!other.sameWarp && other.lane != kWholeWarp)
    text << ", lane " << other.lane;
  text << (other.otherWrites ? " wrote" : " read") << " at PTX line " << kernel.line(other.pc);
  if (other.pc < kernel.function->body.size())
    text << " (" << kernel.function->body[other.pc].text() << ")";
  text << "; ";
  if (otherCta)
    text << "no release and acquire order the two";
  else if (other.sameWarp)
    text << "no bar.warp.sync or barrier orders the two";
  else
    text << "no barrier orders the two";
  warp.faultOther = other;
  if (!otherCta)
    warp.faultOther.cta = warp.order.cta();
  return warp.fail(lane, text.str());
}

/// The variables of a space that addresses of it synchronise on.
SyncTable *tableOf(Warp &warp, Space space) {
  return space == Space::Shared ? &warp.shared->sync : space == Space::Local ? nullptr : &warp.races->sync;
}

void publish(Warp &warp, const Inst &in, AccessKind kind, SyncTable &table, uint64_t address) {
  if ((in.order & kStrong) != 0 && kind != AccessKind::Read)
    table.at(address, [&](SyncVariable &variable) {
      warp.order.write(variable, in.order, kind == AccessKind::Write);
    });
}

} // namespace

bool checkGlobalRaces(Warp &warp, const Inst &in, AccessKind kind, const uint64_t *address, uint32_t mask,
                      uint32_t bytes) {
  if (warp.races == nullptr)
    return true;
  Actor actor{&warp.order, warp.pcOf(in), in.order, 0};
  Conflict other = warp.races->access(actor, address, mask, bytes, kind != AccessKind::Read);
  if (other.found)
    return report(warp, actor.lane, false, kind, bytes, warp.global->describe(address[actor.lane]), other);
  if ((in.order & kStrong) != 0)
    for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1)
      publish(warp, in, kind, warp.races->sync, address[__builtin_ctz(lanes)]);
  return true;
}

bool checkSharedRaces(Warp &warp, const Inst &in, AccessKind kind, const uint32_t *address, uint32_t mask,
                      uint32_t bytes) {
  if (!warp.shared->isChecked())
    return true;
  // What ldmatrix and stmatrix move at one lane's address is the whole warp's.
  bool whole = in.flow == Flow::Collective;
  Actor actor{&warp.order, warp.pcOf(in), in.order, kWholeWarp};
  Conflict other;
  bool publishes = (in.order & kStrong) != 0 && kind != AccessKind::Read;
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    if (!whole)
      actor.lane = static_cast<uint8_t>(lane);
    if (!warp.shared->races.access(actor, address[lane] - kSharedBase, bytes, kind != AccessKind::Read,
                                   other))
      return report(warp, lane, true, kind, bytes, describeShared(warp, address[lane]), other);
    if (publishes)
      publish(warp, in, kind, warp.shared->sync, address[lane]);
  }
  return true;
}

void acquire(Warp &warp, const Inst &in, Space space, const uint64_t *address, uint32_t mask) {
  if (warp.races == nullptr || (in.order & kStrong) == 0)
    return;
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    uint64_t at = address[__builtin_ctz(lanes)];
    Space meant = space;
    if (space == Space::Generic) {
      uint64_t window = at & kWindowMask;
      meant = window == kSharedWindow ? Space::Shared : window == kLocalWindow ? Space::Local : Space::Global;
      at -= window;
    }
    if (SyncTable *table = tableOf(warp, meant))
      table->at(at, [&](const SyncVariable &variable) { warp.order.read(variable, in.order); });
  }
}

} // namespace attnc::sim
