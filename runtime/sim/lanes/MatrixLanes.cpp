// MatrixLanes.cpp - mma.sync: fragments to matrices, multiply, back to fragments.
//
// Products are exact; sums are made in f32, k ascending, rounded to nearest. The hardware sums in another
// order with truncation, so results agree within accumulation error, not bit for bit.
#include "runtime/sim/lanes/FloatMath.h"

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

typedef float Row __attribute__((vector_size(32)));

/// Eight consecutive 16-bit elements as floats.
template <class H> void widen(const uint16_t *from, void *to) {
#ifdef __F16C__
  if constexpr (__is_same(H, F16)) {
    __m256 wide = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
    __builtin_memcpy(to, &wide, sizeof(wide));
    return;
  }
#endif
  float wide[8];
  for (int i = 0; i < 8; ++i)
    wide[i] = f32FromHalf(H{from[i]});
  __builtin_memcpy(to, wide, sizeof(wide));
}

/// to[c][r] = from[r][c] of an 8x8 matrix.
void transpose(const uint32_t *from, uint16_t *to) {
  const __m128i *in = reinterpret_cast<const __m128i *>(from);
  __m128i a[8], b[8];
  for (int i = 0; i < 8; ++i)
    a[i] = _mm_loadu_si128(in + i);
  for (int i = 0; i < 4; ++i) {
    b[2 * i] = _mm_unpacklo_epi16(a[i], a[i + 4]);
    b[2 * i + 1] = _mm_unpackhi_epi16(a[i], a[i + 4]);
  }
  for (int i = 0; i < 4; ++i) {
    a[2 * i] = _mm_unpacklo_epi16(b[i], b[i + 4]);
    a[2 * i + 1] = _mm_unpackhi_epi16(b[i], b[i + 4]);
  }
  for (int i = 0; i < 4; ++i) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to) + 2 * i, _mm_unpacklo_epi16(a[i], a[i + 4]));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to) + 2 * i + 1, _mm_unpackhi_epi16(a[i], a[i + 4]));
  }
}

/// Operands of m16n8kK, row.col, of 16 bits. A fragment register is an 8x8 matrix in row order: lane l holds
/// row l/4, columns 2(l%4) and the next. A has one for each 8 rows, then for each 8 columns of k; B,
/// transposed, one for each 8 rows of k.
template <class H, int K> void loadOperands(LaneCtx &ctx, const RegRef *list, float (*a)[K], Row *b) {
  constexpr int aRegs = K / 4, bRegs = K / 8;
  for (int r = 0; r < aRegs; ++r) {
    const uint16_t *halves = reinterpret_cast<const uint16_t *>(regs(ctx, list[r]));
    for (int g = 0; g < 8; ++g)
      widen<H>(halves + 8 * g, &a[g + (r & 1) * 8][8 * (r / 2)]);
  }
  for (int r = 0; r < bRegs; ++r) {
    uint16_t block[64];
    transpose(regs(ctx, list[aRegs + r]), block);
    for (int k = 0; k < 8; ++k)
      widen<H>(block + 8 * k, &b[8 * r + k]);
  }
}

/// c += a b. Four rows at a time: their sums are independent.
template <int K> void accumulate(const float (*a)[K], const Row *b, Row *c) {
  for (int i = 0; i < 16; i += 4) {
    Row sum[4] = {c[i], c[i + 1], c[i + 2], c[i + 3]};
    for (int k = 0; k < K; ++k)
      for (int j = 0; j < 4; ++j)
        sum[j] += a[i + j][k] * b[k];
    for (int j = 0; j < 4; ++j)
      c[i + j] = sum[j];
  }
}

/// An f32 accumulator: a row of C alternates between two registers.
void loadSums(LaneCtx &ctx, const RegRef *list, Row *c) {
  for (int half = 0; half < 2; ++half) {
    const float *even = reinterpret_cast<const float *>(regs(ctx, list[2 * half]));
    const float *odd = reinterpret_cast<const float *>(regs(ctx, list[2 * half + 1]));
    for (int g = 0; g < 8; ++g) {
      __m128 x = _mm_loadu_ps(even + 4 * g), y = _mm_loadu_ps(odd + 4 * g);
      __m128 row[2] = {_mm_unpacklo_ps(x, y), _mm_unpackhi_ps(x, y)};
      __builtin_memcpy(&c[8 * half + g], row, sizeof(row));
    }
  }
}

