// mma_sync_f16_sums.cuh - mma.sync m16n8k16 with f16 operands and f16 accumulators, one warp.
//
// One PTX instruction a function. Must not know tiles.
#pragma once

#include "attnc/core.cuh"

namespace attnc::atom {

/// d += a * b: d[0] and d[1] hold this lane's columns 2t and 2t + 1 of rows g and g + 8, packed.
ATTNC_DEVICE void mma_16816_f16_sums(unsigned (&d)[2], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 {%0, %1}, {%2, %3, %4, %5}, {%6, %7}, {%8, %9};"
      : "=r"(d[0]), "=r"(d[1])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1), "r"(d[0]), "r"(d[1]));
}

} // namespace attnc::atom
