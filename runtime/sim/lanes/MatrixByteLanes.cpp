// MatrixByteLanes.cpp - mma.sync of 8-bit elements: s8 and u8 with s32 sums, e4m3 and e5m2 with f32 or f16
// sums.
//
// Integer sums are exact (they wrap, or saturate once with .satfinite). Sums of fp8 products are made in f32,
// k ascending, rounded to nearest; the hardware keeps fewer bits.
#include "runtime/sim/lanes/Fp8.h"

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

/// Bytes of m16n8kK or m8n8k16, row.col: a register holds four neighbours of k. A's registers go over 8 rows
/// each first, then over 16 of k; B's over 16 of k.
template <int M, int K> struct Bytes {
  static constexpr int aRegs = M * K / 128, bRegs = K / 16;
  uint8_t a[M][K];
  uint8_t b[K][8];

  void load(LaneCtx &ctx, const RegRef *list) {
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      uint32_t group = lane / 4, at = lane % 4 * 4;
      for (uint32_t r = 0; r < aRegs; ++r) {
        uint32_t word = regs(ctx, list[r])[lane];
        uint32_t row = M == 8 ? group : group + r % 2 * 8, k = M == 8 ? at : at + r / 2 * 16;
        for (uint32_t i = 0; i < 4; ++i)
          a[row][k + i] = static_cast<uint8_t>(word >> (8 * i));
      }
      for (uint32_t r = 0; r < bRegs; ++r) {
        uint32_t word = regs(ctx, list[aRegs + r])[lane];
        for (uint32_t i = 0; i < 4; ++i)
          b[r * 16 + at + i][group] = static_cast<uint8_t>(word >> (8 * i));
      }
    }
  }
};

/// Element i of a lane's 32-bit accumulator: rows alternate every two elements.
int rowOf(uint32_t lane, int i) { return static_cast<int>(lane / 4) + i / 2 * 8; }
int columnOf(uint32_t lane, int i) { return static_cast<int>(lane % 4) * 2 + i % 2; }

template <class A> int64_t asInt(uint8_t byte) { return static_cast<A>(byte); }

template <class A, class B, int M, int K, bool Sat> bool mmaInt(LaneCtx &ctx, const Inst &in, uint32_t) {
  constexpr int sums = M / 4;
  const RegRef *list = ctx.lists + in.list;
  Bytes<M, K> bytes;
  bytes.load(ctx, list + sums);
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    for (int i = 0; i < sums; ++i) {
      int64_t sum = static_cast<int32_t>(regs(ctx, list[sums + bytes.aRegs + bytes.bRegs + i])[lane]);
      for (int k = 0; k < K; ++k)
        sum += asInt<A>(bytes.a[rowOf(lane, i)][k]) * asInt<B>(bytes.b[k][columnOf(lane, i)]);
      if (Sat)
        sum = sum > 0x7fffffff ? 0x7fffffff : sum < -0x80000000ll ? -0x80000000ll : sum;
      regs(ctx, list[i])[lane] = static_cast<uint32_t>(sum);
    }
  return true;
}

template <class A, class B, int K> void floatSums(LaneCtx &ctx, const RegRef *list, float (*c)[8]) {
  Bytes<16, K> bytes;
  bytes.load(ctx, list);
  float b[K][8];
  for (int k = 0; k < K; ++k)
    for (int j = 0; j < 8; ++j)
      b[k][j] = B::decode(bytes.b[k][j]);
  for (int i = 0; i < 16; ++i)
    for (int k = 0; k < K; ++k) {
      float x = A::decode(bytes.a[i][k]);
      for (int j = 0; j < 8; ++j)
        c[i][j] += x * b[k][j];
    }
}

template <class A, class B, int K> bool mmaFp8(LaneCtx &ctx, const Inst &in, uint32_t) {
  const RegRef *list = ctx.lists + in.list, *sums = list + 4 + Bytes<16, K>::aRegs + Bytes<16, K>::bRegs;
  float c[16][8];
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    for (int i = 0; i < 4; ++i)
      c[rowOf(lane, i)][columnOf(lane, i)] = bitCast<float>(regs(ctx, sums[i])[lane]);
  floatSums<A, B, K>(ctx, list + 4, c);
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    for (int i = 0; i < 4; ++i)
      regs(ctx, list[i])[lane] = bitCast<uint32_t>(c[rowOf(lane, i)][columnOf(lane, i)]);
  return true;
}

