// ldmatrix.cuh - the ldmatrix family: 8x8 matrices of 16-bit elements from shared memory to registers.
//
// One PTX instruction a function. Must not know tiles.
#pragma once

#include "attnc/core.cuh"

namespace attnc::atom {

// Volatile, so that a load stays behind the wait and the barrier in front of it, and is not hoisted out of a
// loop at the price of registers.

/// Four 8x8 matrices. Lane l gives the address of row l % 8 of matrix l / 8, 16-byte aligned.
ATTNC_DEVICE void ldmatrix_x4(unsigned (&matrices)[4], unsigned shared) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
               : "r"(shared));
}

/// The same, each matrix transposed on the way.
ATTNC_DEVICE void ldmatrix_x4_transposed(unsigned (&matrices)[4], unsigned shared) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
               : "r"(shared));
}

} // namespace attnc::atom
