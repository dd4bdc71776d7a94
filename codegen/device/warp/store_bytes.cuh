// store_bytes.cuh - a fragment rounded to 8 bits an element and stored to shared memory: quantised outputs.
//
// Must not normalise or scale.
#pragma once

#include "attnc/atom/encode_bytes.cuh"
#include "attnc/atom/shared_access.cuh"
#include "attnc/tile/fragment.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::warp {

/// Rounds a fragment to T and stores it to `staging`. Each warp writes its own rows only.
template <class T, int Rows, int Cols, int Warps>
ATTNC_DEVICE void store_shared_bytes(SharedTile<T, Rows, Cols> staging, Fragment<Rows, Cols, Warps> const &fragment) {
  using F = Fragment<Rows, Cols, Warps>;
  const int lane = lane_index();
  const unsigned first = staging.address(F::row(0, lane, warp_index()), F::column(0, lane));
#pragma unroll
  for (int i = 0; i < F::kSize; i += 2) {
    const unsigned low = atom::encode<T>(fragment.values[i]), high = atom::encode<T>(fragment.values[i + 1]);
    const unsigned row_address = staging.step_rows(first, F::row(i, 0, 0));
    atom::store_shared_2(staging.step_columns(row_address, F::column(i, 0)), low | high << 8);
  }
}

} // namespace attnc::warp
