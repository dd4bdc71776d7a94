// Memory.cpp - ld and st: lane addresses, checks (exec/Access.cpp), then the move.
#include "runtime/sim/exec/Access.h"
#include "runtime/sim/exec/Races.h"

#include <cstring>

namespace attnc::sim {
namespace {

/// T as stored in memory, Cell as a register's lane. a: vector length; list: registers.
template <Space S, class T, class Cell> bool load(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint64_t address[kLanes];
  uint8_t *host[kLanes];
  laneAddresses(warp, in, 1, in.imm, address);
  if (!resolve(warp, in, S, AccessKind::Read, address, mask, static_cast<uint32_t>(sizeof(T)) * in.a, host))
    return false;
  for (uint32_t v = 0; v < in.a; ++v) {
    Cell *cells = reinterpret_cast<Cell *>(warp.regs(ctx.lists[in.list + v]));
    for (uint32_t i = 0; i < kLanes; ++i) {
      if ((mask >> i & 1) == 0)
        continue;
      T value;
      std::memcpy(&value, host[i] + v * sizeof(T), sizeof(T));
      cells[i] = static_cast<Cell>(value);
    }
  }
  acquire(warp, in, S, address, mask);
  return true;
}

/// Two lanes of one store wrote different values to one place: which of them stays is open.
template <class T, class Cell>
bool lanesAgree(Warp &warp, const Inst &in, const uint64_t *address, uint8_t *const *host, uint32_t mask) {
  if (!warp.shared->isChecked())
    return true;
  for (uint32_t v = 0; v < in.a; ++v) {
    const Cell *cells = reinterpret_cast<const Cell *>(warp.regs(warp.lists[in.list + v]));
    for (uint32_t i = 0; i < kLanes; ++i) {
      T value = static_cast<T>(cells[i]);
      if ((mask >> i & 1) != 0 && std::memcmp(host[i] + v * sizeof(T), &value, sizeof(T)) != 0)
        return badAccess(warp, i, "shared write", static_cast<uint32_t>(sizeof(T)) * in.a,
                         describeShared(warp, address[i]),
                         "another lane writes another value there with the same instruction");
    }
  }
  return true;
}

template <Space S, class T, class Cell> bool store(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint64_t address[kLanes];
  uint8_t *host[kLanes];
  laneAddresses(warp, in, 1, in.imm, address);
  if (!resolve(warp, in, S, AccessKind::Write, address, mask, static_cast<uint32_t>(sizeof(T)) * in.a, host))
    return false;
  for (uint32_t v = 0; v < in.a; ++v) {
    const Cell *cells = reinterpret_cast<const Cell *>(warp.regs(ctx.lists[in.list + v]));
    for (uint32_t i = 0; i < kLanes; ++i) {
      if ((mask >> i & 1) == 0)
        continue;
      T value = static_cast<T>(cells[i]);
      std::memcpy(host[i] + v * sizeof(T), &value, sizeof(T));
    }
  }
  return S != Space::Shared || (in.order & kStrong) != 0 ||
         lanesAgree<T, Cell>(warp, in, address, host, mask);
}

template <Space S> Handler pickLoad(int bits, bool isSigned, int regBits) {
  bool wide = regBits == 64;
  switch (bits) {
  case 8:
    if (isSigned)
      return wide ? load<S, int8_t, int64_t> : load<S, int8_t, int32_t>;
    return wide ? load<S, uint8_t, uint64_t> : load<S, uint8_t, uint32_t>;
  case 16:
    if (isSigned)
      return wide ? load<S, int16_t, int64_t> : load<S, int16_t, int32_t>;
    return wide ? load<S, uint16_t, uint64_t> : load<S, uint16_t, uint32_t>;
  case 32:
    if (isSigned && wide)
      return load<S, int32_t, int64_t>;
    return wide ? load<S, uint32_t, uint64_t> : load<S, uint32_t, uint32_t>;
  default:
    return load<S, uint64_t, uint64_t>;
  }
}

template <Space S> Handler pickStore(int bits, int regBits) {
  bool wide = regBits == 64;
  switch (bits) {
  case 8:
    return wide ? store<S, uint8_t, uint64_t> : store<S, uint8_t, uint32_t>;
  case 16:
    return wide ? store<S, uint16_t, uint64_t> : store<S, uint16_t, uint32_t>;
  case 32:
    return wide ? store<S, uint32_t, uint64_t> : store<S, uint32_t, uint32_t>;
  default:
    return store<S, uint64_t, uint64_t>;
  }
}

} // namespace

Handler loadHandler(Space space, int bits, bool isSigned, int regBits) {
  switch (space) {
  case Space::Generic:
    return pickLoad<Space::Generic>(bits, isSigned, regBits);
  case Space::Param:
    return pickLoad<Space::Param>(bits, isSigned, regBits);
  case Space::Global:
  case Space::Const:
    return pickLoad<Space::Global>(bits, isSigned, regBits);
  case Space::Shared:
    return pickLoad<Space::Shared>(bits, isSigned, regBits);
  case Space::Local:
    return pickLoad<Space::Local>(bits, isSigned, regBits);
  }
  return nullptr;
}

Handler storeHandler(Space space, int bits, int regBits) {
  switch (space) {
  case Space::Global:
    return pickStore<Space::Global>(bits, regBits);
  case Space::Shared:
    return pickStore<Space::Shared>(bits, regBits);
  case Space::Local:
    return pickStore<Space::Local>(bits, regBits);
  case Space::Generic:
  case Space::Param:
  case Space::Const:
    break;
  }
  return pickStore<Space::Generic>(bits, regBits);
}

} // namespace attnc::sim
