// dot.cuh - products of tiles without tensor cores, of any element type: the same layouts, fused
// multiply-adds.
//
// Fragments are those of mma.sync, so that softmax, maps and stores know no difference. Sums are made in
// groups of eight products, which keeps their rounding within what tensor cores are allowed. Must not wait or
// synchronise.
#pragma once

#include "attnc/atom/byte_to_float.cuh"
#include "attnc/atom/shuffle.cuh"
#include "attnc/tile/fragment.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::warp {

/// Two 16-bit elements of one word, the low half first.
template <class T> ATTNC_DEVICE void unpack(float *to, unsigned word) {
  to[0] = to_float(T{static_cast<unsigned short>(word & 0xffffu)});
  to[1] = to_float(T{static_cast<unsigned short>(word >> 16)});
}

/// Eight elements of a row from a column that is a multiple of 8, as floats.
template <class T> ATTNC_DEVICE void load_8(float (&to)[8], unsigned address) {
  if constexpr (sizeof(T) == 4) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const atom::Bytes16 bytes =
          atom::load_shared_16(address ^ (16 * half)); // the next chunk differs in one bit
#pragma unroll
      for (int i = 0; i < 4; ++i)
        to[4 * half + i] = __uint_as_float(bytes.words[i]);
    }
  } else if constexpr (sizeof(T) == 1) {
    unsigned words[2];
    atom::load_shared_8(words, address);
#pragma unroll
    for (int i = 0; i < 8; ++i)
      to[i] = atom::byte_to_float(T{}, words[i / 4] >> (i % 4 * 8) & 0xffu);
  } else {
    const atom::Bytes16 bytes = atom::load_shared_16(address);
#pragma unroll
    for (int i = 0; i < 4; ++i)
      unpack<T>(to + 2 * i, bytes.words[i]);
  }
}

/// Two elements of a row from an even column, as floats.
template <class T> ATTNC_DEVICE void load_2(float (&to)[2], unsigned address) {
  if constexpr (sizeof(T) == 4) {
    unsigned words[2];
    atom::load_shared_8(words, address);
    to[0] = __uint_as_float(words[0]);
    to[1] = __uint_as_float(words[1]);
  } else if constexpr (sizeof(T) == 1) {
    const unsigned pair = atom::load_shared_2(address);
    to[0] = atom::byte_to_float(T{}, pair & 0xffu);
    to[1] = atom::byte_to_float(T{}, pair >> 8);
  } else {
    unpack<T>(to, atom::load_shared_4(address));
  }
}

/// c = a * transpose(b), e.g. scores = queries * transpose(keys). What c held before is ignored.
///
/// The loop over Depth is not unrolled: it indexes no register, and unrolled it would be most of the kernel's
/// text.
template <class T, class Stored, int Rows, int Cols, int Depth, int Warps>
ATTNC_DEVICE void dot_abt(Fragment<Rows, Cols, Warps> &c, SharedTile<T, Rows, Depth> a,
                          SharedTile<Stored, Cols, Depth> b) {
  constexpr int kRows = RowVector<Rows, Warps>::kSize; // of a lane, 8 apart
  const int lane = lane_index();
  const unsigned a_first = a.address(c.row(0, lane, warp_index()), 0);
  const unsigned b_first[2] = {b.address(c.column(0, lane), 0), b.address(c.column(1, lane), 0)};
  fill(c, 0.0f);
#pragma unroll 1
  for (int k = 0; k < Depth; k += 8) {
    float a_part[kRows][8];
#pragma unroll
    for (int r = 0; r < kRows; ++r)
      load_8<T>(a_part[r], a.step_rows(a.step_columns(a_first, k), r * 8));
#pragma unroll
    for (int n = 0; n < Cols / 8; ++n) {
#pragma unroll
      for (int odd = 0; odd < 2; ++odd) {
        float b_part[8];
        load_8<Stored>(b_part, b.step_rows(b.step_columns(b_first[odd], k), n * 8));
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
          float sum = __fmul_rn(a_part[r][0], b_part[0]);
#pragma unroll
          for (int i = 1; i < 8; ++i)
            sum = __fmaf_rn(a_part[r][i], b_part[i], sum);
          float &total = c.values[c.tile(r / 2, n) + r % 2 * 2 + odd];
          total = __fadd_rn(total, sum);
        }
      }
    }
  }
}

/// accumulator += a * b, e.g. output += weights * values. The lanes that share a row pass each other its
/// weights, which stay f32 whatever the values are.
///
/// Unrolled over Depth it would be most of the kernel's text and of its compile time. But registers have no
/// index at run time: so the weights move up by one group of eight after each step.
template <class T, int Rows, int Cols, int Depth, int Warps>
ATTNC_DEVICE void dot_ab(Fragment<Rows, Cols, Warps> &accumulator, Fragment<Rows, Depth, Warps> const &a,
                         SharedTile<T, Depth, Cols> b) {
  constexpr int kRows = RowVector<Rows, Warps>::kSize;
  unsigned first = b.address(0, accumulator.column(0, lane_index()));
  Fragment<Rows, Depth, Warps> left = a;
#pragma unroll 1
  for (int k = 0; k < Depth; k += 8, first = b.step_rows(first, 8)) {
    float weights[kRows][8];
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      const float *pair = left.values + left.tile(r / 2, 0) + r % 2 * 2;
      weights[r][0] = atom::quad_broadcast<0>(pair[0]);
      weights[r][1] = atom::quad_broadcast<0>(pair[1]);
      weights[r][2] = atom::quad_broadcast<1>(pair[0]);
      weights[r][3] = atom::quad_broadcast<1>(pair[1]);
      weights[r][4] = atom::quad_broadcast<2>(pair[0]);
      weights[r][5] = atom::quad_broadcast<2>(pair[1]);
      weights[r][6] = atom::quad_broadcast<3>(pair[0]);
      weights[r][7] = atom::quad_broadcast<3>(pair[1]);
    }
#pragma unroll
    for (int i = 0; i < left.kSize; ++i)
      if (i / 4 % left.kNTiles + 1 < left.kNTiles)
        left.values[i] = left.values[i + 4];
#pragma unroll
    for (int n = 0; n < Cols / 8; ++n) {
      float sums[kRows][2];
#pragma unroll
      for (int i = 0; i < 8; ++i) {
        // Row k + i: its swizzle is i, as k is a multiple of 8.
        const unsigned row = (b.step_columns(first, n * 8) ^ (i * 16)) + i * b.kRowBytes;
        float values[2];
        load_2<T>(values, row);
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
#pragma unroll
          for (int column = 0; column < 2; ++column)
            sums[r][column] = i == 0 ? __fmul_rn(weights[r][0], values[column])
                                     : __fmaf_rn(weights[r][i], values[column], sums[r][column]);
        }
      }
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        float *total = accumulator.values + accumulator.tile(r / 2, n) + r % 2 * 2;
        total[0] = __fadd_rn(total[0], sums[r][0]);
        total[1] = __fadd_rn(total[1], sums[r][1]);
      }
    }
  }
}

} // namespace attnc::warp
