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

Conflict SharedRaces::one(const Actor &actor, size_t index, uint16_t mask, bool writes, bool &split) {
  Cell &cell = cells[index];
  const WarpOrder &order = *actor.order;
  bool strong = (actor.memoryOrder & kStrong) != 0;
  Conflict conflict;
  if ((cell.write.mask & mask) != 0 && !(strong && cell.write.strong != 0)) {
    const When &write = cell.write;
    uint8_t lane = cell.lanes[__builtin_ctz(write.mask & mask)];
    if (write.warp != order.warp()) {
      conflict.found = !order.knows(order.cta(), write.warp, write.clock);
    } else if (write.clock == order.clock()) {
      for (uint32_t rest = write.mask & mask; rest != 0; rest &= rest - 1)
        if (cell.lanes[__builtin_ctz(rest)] != actor.lane && write.pc != actor.pc) {
          lane = cell.lanes[__builtin_ctz(rest)];
          conflict.found = conflict.sameWarp = true;
          break;
        }
    }
    if (conflict.found) {
      conflict.otherWrites = true;
      conflict.warp = write.warp;
      conflict.lane = lane;
      conflict.pc = write.pc;
      return conflict;
    }
  }
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
    if ((read[w].mask & mask) == 0 || w == order.warp() || (strong && read[w].strong != 0) ||
        order.knows(order.cta(), w, read[w].clock))
      continue;
    conflict.found = true;
    conflict.warp = w;
    conflict.pc = read[w].pc;
    return conflict;
  }
  // What stays of an older write must be the same piece of the same warp, else bytes are kept apart.
  if ((cell.write.mask & ~mask) != 0) {
    if (cell.write.warp != now.warp || cell.write.clock != now.clock || cell.write.strong != now.strong) {
      split = true;
      return conflict;
    }
    now.mask |= cell.write.mask;
  }
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
    to.write.mask = to.write.mask >> byte & 1;
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
