// GlobalRaces.cpp - shadow of global memory: cells are mapped lazily, locked by stripes, split into bytes on
// demand.
#include "runtime/sim/check/GlobalRaces.h"

#include <sys/mman.h>

namespace attnc::sim {
namespace {

/// A CTA's number in a cell.
uint32_t ctaOf(const Actor &actor) { return static_cast<uint32_t>(actor.order->cta()) + 1; }

class Lock {
public:
  Lock(std::atomic_flag *flag) : flag(flag) {
    while (flag != nullptr && flag->test_and_set(std::memory_order_acquire)) {
    }
  }
  ~Lock() {
    if (flag != nullptr)
      flag->clear(std::memory_order_release);
  }

private:
  std::atomic_flag *flag;
};

Conflict with(uint32_t cta, const When &when, bool writes) {
  Conflict conflict;
  conflict.found = true;
  conflict.otherWrites = writes;
  conflict.cta = cta - 1;
  conflict.warp = when.warp;
  conflict.pc = when.pc;
  return conflict;
}

} // namespace

GlobalRaces::GlobalRaces(const MemoryMap &memory, bool concurrent)
    : memory(memory), concurrent(concurrent), shadows(memory.size()) {
  for (size_t i = 0; i < memory.size(); ++i) {
    const MemoryRange &range = memory.at(i);
    if (range.readOnly || range.end == range.begin)
      continue;
    size_t cells = (range.end - 1) / kCellBytes - range.begin / kCellBytes + 1;
    void *pages = ::mmap(nullptr, cells * sizeof(Cell), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages != MAP_FAILED)
      shadows[i] = {static_cast<Cell *>(pages), cells * sizeof(Cell)};
  }
}

GlobalRaces::~GlobalRaces() {
  for (const Shadow &shadow : shadows)
    if (shadow.cells != nullptr)
      ::munmap(shadow.cells, shadow.bytes);
}

bool GlobalRaces::ordered(const Actor &actor, uint32_t cta, const When &when) {
  const WarpOrder &order = *actor.order;
  if (cta == ctaOf(actor) && when.warp == order.warp())
    return true;
  if ((actor.memoryOrder & kStrong) != 0 && when.strong != 0) {
    bool everywhere = (actor.memoryOrder & kCtaScope) == 0 && when.strong == 2;
    if (everywhere || cta == ctaOf(actor))
      return true;
  }
  return order.knows(cta - 1, when.warp, when.clock);
}

Conflict GlobalRaces::one(const Actor &actor, Cell &cell, uint16_t mask, bool writes, bool &split) {
  if ((cell.write.mask & mask) != 0 && !ordered(actor, cell.writer, cell.write))
    return with(cell.writer, cell.write, true);
  When now = whenOf(actor, mask);
  uint32_t cta = ctaOf(actor);
  auto same = [&](uint32_t owner, const When &when) {
    return owner == cta && when.warp == now.warp && when.clock == now.clock && when.strong == now.strong;
  };
  if (!writes) {
    // The place of this CTA's own last read, else of the older reader.
    uint32_t slot = cell.readers[1] == cta ? 1 : 0;
    if (slot == 0 && cell.readers[0] != cta && cell.readers[0] != 0) {
      cell.readers[1] = cell.readers[0];
      cell.reads[1] = cell.reads[0];
    } else if (same(cell.readers[slot], cell.reads[slot])) {
      now.mask |= cell.reads[slot].mask;
    }
    cell.readers[slot] = cta;
    cell.reads[slot] = now;
    return {};
  }
  for (uint32_t slot = 0; slot < 2; ++slot)
    if (cell.readers[slot] != 0 && (cell.reads[slot].mask & mask) != 0 &&
        !ordered(actor, cell.readers[slot], cell.reads[slot]))
      return with(cell.readers[slot], cell.reads[slot], false);
  // What stays of an older write must be the same piece of the same warp, else bytes are kept apart.
  if ((cell.write.mask & ~mask) != 0) {
    if (!same(cell.writer, cell.write)) {
      split = true;
      return {};
    }
    now.mask |= cell.write.mask;
  }
  cell.writer = cta;
  cell.write = now;
  return {};
}

Conflict GlobalRaces::chunk(const Actor &actor, Stripe &stripe, Cell &cell, uint16_t mask, bool writes) {
  bool split = false;
  if (cell.split == 0) {
    Conflict conflict = one(actor, cell, mask, writes, split);
    if (!split)
      return conflict;
    Split &bytes = stripe.splits.emplace_back();
    cell.split = static_cast<uint32_t>(stripe.splits.size());
    for (uint32_t byte = 0; byte < kCellBytes; ++byte) {
      Cell &to = bytes.bytes[byte] = cell;
      to.split = 0;
      for (When *when : {&to.write, &to.reads[0], &to.reads[1]})
        when->mask = when->mask >> byte & 1;
    }
  }
  for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
    Cell &byte = stripe.splits[cell.split - 1].bytes[__builtin_ctz(rest)];
    if (Conflict conflict = one(actor, byte, 1, writes, split); conflict.found)
      return conflict;
  }
  return {};
}

Conflict GlobalRaces::access(Actor &actor, const uint64_t *address, uint32_t mask, uint32_t bytes,
                             bool writes) {
  const MemoryRange *range = nullptr;
  const Shadow *shadow = nullptr;
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    if (range == nullptr || address[lane] < range->begin || address[lane] >= range->end) {
      range = memory.find(address[lane]);
      shadow = range == nullptr ? nullptr : &shadows[memory.indexOf(*range)];
    }
    if (shadow == nullptr || shadow->cells == nullptr)
      continue;
    for (uint64_t at = address[lane], end = at + bytes; at < end; at += kCellBytes) {
      Stripe &stripe = stripes[(at >> 10) % kStripes];
      Lock lock(concurrent ? &stripe.busy : nullptr);
      Cell &cell = shadow->cells[at / kCellBytes - range->begin / kCellBytes];
      uint16_t touched = cellMask(at, std::min<uint32_t>(bytes, kCellBytes));
      actor.lane = static_cast<uint8_t>(lane);
      if (Conflict conflict = chunk(actor, stripe, cell, touched, writes); conflict.found)
        return conflict;
    }
  }
  return {};
}

} // namespace attnc::sim
