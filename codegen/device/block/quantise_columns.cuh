// quantise_columns.cuh - a shared tile of 16-bit floats rounded to 8 or 4 bits an element, by a scale for each column.
//
// Called by every thread of the block, between two sync(). Must not find the scales.
#pragma once

#include "attnc/block/quantise.cuh"
#include "attnc/tile/global_rows.cuh"

namespace attnc::block {

/// For quantise_chunk: each column divided by its divisor, that of row 0.
template <class Rows> struct ByColumn {
  Rows divisors;
  ATTNC_DEVICE void operator()(float (&x)[4], int col) const {
    const atom::Bytes16 by = divisors.chunk(0, col);
#pragma unroll
    for (int i = 0; i < 4; ++i)
      x[i] /= __uint_as_float(by.words[i]);
  }
};

/// Element (r, c) of `to` becomes that of `from` divided by that of row 0 of `divisors`, rounded once.
template <int Threads, class To, class From, class Rows> ATTNC_DEVICE void quantise_columns(To to, From from, Rows divisors) {
  quantise_chunks<Threads>(to, from, ByColumn<Rows>{divisors});
}

} // namespace attnc::block
