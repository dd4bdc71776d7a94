// mma_sync.cuh - mma.sync m16n8k16: 16-bit operands, fp32 accumulators, one warp.
//
// One PTX instruction a function; T (f16 or bf16) is the operands' type. Must not know tiles.
#pragma once

#include "attnc/core.cuh"

#define ATTNC_MMA_16816(type, c0, c1, c2, c3)                                                                \
  asm("mma.sync.aligned.m16n8k16.row.col.f32." type "." type ".f32 "                                         \
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%10, %11, %12, %13};"                                  \
      : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3])                                                       \
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1), "f"(c0), "f"(c1), "f"(c2), "f"(c3))

namespace attnc::atom {

/// d = a * b: d[0..3] are this lane's part of the 16x8 result.
template <class T>
ATTNC_DEVICE void mma_16816_fresh(float *d, const unsigned (&a)[4], unsigned b0, unsigned b1);
template <>
ATTNC_DEVICE void mma_16816_fresh<f16>(float *d, const unsigned (&a)[4], unsigned b0, unsigned b1) {
  ATTNC_MMA_16816("f16", 0.0f, 0.0f, 0.0f, 0.0f);
}
template <>
ATTNC_DEVICE void mma_16816_fresh<bf16>(float *d, const unsigned (&a)[4], unsigned b0, unsigned b1) {
  ATTNC_MMA_16816("bf16", 0.0f, 0.0f, 0.0f, 0.0f);
}

/// d += a * b.
template <class T> ATTNC_DEVICE void mma_16816(float *d, const unsigned (&a)[4], unsigned b0, unsigned b1);
template <> ATTNC_DEVICE void mma_16816<f16>(float *d, const unsigned (&a)[4], unsigned b0, unsigned b1) {
  ATTNC_MMA_16816("f16", d[0], d[1], d[2], d[3]);
}
template <> ATTNC_DEVICE void mma_16816<bf16>(float *d, const unsigned (&a)[4], unsigned b0, unsigned b1) {
  ATTNC_MMA_16816("bf16", d[0], d[1], d[2], d[3]);
}

} // namespace attnc::atom

#undef ATTNC_MMA_16816
