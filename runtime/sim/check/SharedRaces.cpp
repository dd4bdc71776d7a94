// SharedRaces.cpp - checks of one cell, and cells split into bytes.
#include "runtime/sim/check/SharedRaces.h"

#include <cstring>

namespace attnc::sim {

void SharedRaces::reset(uint32_t bytes, uint32_t warpCount) {
  warps = warpCount;
  size_t count = (bytes + kCellBytes - 1) / kCellBytes;
  cells.assign(count, Cell{});
  reads.assign(count * warps, When{});
}

bool SharedRaces::races(const Actor &actor, const Cell &cell, const When &when, uint16_t mask,
                        Conflict &conflict) {
  const WarpOrder &order = *actor.order;
  uint32_t common = when.mask & mask;
  if (common == 0 || ((actor.memoryOrder & kStrong) != 0 && when.strong != 0))
    return false;
  conflict.lane = cell.lanes[__builtin_ctz(common)];
  if (when.warp != order.warp()) {
    conflict.found = !order.knows(order.cta(), when.warp, when.clock);
  } else if (when.clock == order.clock() && when.pc != actor.pc) {
    for (uint32_t rest = common; rest != 0 && !conflict.found; rest &= rest - 1) {
      conflict.lane = cell.lanes[__builtin_ctz(rest)];
      conflict.found = conflict.sameWarp = conflict.lane != actor.lane;
    }
  }
  conflict.otherWrites = true;
  conflict.warp = when.warp;
  conflict.pc = when.pc;
  return conflict.found;
}

Conflict SharedRaces::one(const Actor &actor, size_t index, uint16_t mask, bool writes, bool &split) {
  Cell &cell = cells[index];
  const WarpOrder &order = *actor.order;
  Conflict conflict;
  if (races(actor, cell, cell.write, mask, conflict) || races(actor, cell, cell.older, mask, conflict))
    return conflict;
  conflict = {};
  When *read = reads.data() + index * warps;
  When now = whenOf(actor, mask);
  if (!writes) {
    When &mine = read[order.warp()];
    if (mine.clock == now.clock && mine.strong == now.strong)
      now.mask |= mine.mask;
    mine = now;
    return conflict;
  }
  for (uint32_t w = 0; w < warps; ++w) {
    bool bothStrong = (actor.memoryOrder & kStrong) != 0 && read[w].strong != 0;
    if ((read[w].mask & mask) == 0 || w == order.warp() || bothStrong ||
        order.knows(order.cta(), w, read[w].clock))
      continue;
    conflict.found = true;
    conflict.warp = w;
    conflict.pc = read[w].pc;
    return conflict;
  }
  // Two pieces fit in a cell, each with its bytes; a third splits it.
  auto same = [&](const When &when) {
    return when.warp == now.warp && when.clock == now.clock && when.strong == now.strong;
  };
  if ((cell.write.mask & ~mask) != 0 && !same(cell.write)) {
    if ((cell.older.mask & ~mask) != 0) {
      split = true;
      return conflict;
    }
    cell.older = cell.write;
  } else {
    now.mask |= cell.write.mask;
  }
  cell.older.mask &= static_cast<uint16_t>(~mask);
  cell.write = now;
  for (uint32_t rest = mask; rest != 0; rest &= rest - 1)
    cell.lanes[__builtin_ctz(rest)] = actor.lane;
  return conflict;
}

void SharedRaces::splitCell(size_t index) {
  size_t first = cells.size();
  cells.resize(first + kCellBytes);
  reads.resize(reads.size() + kCellBytes * warps);
  cells[index].split = static_cast<uint32_t>(first);
  for (uint32_t byte = 0; byte < kCellBytes; ++byte) {
    Cell &to = cells[first + byte];
    to.write = cells[index].write;
    to.older = cells[index].older;
    to.write.mask = to.write.mask >> byte & 1;
    to.older.mask = to.older.mask >> byte & 1;
    to.lanes[0] = cells[index].lanes[byte];
    for (uint32_t w = 0; w < warps; ++w) {
      When &read = reads[(first + byte) * warps + w];
      read = reads[index * warps + w];
      read.mask = read.mask >> byte & 1;
    }
  }
}

Conflict SharedRaces::each(const Actor &actor, size_t index, uint16_t mask, bool writes) {
  bool split = false;
  for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
    size_t byte = cells[index].split + static_cast<size_t>(__builtin_ctz(rest));
    if (Conflict conflict = one(actor, byte, 1, writes, split); conflict.found)
      return conflict;
  }
  return {};
}

} // namespace attnc::sim
