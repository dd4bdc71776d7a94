// mma_sync_tf32.cuh - mma.sync m16n8k8: tf32 operands, fp32 accumulators, one warp; and rounding to tf32.
//
// One PTX instruction a function. Must not know tiles.
#pragma once

#include "attnc/core.cuh"

namespace attnc {

/// A float rounded to 10 bits after the point, in 32 bits.
struct tf32 {
  unsigned bits;
};

namespace atom {

/// The bits of a float as those of tf32: to nearest, ties away from zero.
ATTNC_DEVICE unsigned round_tf32(unsigned float_bits) {
  unsigned rounded;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(__uint_as_float(float_bits)));
  return rounded;
}

/// d += a * b: d[0..3] are this lane's part of the 16x8 result. a[0] and a[1] are slot t of k in rows g and g
/// + 8, a[2] and a[3] slot t + 4; b0 and b1 are slots t and t + 4 of column g.
ATTNC_DEVICE void mma_1688_tf32(float *d, const unsigned (&a)[4], unsigned b0, unsigned b1) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%10, %11, %12, %13};"
      : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1), "f"(d[0]), "f"(d[1]), "f"(d[2]),
        "f"(d[3]));
}

} // namespace atom
} // namespace attnc
