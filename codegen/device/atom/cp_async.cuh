// cp_async.cuh - the cp.async family: copies from global to shared memory that bypass registers.
//
// One PTX instruction a function. Must not decide which bytes to copy.
#pragma once

#include "attnc/core.cuh"

namespace attnc::atom {

/// Starts a copy of `bytes` (0 or 16) from `global` to the shared address; the rest of the 16 is zero-filled.
/// With 0 bytes nothing is read. Cached in L2 only: each tile is read once per block.
ATTNC_DEVICE void cp_async_16(unsigned shared, const void *global, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared),
               "l"(__cvta_generic_to_global(global)), "r"(bytes)
               : "memory");
}

/// The same for 16 bytes at addresses that are multiples of Align, 4 or 8: several copies, which only exist through L1.
template <int Align> ATTNC_DEVICE void cp_async_pieces(unsigned shared, const void *global, int bytes) {
  static_assert(Align == 4 || Align == 8, "cp.async copies 4, 8 or 16 bytes");
#pragma unroll
  for (int piece = 0; piece < 16; piece += Align)
    asm volatile("cp.async.ca.shared.global [%0], [%1], %3, %2;" ::"r"(shared + piece),
                 "l"(__cvta_generic_to_global(static_cast<const char *>(global) + piece)),
                 "r"(bytes == 0 ? 0 : Align), "n"(Align)
                 : "memory");
}

/// Closes the group of copies that this thread has started since the last call.
ATTNC_DEVICE void cp_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }

/// Waits until at most `Pending` of this thread's newest groups are still in flight.
template <int Pending> ATTNC_DEVICE void cp_async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

} // namespace attnc::atom
