// Carry.cpp - extended-precision integer arithmetic: add.cc, addc, sub.cc, subc, mad.cc, madc.
//
// The condition code register is predicate kPredCarry: one carry bit a lane. A borrow is a carry that is set.
#include "runtime/sim/exec/Warp.h"

namespace attnc::sim {
namespace {

__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 s128;

template <class U> U product(CarryOp op, bool isSigned, U a, U b) {
  if (op == CarryOp::MadLo)
    return a * b;
  if constexpr (sizeof(U) == 8)
    return isSigned
               ? static_cast<U>(static_cast<s128>(static_cast<int64_t>(a)) * static_cast<int64_t>(b) >> 64)
               : static_cast<U>(static_cast<u128>(a) * b >> 64);
  else
    return isSigned
               ? static_cast<U>(static_cast<int64_t>(static_cast<int32_t>(a)) * static_cast<int32_t>(b) >> 32)
               : static_cast<U>(static_cast<uint64_t>(a) * b >> 32);
}

template <class U> uint32_t run(Warp &warp, const Inst &in, uint32_t mask) {
  U *d = reinterpret_cast<U *>(warp.regs(in.r[0]));
  const U *a = reinterpret_cast<const U *>(warp.regs(in.r[1]));
  const U *b = reinterpret_cast<const U *>(warp.regs(in.r[2]));
  const U *c = reinterpret_cast<const U *>(warp.regs(in.r[3]));
  CarryOp op = static_cast<CarryOp>(in.a);
  uint32_t carryIn = (in.b & kCarryIn) != 0 ? warp.pred(kPredCarry) : 0, carryOut = 0;
  for (uint32_t lane = 0; lane < kLanes; ++lane) {
    if ((mask >> lane & 1) == 0)
      continue;
    U x = a[lane], y = b[lane], carried = carryIn >> lane & 1, sum, total;
    bool over;
    if (op == CarryOp::Sub) {
      over = __builtin_sub_overflow(x, y, &sum);
      over |= __builtin_sub_overflow(sum, carried, &total);
    } else {
      if (op != CarryOp::Add) {
        x = product<U>(op, (in.b & kCarrySigned) != 0, x, y);
        y = c[lane];
      }
      over = __builtin_add_overflow(x, y, &sum);
      over |= __builtin_add_overflow(sum, carried, &total);
    }
    d[lane] = total;
    carryOut |= over ? 1u << lane : 0;
  }
  return carryOut;
}

} // namespace

bool carryArithmetic(LaneCtx &ctx, const Inst &in, uint32_t mask) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint32_t carry = in.c ? run<uint64_t>(warp, in, mask) : run<uint32_t>(warp, in, mask);
  if ((in.b & kCarryOut) != 0)
    warp.setPred(kPredCarry, mask, carry);
  return true;
}

} // namespace attnc::sim
