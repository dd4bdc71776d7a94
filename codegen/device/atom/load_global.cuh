// load_global.cuh - ld.global.nc: 16 bytes of memory that nothing writes while the kernel runs.
//
// One PTX instruction a function. Must not decide which bytes to load.
#pragma once

#include "attnc/atom/shared_access.cuh"

namespace attnc::atom {

/// 16 bytes, or zeros without a read unless `inside`. Not volatile: loads may pass the stores of other
/// chunks, so that many are under way at once.
ATTNC_DEVICE Bytes16 load_global_16(const void *global, bool inside) {
  Bytes16 bytes;
  asm("{ .reg .pred p; setp.ne.b32 p, %5, 0; mov.b32 %0, 0; mov.b32 %1, 0; mov.b32 %2, 0; mov.b32 %3, 0;\n\t"
      "@p ld.global.nc.v4.b32 {%0, %1, %2, %3}, [%4]; }"
      : "=&r"(bytes.words[0]), "=&r"(bytes.words[1]), "=&r"(bytes.words[2]), "=&r"(bytes.words[3])
      : "l"(__cvta_generic_to_global(global)), "r"(static_cast<int>(inside)));
  return bytes;
}

} // namespace attnc::atom
