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

Conflict GlobalRaces::one(const Actor &actor, Cell &cell, uint64_t mask, bool writes, bool &split) {
  Conflict conflict;
  auto races = [&](uint32_t cta, const When &when, bool otherWrites) {
    if ((when.mask & mask) == 0 || ordered(actor, cta, when))
      return false;
    conflict.found = true;
    conflict.otherWrites = otherWrites;
    conflict.cta = cta - 1;
    conflict.warp = when.warp;
    conflict.pc = when.pc;
    conflict.mask = when.mask & mask;
    return true;
  };
  if (races(cell.writer, cell.write, true))
    return conflict;
  When now(actor, mask);
  uint32_t cta = ctaOf(actor);
  if (!writes) {
    // The place of this CTA's own last read, else of the older reader.
    uint32_t slot = cell.readers[1] == cta ? 1 : 0;
    if (slot == 0 && cell.readers[0] != cta && cell.readers[0] != 0) {
      cell.readers[1] = cell.readers[0];
      cell.reads[1] = cell.reads[0];
    } else if (cell.readers[slot] == cta && cell.reads[slot].samePiece(now)) {
      now.mask |= cell.reads[slot].mask;
    }
    cell.readers[slot] = cta;
    cell.reads[slot] = now;
    return conflict;
  }
  for (uint32_t slot = 0; slot < 2; ++slot)
    if (races(cell.readers[slot], cell.reads[slot], false))
      return conflict;
  // What stays of an older write must be the same piece of the same warp, else bytes are kept apart.
  if ((cell.write.mask & ~mask) != 0) {
    if (cell.writer != cta || !cell.write.samePiece(now)) {
      split = true;
      return conflict;
    }
    now.mask |= cell.write.mask;
  }
  cell.writer = cta;
  cell.write = now;
  return conflict;
}

Conflict GlobalRaces::line(const Actor &actor, const MemoryRange &range, uint64_t number, uint64_t mask,
                           bool writes) {
  const Shadow &shadow = shadows[memory.indexOf(range)];
  if (shadow.cells == nullptr)
    return {};
  Stripe &stripe = stripes[number / 16 % kStripes];
  Lock lock(concurrent ? &stripe.busy : nullptr);
  Cell &cell = shadow.cells[number - range.begin / kCellBytes];
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
  for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    uint32_t byte = static_cast<uint32_t>(__builtin_ctzll(rest));
    Conflict conflict = one(actor, stripe.splits[cell.split - 1].bytes[byte], 1, writes, split);
    if (conflict.found) {
      conflict.mask = uint64_t(1) << byte;
      return conflict;
    }
  }
  return {};
}

Conflict GlobalRaces::access(Actor &actor, const uint64_t *address, uint32_t mask, uint32_t bytes,
                             bool writes) {
  const MemoryRange *range = nullptr;
  uint64_t ofOne = bytes < 64 ? (uint64_t(1) << bytes) - 1 : ~uint64_t(0);
  // Neighbouring lanes are mostly in one cell: each run of them is one look.
  for (uint32_t lanes = mask; lanes != 0;) {
    uint64_t first = address[__builtin_ctz(lanes)], number = first / kCellBytes, touched = 0;
    if (range == nullptr || first < range->begin || first >= range->end)
      range = memory.find(first);
    uint32_t run = lanes;
    for (; lanes != 0; lanes &= lanes - 1) {
      uint64_t at = address[__builtin_ctz(lanes)];
      if (at / kCellBytes != number || at < range->begin || at >= range->end)
        break;
      touched |= ofOne << at % kCellBytes;
    }
    Conflict conflict = line(actor, *range, number, touched, writes);
    if (!conflict.found)
      continue;
    for (run &= ~lanes; run != 0; run &= run - 1) {
      actor.lane = static_cast<uint8_t>(__builtin_ctz(run));
      if ((ofOne << address[actor.lane] % kCellBytes & conflict.mask) != 0)
        return conflict;
    }
    return conflict;
  }
  return {};
}

} // namespace attnc::sim
