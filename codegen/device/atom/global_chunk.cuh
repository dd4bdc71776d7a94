// global_chunk.cuh - 16 bytes of global memory, whole or in the pieces that their address allows.
//
// Plain loads and stores, so that the compiler may move them. Must not know tiles or dtypes: elements are 1, 2 or 4 bytes.
#pragma once

#include "attnc/atom/shared_access.cuh"

namespace attnc::atom {

/// 16 contiguous bytes from an address that is a multiple of Align.
template <int Align> ATTNC_DEVICE Bytes16 load_chunk(const void *from) {
  Bytes16 chunk;
  if constexpr (Align == 16) {
    chunk = *static_cast<const Bytes16 *>(from);
  } else if constexpr (Align == 8) {
    const uint2 *pairs = static_cast<const uint2 *>(from);
    const uint2 low = pairs[0], high = pairs[1];
    chunk = Bytes16{{low.x, low.y, high.x, high.y}};
  } else if constexpr (Align == 4) {
    const unsigned *words = static_cast<const unsigned *>(from);
    chunk = Bytes16{{words[0], words[1], words[2], words[3]}};
  } else {
    const unsigned short *halves = static_cast<const unsigned short *>(from);
#pragma unroll
    for (int i = 0; i < 4; ++i)
      chunk.words[i] = halves[2 * i] | static_cast<unsigned>(halves[2 * i + 1]) << 16;
  }
  return chunk;
}

template <int Align> ATTNC_DEVICE void store_chunk(void *to, Bytes16 const &chunk) {
  if constexpr (Align == 16) {
    *static_cast<Bytes16 *>(to) = chunk;
  } else if constexpr (Align == 8) {
    static_cast<uint2 *>(to)[0] = uint2{chunk.words[0], chunk.words[1]};
    static_cast<uint2 *>(to)[1] = uint2{chunk.words[2], chunk.words[3]};
  } else if constexpr (Align == 4) {
#pragma unroll
    for (int i = 0; i < 4; ++i)
      static_cast<unsigned *>(to)[i] = chunk.words[i];
  } else {
#pragma unroll
    for (int i = 0; i < 8; ++i)
      static_cast<unsigned short *>(to)[i] = static_cast<unsigned short>(chunk.words[i / 2] >> (i % 2 * 16));
  }
}

/// 16 elements of a byte, 8 of 2 bytes or 4 of 4, `stride` elements apart.
template <int Bytes> ATTNC_DEVICE Bytes16 gather_chunk(const void *from, i64 stride) {
  static_assert(Bytes == 1 || Bytes == 2 || Bytes == 4, "elements are 1, 2 or 4 bytes");
  Bytes16 chunk;
#pragma unroll
  for (int i = 0; i < 4; ++i)
    if constexpr (Bytes == 4) {
      chunk.words[i] = static_cast<const unsigned *>(from)[i * stride];
    } else if constexpr (Bytes == 1) {
      const unsigned char *bytes = static_cast<const unsigned char *>(from) + 4 * i * stride;
      chunk.words[i] = bytes[0] | static_cast<unsigned>(bytes[stride]) << 8 |
                       static_cast<unsigned>(bytes[2 * stride]) << 16 | static_cast<unsigned>(bytes[3 * stride]) << 24;
    } else {
      const unsigned short *halves = static_cast<const unsigned short *>(from);
      chunk.words[i] = halves[2 * i * stride] | static_cast<unsigned>(halves[(2 * i + 1) * stride]) << 16;
    }
  return chunk;
}

/// The same elements to where they lie.
template <int Bytes> ATTNC_DEVICE void scatter_chunk(void *to, i64 stride, Bytes16 const &chunk) {
  static_assert(Bytes == 1 || Bytes == 2 || Bytes == 4, "elements are 1, 2 or 4 bytes");
#pragma unroll
  for (int i = 0; i < 16 / Bytes; ++i) {
    const unsigned element = chunk.words[i * Bytes / 4] >> (i * Bytes % 4 * 8);
    if constexpr (Bytes == 4)
      static_cast<unsigned *>(to)[i * stride] = element;
    else if constexpr (Bytes == 1)
      static_cast<unsigned char *>(to)[i * stride] = static_cast<unsigned char>(element);
    else
      static_cast<unsigned short *>(to)[i * stride] = static_cast<unsigned short>(element);
  }
}

} // namespace attnc::atom
