// shared_access.cuh - ld.shared and st.shared by 32-bit shared address.
//
// One PTX instruction a function. Must not know tiles.
#pragma once

#include "attnc/core.cuh"

namespace attnc::atom {

struct alignas(16) Bytes16 {
  unsigned words[4];
};

/// The 32-bit shared-space address of a generic pointer into shared memory.
ATTNC_DEVICE unsigned shared_address(const void *pointer) {
  return static_cast<unsigned>(__cvta_generic_to_shared(pointer));
}

ATTNC_DEVICE void store_shared_2(unsigned shared, unsigned half) {
  asm volatile("st.shared.u16 [%0], %1;" ::"r"(shared), "h"(static_cast<unsigned short>(half)) : "memory");
}

ATTNC_DEVICE void store_shared_4(unsigned shared, unsigned word) {
  asm volatile("st.shared.b32 [%0], %1;" ::"r"(shared), "r"(word) : "memory");
}

ATTNC_DEVICE void store_shared_8(unsigned shared, unsigned const (&words)[2]) {
  asm volatile("st.shared.v2.b32 [%0], {%1, %2};" ::"r"(shared), "r"(words[0]), "r"(words[1]) : "memory");
}

ATTNC_DEVICE void store_shared_16(unsigned shared, Bytes16 const &bytes) {
  asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" ::"r"(shared), "r"(bytes.words[0]),
               "r"(bytes.words[1]), "r"(bytes.words[2]), "r"(bytes.words[3])
               : "memory");
}

// Loads are volatile, so that they stay behind the barrier in front of them.

ATTNC_DEVICE unsigned load_shared_2(unsigned shared) {
  unsigned short low;
  asm volatile("ld.shared.b16 %0, [%1];" : "=h"(low) : "r"(shared) : "memory");
  return low;
}

ATTNC_DEVICE unsigned load_shared_4(unsigned shared) {
  unsigned word;
  asm volatile("ld.shared.b32 %0, [%1];" : "=r"(word) : "r"(shared) : "memory");
  return word;
}

ATTNC_DEVICE void load_shared_8(unsigned (&words)[2], unsigned shared) {
  asm volatile("ld.shared.v2.b32 {%0, %1}, [%2];" : "=r"(words[0]), "=r"(words[1]) : "r"(shared) : "memory");
}

ATTNC_DEVICE Bytes16 load_shared_16(unsigned shared) {
  Bytes16 bytes;
  asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
               : "=r"(bytes.words[0]), "=r"(bytes.words[1]), "=r"(bytes.words[2]), "=r"(bytes.words[3])
               : "r"(shared)
               : "memory");
  return bytes;
}

} // namespace attnc::atom
