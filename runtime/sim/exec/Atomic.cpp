// Atomic.cpp - atom and red on global and shared memory.
//
// Lanes go in lane order. Global memory uses host atomics, because CTAs may run on several host threads.
#include "runtime/sim/exec/Access.h"
#include "runtime/sim/exec/HalfWords.h"
#include "runtime/sim/exec/Races.h"

#include <algorithm>

namespace attnc::sim {
namespace {

template <class F> uint32_t addHalves(uint32_t a, uint32_t b, F isBf16) {
  uint32_t result = 0;
  for (int shift : {0, 16}) {
    float sum = halfToFloat(static_cast<uint16_t>(a >> shift), isBf16) +
                halfToFloat(static_cast<uint16_t>(b >> shift), isBf16);
    result |= static_cast<uint32_t>(floatToHalf(sum, isBf16)) << shift;
  }
  return result;
}

template <class Float, class Bits> Bits addFloat(Bits a, Bits b) {
  if constexpr (sizeof(Float) == sizeof(Bits)) { // the decoder pairs no other widths
    Float x, y;
    std::memcpy(&x, &a, sizeof(x));
    std::memcpy(&y, &b, sizeof(y));
    x += y;
    std::memcpy(&a, &x, sizeof(x));
  }
  return a;
}

template <class Bits, class Signed> Bits combine(AtomOp op, AtomType type, Bits old, Bits value, Bits swap) {
  bool isSigned = type == AtomType::S32 || type == AtomType::S64;
  bool less = isSigned ? static_cast<Signed>(value) < static_cast<Signed>(old) : value < old;
  switch (op) {
  case AtomOp::Add:
    switch (type) {
    case AtomType::F32:
      return addFloat<float>(old, value);
    case AtomType::F64:
      return addFloat<double>(old, value);
    case AtomType::F16x2:
      return static_cast<Bits>(addHalves(static_cast<uint32_t>(old), static_cast<uint32_t>(value), false));
    case AtomType::BF16x2:
      return static_cast<Bits>(addHalves(static_cast<uint32_t>(old), static_cast<uint32_t>(value), true));
    default:
      return old + value;
    }
  case AtomOp::Min:
    return less ? value : old;
  case AtomOp::Max:
    return less ? old : value;
  case AtomOp::And:
    return old & value;
  case AtomOp::Or:
    return old | value;
  case AtomOp::Xor:
    return old ^ value;
  case AtomOp::Exch:
    return value;
  case AtomOp::Cas:
    return old == value ? swap : old;
  case AtomOp::Inc:
    return old >= value ? 0 : old + 1;
  case AtomOp::Dec:
    return old == 0 || old > value ? value : old - 1;
  }
  return old;
}

/// r: d, address, b, c (of cas). a: AtomOp, b: AtomType.
template <Space S, class Bits, class Signed> bool atomicOf(Warp &warp, const Inst &in, uint32_t mask) {
  uint64_t address[kLanes];
  uint8_t *host[kLanes];
  laneAddresses(warp, in, 1, in.imm, address);
  if (!resolve(warp, in, S, AccessKind::Atomic, address, mask, sizeof(Bits), host))
    return false;
  Bits *d = reinterpret_cast<Bits *>(warp.regs(in.r[0]));
  const Bits *value = reinterpret_cast<const Bits *>(warp.regs(in.r[2]));
  const Bits *swap = reinterpret_cast<const Bits *>(warp.regs(in.r[3]));
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    Bits *memory = reinterpret_cast<Bits *>(host[lane]);
    Bits old = __atomic_load_n(memory, __ATOMIC_SEQ_CST), next;
    do
      next = combine<Bits, Signed>(static_cast<AtomOp>(in.a), static_cast<AtomType>(in.b), old, value[lane],
                                   swap[lane]);
    while (!__atomic_compare_exchange_n(memory, &old, next, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    d[lane] = old;
  }
  acquire(warp, in, S, address, mask);
  return true;
}

template <Space S> bool atomicIn(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  AtomType type = static_cast<AtomType>(in.b);
  if (type == AtomType::U64 || type == AtomType::S64 || type == AtomType::F64)
    return atomicOf<S, uint64_t, int64_t>(warp, in, mask);
  return atomicOf<S, uint32_t, int32_t>(warp, in, mask);
}

} // namespace

Handler atomicHandler(Space space) {
  return space == Space::Global   ? atomicIn<Space::Global>
         : space == Space::Shared ? atomicIn<Space::Shared>
                                  : atomicIn<Space::Generic>;
}

} // namespace attnc::sim
