// LaneOps.h - turns a lambda over scalars into a handler over 32 lanes.
//
// Private to runtime/sim/lanes. The lambda must not trap on any input: masked-off lanes are computed too.
#pragma once

#include "runtime/sim/lanes/Lanes.h"

/// Iterations of the next loop do not depend on each other.
#ifdef __clang__
#define ATTNC_SIM_IVDEP // the counterpart warns where it does not apply
#else
#define ATTNC_SIM_IVDEP _Pragma("GCC ivdep")
#endif

namespace attnc::sim::ATTNC_SIM_ISA {

/// Raw 16-bit float payloads; a distinct type each, so that overloads and names cannot mix them up.
struct F16 {
  uint16_t bits;
};
struct BF16 {
  uint16_t bits;
};

alignas(64) inline constexpr uint32_t kLaneBit[kLanes] = {
    1u << 0,  1u << 1,  1u << 2,  1u << 3,  1u << 4,  1u << 5,  1u << 6,  1u << 7,
    1u << 8,  1u << 9,  1u << 10, 1u << 11, 1u << 12, 1u << 13, 1u << 14, 1u << 15,
    1u << 16, 1u << 17, 1u << 18, 1u << 19, 1u << 20, 1u << 21, 1u << 22, 1u << 23,
    1u << 24, 1u << 25, 1u << 26, 1u << 27, 1u << 28, 1u << 29, 1u << 30, 1u << 31};

static inline uint32_t *regs(LaneCtx &ctx, RegRef ref) {
  return ctx.bank[ref >> 31] + static_cast<size_t>(ref & ~kConstantBank) * kLanes;
}
static inline uint32_t pred(const LaneCtx &ctx, RegRef ref) { return ctx.preds[ref >> 1] ^ (0u - (ref & 1)); }
static inline void setPred(LaneCtx &ctx, RegRef ref, uint32_t mask, uint32_t value) {
  uint32_t &word = ctx.preds[ref >> 1];
  word = (word & ~mask) | (value & mask);
}

/// How a scalar of type T lives in a register: Cell is the lane array's element.
template <class T> struct Lane {
  using Cell = T;
  static T get(Cell cell) { return cell; }
  static Cell put(T value) { return value; }
  static constexpr char code = sizeof(T) == 8 ? 'd' : 'w';
};
template <class T, char Code> struct NarrowLane {
  using Cell = uint32_t;
  static T get(Cell cell) { return static_cast<T>(cell); }
  static Cell put(T value) { return static_cast<Cell>(value); }
  static constexpr char code = Code;
};
template <> struct Lane<uint8_t> : NarrowLane<uint8_t, 'b'> {};
template <> struct Lane<int8_t> : NarrowLane<int8_t, 'b'> {};
template <> struct Lane<uint16_t> : NarrowLane<uint16_t, 'h'> {};
template <> struct Lane<int16_t> : NarrowLane<int16_t, 'h'> {};
template <class T> struct HalfLane {
  using Cell = uint32_t;
  static T get(Cell cell) { return {static_cast<uint16_t>(cell)}; }
  static Cell put(T value) { return value.bits; }
  static constexpr char code = 'h';
};
template <> struct Lane<F16> : HalfLane<F16> {};
template <> struct Lane<BF16> : HalfLane<BF16> {};

/// A source operand of a handler: an array, or the bits of a predicate.
template <class T> struct Source {
  const typename Lane<T>::Cell *cells;
  Source(LaneCtx &ctx, RegRef ref)
      : cells(reinterpret_cast<const typename Lane<T>::Cell *>(regs(ctx, ref))) {}
  T at(uint32_t lane) const { return Lane<T>::get(cells[lane]); }
  static constexpr char code = Lane<T>::code;
};
template <> struct Source<bool> {
  uint32_t word;
  Source(LaneCtx &ctx, RegRef ref) : word(pred(ctx, ref)) {}
  bool at(uint32_t lane) const { return (word & kLaneBit[lane]) != 0; }
  static constexpr char code = 'p';
};

template <uint32_t... I> struct Indices {};
template <uint32_t N, uint32_t... I> struct MakeIndices : MakeIndices<N - 1, N - 1, I...> {};
template <uint32_t... I> struct MakeIndices<0, I...> { using Type = Indices<I...>; };

template <class F, class R, class... S> struct Elementwise {
  template <uint32_t... I> static bool apply(LaneCtx &ctx, const Inst &in, uint32_t mask, Indices<I...>) {
    using Cell = typename Lane<R>::Cell;
    Cell *out = reinterpret_cast<Cell *>(regs(ctx, in.r[0]));
    return loop(out, mask, Source<S>(ctx, in.r[I + 1])...);
  }
  // ivdep: the destination may be one of the sources, but then it is the same lane.
  static bool loop(typename Lane<R>::Cell *out, uint32_t mask, Source<S>... sources) {
    if (mask == kFullMask) {
      ATTNC_SIM_IVDEP
      for (uint32_t i = 0; i < kLanes; ++i)
        out[i] = Lane<R>::put(F{}(sources.at(i)...));
    } else {
      ATTNC_SIM_IVDEP
      for (uint32_t i = 0; i < kLanes; ++i) {
        auto value = Lane<R>::put(F{}(sources.at(i)...));
        out[i] = (mask & kLaneBit[i]) != 0 ? value : out[i];
      }
    }
    return true;
  }
  static bool run(LaneCtx &ctx, const Inst &in, uint32_t mask) {
    return apply(ctx, in, mask, typename MakeIndices<sizeof...(S)>::Type{});
  }
  static constexpr LaneRow row(const char *name) {
    LaneRow result{name, &run, {Lane<R>::code, '='}};
    const char codes[] = {Source<S>::code...};
    for (size_t i = 0; i < sizeof...(S); ++i)
      result.operands[i + 2] = codes[i];
    return result;
  }
};

/// Comparisons: p|q = cmp(a, b) OP c. r = {p, q, a, b, c}, a = BoolOp.
template <class F, class A> struct Compare {
  static bool run(LaneCtx &ctx, const Inst &in, uint32_t mask) {
    Source<A> x(ctx, in.r[2]), y(ctx, in.r[3]);
    uint32_t bits = 0;
    for (uint32_t i = 0; i < kLanes; ++i)
      bits |= F{}(x.at(i), y.at(i)) ? kLaneBit[i] : 0;
    uint32_t c = pred(ctx, in.r[4]);
    setPred(ctx, in.r[0], mask, combine(static_cast<BoolOp>(in.a), bits, c));
    setPred(ctx, in.r[1], mask, combine(static_cast<BoolOp>(in.a), ~bits, c));
    return true;
  }
  static uint32_t combine(BoolOp op, uint32_t bits, uint32_t c) {
    switch (op) {
    case BoolOp::None:
      return bits;
    case BoolOp::And:
      return bits & c;
    case BoolOp::Or:
      return bits | c;
    case BoolOp::Xor:
      return bits ^ c;
    }
    return bits;
  }
  static constexpr LaneRow row(const char *name) { return {name, &run, {'c', '=', Lane<A>::code}}; }
};

template <class F, class Call> struct Deduce;
template <class F, class R, class... S> struct Deduce<F, R (F::*)(S...) const> {
  static constexpr LaneRow row(const char *name) { return Elementwise<F, R, S...>::row(name); }
};
template <class F, class A> struct Deduce<F, bool (F::*)(A, A) const> {
  static constexpr LaneRow row(const char *name) { return Compare<F, A>::row(name); }
};

/// A row whose operand types are the lambda's: row("add.f32", [](float a, float b) { return a + b; }).
template <class F> constexpr LaneRow row(const char *name, F) {
  return Deduce<F, decltype(&F::operator())>::row(name);
}

template <class T, class U> static inline T bitCast(U value) {
  static_assert(sizeof(T) == sizeof(U));
  T result;
  __builtin_memcpy(&result, &value, sizeof(T));
  return result;
}

} // namespace attnc::sim::ATTNC_SIM_ISA
