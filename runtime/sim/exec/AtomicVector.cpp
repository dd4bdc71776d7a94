// AtomicVector.cpp - atom and red of 16-bit elements and of vectors: each element is atomic, the vector is
// not.
#include "runtime/sim/exec/Access.h"
#include "runtime/sim/exec/HalfWords.h"
#include "runtime/sim/exec/Races.h"

namespace attnc::sim {
namespace {

float combineFloats(AtomOp op, float old, float value) {
  if (op == AtomOp::Add)
    return old + value;
  if (value != value || old != old)
    return value != value ? old : value;
  return (op == AtomOp::Min) == (value < old) ? value : old;
}

uint32_t combine(AtomOp op, AtomElement type, uint32_t old, uint32_t value, uint32_t swap) {
  bool isBf16 = type == AtomElement::BF16 || type == AtomElement::BF16x2;
  switch (type) {
  case AtomElement::B16:
    return old == value ? swap : old;
  case AtomElement::F32: {
    float x, y;
    std::memcpy(&x, &old, sizeof(x));
    std::memcpy(&y, &value, sizeof(y));
    x = combineFloats(op, x, y);
    std::memcpy(&old, &x, sizeof(x));
    return old;
  }
  case AtomElement::F16:
  case AtomElement::BF16:
  case AtomElement::F16x2:
  case AtomElement::BF16x2:
    break;
  }
  uint32_t result = 0;
  int bits = type == AtomElement::F16 || type == AtomElement::BF16 ? 16 : 32;
  for (int shift = 0; shift < bits; shift += 16) {
    float sum = combineFloats(op, halfToFloat(static_cast<uint16_t>(old >> shift), isBf16),
                              halfToFloat(static_cast<uint16_t>(value >> shift), isBf16));
    result |= static_cast<uint32_t>(floatToHalf(sum, isBf16)) << shift;
  }
  return result;
}

/// Word is what one element takes in memory.
template <class Word>
uint32_t exchange(uint8_t *at, AtomOp op, AtomElement type, uint32_t value, uint32_t swap) {
  Word *memory = reinterpret_cast<Word *>(at);
  Word old = __atomic_load_n(memory, __ATOMIC_SEQ_CST), next;
  do
    next = static_cast<Word>(combine(op, type, old, value, swap));
  while (!__atomic_compare_exchange_n(memory, &old, next, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
  return old;
}

/// r[1]: address, r[4]: elements, r[5]: c of cas. list: results, then sources. a: AtomOp, b: AtomElement.
template <Space S> bool atomicVector(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  AtomElement type = static_cast<AtomElement>(in.b);
  bool narrow = type == AtomElement::F16 || type == AtomElement::BF16 || type == AtomElement::B16;
  uint32_t size = narrow ? 2 : 4, count = in.r[4];
  uint64_t address[kLanes];
  uint8_t *host[kLanes];
  laneAddresses(warp, in, 1, in.imm, address);
  if (!resolve(warp, in, S, AccessKind::Atomic, address, mask, size * count, host))
    return false;
  for (uint32_t lane = 0; lane < kLanes; ++lane) {
    if ((mask >> lane & 1) == 0)
      continue;
    uint32_t old[8];
    for (uint32_t i = 0; i < count; ++i) {
      uint32_t value = warp.regs(ctx.lists[in.list + count + i])[lane];
      uint32_t swap = warp.regs(in.r[5])[lane];
      AtomOp op = static_cast<AtomOp>(in.a);
      old[i] = narrow ? exchange<uint16_t>(host[lane] + i * size, op, type, value, swap)
                      : exchange<uint32_t>(host[lane] + i * size, op, type, value, swap);
    }
    for (uint32_t i = 0; i < count; ++i)
      warp.regs(ctx.lists[in.list + i])[lane] = old[i];
  }
  acquire(warp, in, S, address, mask);
  return true;
}

} // namespace

Handler atomicVectorHandler(Space space) {
  return space == Space::Global   ? atomicVector<Space::Global>
         : space == Space::Shared ? atomicVector<Space::Shared>
                                  : atomicVector<Space::Generic>;
}

} // namespace attnc::sim
