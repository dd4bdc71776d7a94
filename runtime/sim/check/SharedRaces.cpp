// SharedRaces.cpp - checks of one cell, and cells split into bytes.
#include "runtime/sim/check/SharedRaces.h"

namespace attnc::sim {

void SharedRaces::reset(uint32_t bytes, uint32_t warpCount) {
  warps = warpCount;
  size_t count = (bytes + kCellBytes - 1) / kCellBytes;
  hot.assign(count * (1 + warps), When());
  cold.assign(count, Cold());
}

bool SharedRaces::races(const Actor &actor, const Cold &cell, bool isCold, const When &when, uint16_t mask,
                        Conflict &conflict) {
  const WarpOrder &order = *actor.order;
  uint32_t common = when.mask & mask;
  if (common == 0 || ((actor.memoryOrder & kStrong) != 0 && when.strong != 0))
    return false;
  auto laneOf = [&](uint32_t byte) { return isCold ? cell.lanes[byte] : static_cast<uint8_t>(when.lane); };
  conflict.lane = laneOf(static_cast<uint32_t>(__builtin_ctz(common)));
  if (when.warp != order.warp()) {
    conflict.found = !order.knows(order.cta(), when.warp, when.clock);
  } else if (when.clock == order.clock() && when.pc != actor.pc && when.clock != kLastPiece) {
    for (uint32_t rest = common; rest != 0 && !conflict.found; rest &= rest - 1) {
      conflict.lane = laneOf(static_cast<uint32_t>(__builtin_ctz(rest)));
      conflict.found = conflict.sameWarp = conflict.lane != actor.lane;
    }
  }
  conflict.otherWrites = true;
  conflict.warp = when.warp;
  conflict.pc = when.pc;
  return conflict.found;
}

Conflict SharedRaces::one(const Actor &actor, size_t index, uint16_t mask, bool writes, bool &split) {
  Cold &cell = cold[index];
  When *at = hotOf(index), *reads = at + 1;
  bool isCold = at->strong == kCold;
  When last = isCold ? cell.write : *at, older = isCold ? cell.older : When();
  const WarpOrder &order = *actor.order;
  Conflict conflict;
  if (races(actor, cell, isCold, last, mask, conflict) || races(actor, cell, isCold, older, mask, conflict))
    return conflict;
  conflict = {};
  When now(actor, mask);
  if (!writes) {
    When &mine = reads[order.warp()];
    now.mask |= mine.samePiece(now) ? mine.mask : 0;
    mine = now;
    return conflict;
  }
  for (uint32_t w = 0; w < warps; ++w) {
    bool bothStrong = now.strong != 0 && reads[w].strong != 0;
    if ((reads[w].mask & mask) == 0 || w == order.warp() || bothStrong ||
        order.knows(order.cta(), w, reads[w].clock))
      continue;
    conflict.found = true;
    conflict.warp = w;
    conflict.pc = reads[w].pc;
    return conflict;
  }
  // Two pieces fit in a cell, each with its bytes; a third splits it.
  bool keepsLast = (last.mask & ~mask) != 0, merges = keepsLast && last.samePiece(now);
  if (keepsLast && !merges) {
    if ((older.mask & ~mask) != 0) {
      split = true;
      return conflict;
    }
    older = last;
  }
  if (!isCold)
    std::fill(std::begin(cell.lanes), std::end(cell.lanes), static_cast<uint8_t>(last.lane));
  for (uint32_t rest = mask; rest != 0; rest &= rest - 1)
    cell.lanes[__builtin_ctz(rest)] = actor.lane;
  if (merges)
    now.mask |= last.mask;
  older.mask &= static_cast<uint16_t>(~mask);
  *at = now;
  if (older.mask != 0 || merges || actor.lane == kWholeWarp) {
    at->strong = kCold;
    cell.write = now;
    cell.older = older;
  }
  return conflict;
}

void SharedRaces::splitCell(size_t index) {
  size_t first = cold.size();
  cold.resize(first + kCellBytes);
  hot.resize(hot.size() + kCellBytes * (1 + warps));
  When *from = hotOf(index);
  bool isCold = from->strong == kCold;
  for (uint32_t byte = 0; byte < kCellBytes; ++byte) {
    auto part = [&](When when) {
      when.mask = when.mask >> byte & 1;
      return when;
    };
    When *to = hotOf(first + byte);
    to[0] = part(isCold ? cold[index].write : from[0]);
    if (isCold && to[0].mask == 0) // two pieces share no byte
      to[0] = part(cold[index].older);
    for (uint32_t w = 0; w < warps; ++w)
      to[1 + w] = part(from[1 + w]);
    Cold &cell = cold[first + byte];
    cell.lanes[0] = isCold ? cold[index].lanes[byte] : static_cast<uint8_t>(from->lane);
    cell.write = to[0]; // the lane may be the whole warp, which only the cold part can say
    to[0].strong = kCold;
  }
  cold[index].split = static_cast<uint32_t>(first);
  from->strong = kCold;
}

Conflict SharedRaces::slow(const Actor &actor, size_t index, uint16_t mask, bool writes) {
  bool split = false;
  if (cold[index].split == 0) {
    Conflict conflict = one(actor, index, mask, writes, split);
    if (!split)
      return conflict;
    splitCell(index);
  }
  for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
    size_t byte = cold[index].split + static_cast<size_t>(__builtin_ctz(rest));
    if (Conflict conflict = one(actor, byte, 1, writes, split); conflict.found)
      return conflict;
  }
  return {};
}

} // namespace attnc::sim
