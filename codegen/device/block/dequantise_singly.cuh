// dequantise_singly.cuh - dequantise where two floats cannot be rounded at once (before sm_80).
//
// Called by every thread of the block, between two sync().
#pragma once

#include "attnc/atom/byte_to_float.cuh"
#include "attnc/atom/round_single.cuh"
#include "attnc/block/dequantise.cuh"

namespace attnc::block {

struct SingleDequantiser : atom::SingleRounder {
  template <class T, class Stored> ATTNC_DEVICE static void decode(float (&to)[4], unsigned bytes) {
#pragma unroll
    for (int i = 0; i < 4; ++i)
      to[i] = atom::byte_to_float(Stored{}, bytes >> (8 * i) & 0xffu);
  }
};

/// As dequantise_rows and decode.
template <int Threads, class To, class From, class Rows>
ATTNC_DEVICE void dequantise_rows_singly(To to, From from, Rows rows, int first_row) {
  dequantise<Threads, SingleDequantiser>(to, from, RowScales<Rows>{rows}, first_row);
}
template <int Threads, class To, class From> ATTNC_DEVICE void decode_singly(To to, From from) {
  dequantise<Threads, SingleDequantiser>(to, from, UnitScales{}, 0);
}

} // namespace attnc::block