void storeSums(LaneCtx &ctx, const RegRef *list, const Row *c) {
  for (int half = 0; half < 2; ++half) {
    float *even = reinterpret_cast<float *>(regs(ctx, list[2 * half]));
    float *odd = reinterpret_cast<float *>(regs(ctx, list[2 * half + 1]));
    for (int g = 0; g < 8; ++g) {
      __m128 row[2];
      __builtin_memcpy(row, &c[8 * half + g], sizeof(row));
      _mm_storeu_ps(even + 4 * g, _mm_shuffle_ps(row[0], row[1], 0x88));
      _mm_storeu_ps(odd + 4 * g, _mm_shuffle_ps(row[0], row[1], 0xdd));
    }
  }
}

template <class H, int K> bool mma(LaneCtx &ctx, const Inst &in, uint32_t) {
  const RegRef *list = ctx.lists + in.list;
  alignas(32) float a[16][K];
  Row b[K], c[16];
  loadOperands<H, K>(ctx, list + 4, a, b);
  loadSums(ctx, list + 4 + K / 4 + K / 8, c);
  accumulate<K>(a, b, c);
  storeSums(ctx, list, c);
  return true;
}

/// Sums are f16, rounded once an instruction: a register holds an 8x8 matrix as one of A does.
template <int K> bool mmaF16Sums(LaneCtx &ctx, const Inst &in, uint32_t) {
  const RegRef *list = ctx.lists + in.list;
  alignas(32) float a[16][K];
  Row b[K], c[16];
  loadOperands<F16, K>(ctx, list + 2, a, b);
  const RegRef *sums = list + 2 + K / 4 + K / 8;
  for (int i = 0; i < 16; ++i)
    widen<F16>(reinterpret_cast<const uint16_t *>(regs(ctx, sums[i / 8])) + 8 * (i % 8), &c[i]);
  accumulate<K>(a, b, c);
  for (int i = 0; i < 16; ++i)
    for (int j = 0; j < 8; ++j)
      reinterpret_cast<uint16_t *>(regs(ctx, list[i / 8]))[8 * (i % 8) + j] = f16FromFloat(c[i][j]).bits;
  return true;
}

/// m16n8k4 and m16n8k8 of tf32: lane l holds row l/4 of A, or column l/4 of B, and l%4 of four of k. A has a
/// register for each 8 rows, then for each 4 of k; B one for each 4 of k. The low 13 bits of an operand are
/// not read.
template <int K> bool mmaTf32(LaneCtx &ctx, const Inst &in, uint32_t) {
  constexpr int aRegs = K / 2, bRegs = K / 4;
  const RegRef *list = ctx.lists + in.list;
  auto element = [&](int reg, int lane) { return bitCast<float>(regs(ctx, list[reg])[lane] & ~0x1fffu); };
  alignas(32) float a[16][K];
  Row b[K], c[16];
  for (int lane = 0; lane < 32; ++lane) {
    for (int r = 0; r < aRegs; ++r)
      a[lane / 4 + r % 2 * 8][lane % 4 + r / 2 * 4] = element(4 + r, lane);
    for (int r = 0; r < bRegs; ++r)
      b[lane % 4 + r * 4][lane / 4] = element(4 + aRegs + r, lane);
  }
  loadSums(ctx, list + 4 + aRegs + bRegs, c);
  accumulate<K>(a, b, c);
  storeSums(ctx, list, c);
  return true;
}

// `operands` of a matrix row: registers of d, a, b, c as digits.
constexpr LaneRow table[] = {
    {"mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", &mma<F16, 16>, {'4', '4', '2', '4'}},
    {"mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32", &mma<F16, 8>, {'4', '2', '1', '4'}},
    {"mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", &mma<BF16, 16>, {'4', '4', '2', '4'}},
    {"mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32", &mma<BF16, 8>, {'4', '2', '1', '4'}},
    {"mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16", &mmaF16Sums<16>, {'2', '4', '2', '2'}},
    {"mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16", &mmaF16Sums<8>, {'2', '2', '1', '2'}},
    {"mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", &mmaTf32<8>, {'4', '4', '2', '4'}},
    {"mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32", &mmaTf32<4>, {'4', '2', '1', '4'}},
};

} // namespace

LaneRows matrixRows() { return {table, sizeof(table) / sizeof(table[0])}; }

LaneRows intRows();
LaneRows bitRows();
LaneRows floatRows();
LaneRows directedRows();
LaneRows halfRows();
LaneRows convertRows();
LaneRows fp8Rows();
LaneRows compareRows();
LaneRows matrixByteRows();

extern const LaneFamily families[kLaneFamilies];
const LaneFamily families[kLaneFamilies] = {intRows,     bitRows, floatRows,   directedRows, halfRows,
                                            convertRows, fp8Rows, compareRows, matrixRows,   matrixByteRows};

} // namespace attnc::sim::ATTNC_SIM_ISA
