// rows.cu - a tile in, plus a row, and out again, by each kind of rows; the kernels of RowsTest.cpp.
#include "attnc/block/add_row.cuh"
#include "attnc/block/copy_async.cuh"
#include "attnc/block/store.cuh"
#include "attnc/warp/map.cuh"
using namespace attnc;

struct Params {
  const void *in[3];
  void *out[3];
  i64 stride;
  int ints[6];
  float floats[4];
};

extern __shared__ __align__(1024) unsigned char shared_memory[];

/// Copies 32 rows of in[0] from row ints[0], valid in [ints[1], ints[2]) where ints[3] does not divide them, adds the row
/// in[1], stores what lies below row ints[2] to out[0]. 40 columns in a tile of 48.
template <class In, class Out> ATTNC_DEVICE void through_tile(Params const &p, In from, Out to) {
  const SharedTile<bf16, 32, 48> tile(shared_memory);
  block::copy_async<64>(tile, from, p.ints[0], p.ints[1], p.ints[2], [&](int row) { return row % p.ints[3] != 0; });
  block::copy_commit();
  block::copy_wait<0>();
  block::sync();
  block::add_row<64>(tile, GlobalRows<const bf16, 40, 2>{static_cast<const bf16 *>(p.in[1]), 40});
  block::sync();
  block::store_rows<64>(to, tile, p.ints[0], p.ints[2]);
  for (int i = static_cast<int>(threadIdx.x); i < 32; i += 64) // what pads the tile
    static_cast<atom::Bytes16 *>(p.out[1])[i] = atom::load_shared_16(tile.address(i, 40));
}

template <int Align> ATTNC_DEVICE void aligned(Params const &p) {
  through_tile(p, GlobalRows<const bf16, 40, Align>{static_cast<const bf16 *>(p.in[0]), p.stride},
               GlobalRows<bf16, 40, Align>{static_cast<bf16 *>(p.out[0]), p.stride});
}
extern "C" __global__ void rows_16(const __grid_constant__ Params p) { aligned<16>(p); }
extern "C" __global__ void rows_8(const __grid_constant__ Params p) { aligned<8>(p); }
extern "C" __global__ void rows_4(const __grid_constant__ Params p) { aligned<4>(p); }
extern "C" __global__ void rows_2(const __grid_constant__ Params p) { aligned<2>(p); }
/// Elements of a row are ints[4] apart.
extern "C" __global__ void rows_strided(const __grid_constant__ Params p) {
  through_tile(p, StridedRows<const bf16, 40>{static_cast<const bf16 *>(p.in[0]), p.stride, p.ints[4]},
               StridedRows<bf16, 40>{static_cast<bf16 *>(p.out[0]), p.stride, p.ints[4]});
}

/// Stores row * 64 + column of a 32 x 48 fragment to rows of 40 fp32 below row ints[2] from row ints[0]; out[0] has rows of
/// 4-byte alignment, out[1] elements ints[4] apart.
extern "C" __global__ void fragment_rows(const __grid_constant__ Params p) {
  Fragment<32, 48, 2> fragment;
  fill(fragment, 0.0f);
  warp::map(fragment, [](float, int row, int column) { return static_cast<float>(row * 64 + column); });
  warp::store_fragment(GlobalRows<float, 40, 4>{static_cast<float *>(p.out[0]), p.stride}, fragment, p.ints[0], p.ints[2]);
  warp::store_fragment(StridedRows<float, 40>{static_cast<float *>(p.out[1]), 1, p.ints[4]}, fragment, p.ints[0],
                       p.ints[2]);
}
