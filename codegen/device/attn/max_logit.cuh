// max_logit.cuh - the largest logit of a head over all rows: one float in global memory that many blocks raise.
//
// Must not know what a logit is.
#pragma once

#include "attnc/atom/shuffle.cuh"
#include "attnc/tile/fragment.cuh"

namespace attnc::warp {

/// Raises *destination to `value`, which is not NaN. Floats order like their bits as integers: of positive ones as
/// signed, of negative ones the other way round as unsigned.
ATTNC_DEVICE void raise(float *destination, float value) {
  value += 0.0f; // -0.0 becomes 0.0, the larger one for the integers
  if (value >= 0.0f)
    atomicMax(reinterpret_cast<int *>(destination), __float_as_int(value));
  else
    atomicMin(reinterpret_cast<unsigned *>(destination), __float_as_uint(value));
}

/// Raises *destination to the largest of the rows below valid_end, with one atomic a warp.
template <int Rows, int Warps>
ATTNC_DEVICE void store_max(float *destination, RowVector<Rows, Warps> const &rows, int first_row, int valid_end) {
  float largest = kNegInf;
#pragma unroll
  for (int i = 0; i < rows.kSize; ++i)
    if (first_row + rows.row(i, lane_index(), warp_index()) < valid_end)
      largest = fmaxf(largest, rows.values[i]);
  largest = atom::quad_max(largest);
  largest = fmaxf(largest, atom::shuffle_xor<4>(largest));
  largest = fmaxf(largest, atom::shuffle_xor<8>(largest));
  largest = fmaxf(largest, atom::shuffle_xor<16>(largest));
  if (lane_index() == 0 && largest != kNegInf)
    raise(destination, largest);
}

/// The same of rows in groups: row r raises destination[r % Group].
template <int Group, int Rows, int Warps>
ATTNC_DEVICE void store_group_max(float *destination, RowVector<Rows, Warps> const &rows, int first_row, int valid_end) {
  if (lane_index() % 4 != 0)
    return;
#pragma unroll
  for (int i = 0; i < rows.kSize; ++i) {
    const int row = first_row + rows.row(i, lane_index(), warp_index());
    if (row < valid_end && rows.values[i] != kNegInf)
      raise(destination + row % Group, rows.values[i]);
  }
}

} // namespace attnc::warp

namespace attnc::block {

template <int Threads> ATTNC_DEVICE void store_constant(float *destination, int count, float value) {
  for (int i = static_cast<int>(threadIdx.x); i < count; i += Threads)
    destination[i] = value;
}

} // namespace attnc::block
