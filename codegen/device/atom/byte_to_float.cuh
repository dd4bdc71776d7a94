// byte_to_float.cuh - one 8-bit number as a float, exactly, on every architecture.
//
// Must not know tiles.
#pragma once

#include "attnc/core.cuh"

namespace attnc::atom {

/// One element of 8 bits: a float without infinities, the upper half of an f16, an integer.
ATTNC_DEVICE float byte_to_float(e4m3, unsigned bits) {
  const unsigned magnitude = bits & 0x7fu;
  // The exponent's bias is 120 less than that of f32; a product mends it, of subnormal numbers too.
  const float scaled = __uint_as_float(magnitude << 20) * __uint_as_float(0x7b800000u);
  const float value = magnitude == 0x7fu ? __uint_as_float(0x7fc00000u) : scaled;
  return (bits & 0x80u) != 0 ? -value : value;
}
ATTNC_DEVICE float byte_to_float(e5m2, unsigned bits) { return to_float(f16{static_cast<unsigned short>(bits << 8)}); }
ATTNC_DEVICE float byte_to_float(i8, unsigned bits) { return static_cast<float>(static_cast<signed char>(bits)); }

} // namespace attnc::atom
