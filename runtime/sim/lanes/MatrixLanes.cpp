// MatrixLanes.cpp - mma.sync: fragments to matrices, multiply, back to fragments.
//
// Products are exact; sums are made in f32, k ascending, rounded to nearest. The hardware sums in another order
// with truncation, so results agree within accumulation error, not bit for bit.
#include "runtime/sim/lanes/FloatMath.h"

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

using u32 = uint32_t;

/// The two halves of 32 registers as floats: out[lane] is the lower half, out[32 + lane] the upper.
template <class H> void widen(const u32 *cells, float *low, float *high) {
#ifdef __F16C__
  if constexpr (sizeof(H) == 2 && __is_same(H, F16)) {
    for (u32 i = 0; i < kLanes; i += 8) {
      __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(cells + i));
      // Interleaved halves (l0 h0 l1 h1 ...) widen to l0 h0 l1 h1 of two 4-lane groups.
      __m256 a = _mm256_cvtph_ps(_mm256_castsi256_si128(v));
      __m256 b = _mm256_cvtph_ps(_mm256_extracti128_si256(v, 1));
      __m256 even = _mm256_shuffle_ps(a, b, 0x88), odd = _mm256_shuffle_ps(a, b, 0xdd);
      even = _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(even), 0xd8));
      odd = _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(odd), 0xd8));
      _mm256_storeu_ps(low + i, even);
      _mm256_storeu_ps(high + i, odd);
    }
    return;
  }
#endif
  for (u32 i = 0; i < kLanes; ++i) {
    low[i] = f32FromHalf(H{static_cast<uint16_t>(cells[i])});
    high[i] = f32FromHalf(H{static_cast<uint16_t>(cells[i] >> 16)});
  }
}

/// m16n8kK, row.col. Lane l holds rows l/4 and l/4 + 8, columns 2(l%4) and 2(l%4) + 1 (of k or n), in the order
/// of the PTX ISA's figures: A = {row, row+8} for each 8 columns of k; B = 8 rows of k each.
template <class H, int K> bool mma(LaneCtx &ctx, const Inst &in, uint32_t) {
  constexpr int aRegs = K / 4, bRegs = K / 8;
  const RegRef *list = ctx.lists + in.list;
  float a[16][K], b[K][8], low[kLanes], high[kLanes];
  for (int r = 0; r < aRegs; ++r) {
    widen<H>(regs(ctx, list[4 + r]), low, high);
    for (u32 l = 0; l < kLanes; ++l) {
      float *cell = &a[l / 4 + (r & 1) * 8][2 * (l % 4) + static_cast<u32>(r / 2) * 8];
      cell[0] = low[l];
      cell[1] = high[l];
    }
  }
  for (int r = 0; r < bRegs; ++r) {
    widen<H>(regs(ctx, list[4 + aRegs + r]), low, high);
    for (u32 l = 0; l < kLanes; ++l) {
      b[2 * (l % 4) + static_cast<u32>(r) * 8][l / 4] = low[l];
      b[2 * (l % 4) + static_cast<u32>(r) * 8 + 1][l / 4] = high[l];
    }
  }
  alignas(32) float c[16][8];
  for (int r = 0; r < 4; ++r) {
    const float *cells = reinterpret_cast<const float *>(regs(ctx, list[4 + aRegs + bRegs + r]));
    for (u32 l = 0; l < kLanes; ++l)
      c[l / 4 + static_cast<u32>(r / 2) * 8][2 * (l % 4) + (r & 1)] = cells[l];
  }
  for (int i = 0; i < 16; ++i) {
    float sum[8];
    for (int j = 0; j < 8; ++j)
      sum[j] = c[i][j];
    for (int k = 0; k < K; ++k)
      for (int j = 0; j < 8; ++j)
        sum[j] += a[i][k] * b[k][j];
    for (int j = 0; j < 8; ++j)
      c[i][j] = sum[j];
  }
  for (int r = 0; r < 4; ++r) {
    float *cells = reinterpret_cast<float *>(regs(ctx, list[r]));
    for (u32 l = 0; l < kLanes; ++l)
      cells[l] = c[l / 4 + static_cast<u32>(r / 2) * 8][2 * (l % 4) + (r & 1)];
  }
  return true;
}

// `operands` of a matrix row: registers of d, a, b, c as digits.
constexpr LaneRow table[] = {
    {"mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", &mma<F16, 16>, {'4', '4', '2', '4'}},
    {"mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32", &mma<F16, 8>, {'4', '2', '1', '4'}},
    {"mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", &mma<BF16, 16>, {'4', '4', '2', '4'}},
    {"mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32", &mma<BF16, 8>, {'4', '2', '1', '4'}},
};

} // namespace

LaneRows matrixRows() { return {table, sizeof(table) / sizeof(table[0])}; }

LaneRows intRows();
LaneRows floatRows();
LaneRows halfRows();
LaneRows convertRows();
LaneRows compareRows();

extern const LaneFamily families[kLaneFamilies];
const LaneFamily families[kLaneFamilies] = {intRows, floatRows, halfRows, convertRows, compareRows, matrixRows};

} // namespace attnc::sim::ATTNC_SIM_ISA