template <class A, class B, int K> bool mmaFp8F16(LaneCtx &ctx, const Inst &in, uint32_t) {
  const RegRef *list = ctx.lists + in.list, *sums = list + 2 + Bytes<16, K>::aRegs + Bytes<16, K>::bRegs;
  float c[16][8];
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    for (int i = 0; i < 4; ++i) {
      uint32_t word = regs(ctx, sums[i / 2])[lane];
      c[rowOf(lane, i)][columnOf(lane, i)] = f32FromHalf(F16{static_cast<uint16_t>(word >> (i % 2 * 16))});
    }
  floatSums<A, B, K>(ctx, list + 2, c);
  for (uint32_t lane = 0; lane < kLanes; ++lane)
    for (int i = 0; i < 4; i += 2) {
      F16 low = f16FromFloat(c[rowOf(lane, i)][columnOf(lane, i)]);
      F16 high = f16FromFloat(c[rowOf(lane, i)][columnOf(lane, i + 1)]);
      regs(ctx, list[i / 2])[lane] = static_cast<uint32_t>(high.bits) << 16 | low.bits;
    }
  return true;
}

using s8 = int8_t;
using u8 = uint8_t;

#define INT_SHAPE(A, a, B, b, M, K, shape, ...)                                                              \
  {"mma.sync.aligned." shape ".row.col.s32." a "." b ".s32", &mmaInt<A, B, M, K, false>, {__VA_ARGS__}}, {   \
    "mma.sync.aligned." shape ".row.col.satfinite.s32." a "." b ".s32", &mmaInt<A, B, M, K, true>, {         \
      __VA_ARGS__                                                                                            \
    }                                                                                                        \
  }
#define INT_ROWS(A, a, B, b)                                                                                 \
  INT_SHAPE(A, a, B, b, 8, 16, "m8n8k16", '2', '1', '1', '2'),                                               \
      INT_SHAPE(A, a, B, b, 16, 16, "m16n8k16", '4', '2', '1', '4'),                                         \
      INT_SHAPE(A, a, B, b, 16, 32, "m16n8k32", '4', '4', '2', '4')
#define FP8_ROWS(A, a, B, b)                                                                                 \
  {"mma.sync.aligned.m16n8k32.row.col.f32." a "." b ".f32", &mmaFp8<A, B, 32>, {'4', '4', '2', '4'}},        \
      {"mma.sync.aligned.m16n8k32.row.col.f16." a "." b ".f16", &mmaFp8F16<A, B, 32>, {'2', '4', '2', '2'}}, \
      {"mma.sync.aligned.m16n8k16.row.col.f32." a "." b ".f32", &mmaFp8<A, B, 16>, {'4', '2', '1', '4'}}, {  \
    "mma.sync.aligned.m16n8k16.row.col.f16." a "." b ".f16", &mmaFp8F16<A, B, 16>, { '2', '2', '1', '2' }    \
  }

constexpr LaneRow table[] = {
    INT_ROWS(s8, "s8", s8, "s8"),         INT_ROWS(s8, "s8", u8, "u8"),
    INT_ROWS(u8, "u8", s8, "s8"),         INT_ROWS(u8, "u8", u8, "u8"),
    FP8_ROWS(E4M3, "e4m3", E4M3, "e4m3"), FP8_ROWS(E4M3, "e4m3", E5M2, "e5m2"),
    FP8_ROWS(E5M2, "e5m2", E4M3, "e4m3"), FP8_ROWS(E5M2, "e5m2", E5M2, "e5m2"),
};

} // namespace

LaneRows matrixByteRows() { return {table, sizeof(table) / sizeof(table[0])}; }

} // namespace attnc::sim::ATTNC_SIM_ISA
