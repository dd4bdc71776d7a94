// primitives.cu - one small kernel per header, for the tests that put a device call beside a host loop.
//
// All take the same Params (KernelHarness.h); what the slots mean is said at each kernel.
#include "attnc/atom/round_single.cuh"
#include "attnc/attn/finish.cuh"
#include "attnc/attn/math.cuh"
#include "attnc/attn/online_softmax.cuh"
#include "attnc/attn/side_tensor.cuh"
#include "attnc/attn/softcap.cuh"
#include "attnc/block/copy_async.cuh"
#include "attnc/block/store.cuh"
#include "attnc/tile/shared_ring.cuh"
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

/// in[0]: n floats; out[0], out[1]: rounded to f16 and bf16; out[2]: both widened again, side by side.
extern "C" __global__ void convert_scalars(const __grid_constant__ Params p) {
  const int i = static_cast<int>(threadIdx.x);
  if (i >= p.ints[0])
    return;
  const float x = static_cast<const float *>(p.in[0])[i];
  const f16 half = from_float<f16>(x);
  const bf16 brain = from_float<bf16>(x);
  static_cast<f16 *>(p.out[0])[i] = half;
  static_cast<bf16 *>(p.out[1])[i] = brain;
  static_cast<float *>(p.out[2])[2 * i] = to_float(half);
  static_cast<float *>(p.out[2])[2 * i + 1] = to_float(brain);
}

/// in[0]: n floats; out[0], out[1]: rounded to f16 and bf16 one at a time.
extern "C" __global__ void round_singles(const __grid_constant__ Params p) {
  const int i = static_cast<int>(threadIdx.x);
  if (i >= p.ints[0])
    return;
  const float x = static_cast<const float *>(p.in[0])[i];
  static_cast<unsigned short *>(p.out[0])[i] = static_cast<unsigned short>(atom::round_single<f16>(x));
  static_cast<unsigned short *>(p.out[1])[i] = static_cast<unsigned short>(atom::round_single<bf16>(x));
}

/// Copies 64 rows of in[0] from row ints[0] with valid range ints[1..2], then writes the whole tile to
/// out[0].
template <int Cols, int Threads> ATTNC_DEVICE void copy_tile(Params const &p) {
  const SharedTile<bf16, 64, Cols> tile(shared_memory);
  const GlobalRows<const bf16, Cols> rows{static_cast<const bf16 *>(p.in[0]), p.stride};
  block::copy_async<Threads>(tile, rows, p.ints[0], p.ints[1], p.ints[2]);
  block::copy_commit();
  block::copy_wait<0>();
  block::sync();
  for (int i = static_cast<int>(threadIdx.x); i < 64 * Cols / 8; i += Threads)
    static_cast<atom::Bytes16 *>(p.out[0])[i] =
        atom::load_shared_16(tile.address(i / (Cols / 8), i % (Cols / 8) * 8));
}
extern "C" __global__ void copy_64(const __grid_constant__ Params p) { copy_tile<64, 128>(p); }
extern "C" __global__ void copy_128(const __grid_constant__ Params p) { copy_tile<128, 256>(p); }
extern "C" __global__ void copy_256(const __grid_constant__ Params p) { copy_tile<256, 128>(p); }

/// The same of 64 columns, with rows narrowed to those whose group of ints[3] has an even number.
extern "C" __global__ void copy_where(const __grid_constant__ Params p) {
  const SharedTile<bf16, 64, 64> tile(shared_memory);
  const GlobalRows<const bf16, 64> rows{static_cast<const bf16 *>(p.in[0]), p.stride};
  block::copy_async<128>(tile, rows, p.ints[0], p.ints[1], p.ints[2],
                         [&](int row) { return floor_div(row, p.ints[3]) % 2 == 0; });
  block::copy_commit();
  block::copy_wait<0>();
  block::sync();
  for (int i = static_cast<int>(threadIdx.x); i < 64 * 8; i += 128)
    static_cast<atom::Bytes16 *>(p.out[0])[i] = atom::load_shared_16(tile.address(i / 8, i % 8 * 8));
}

/// Stores row * 128 + column of a 128 x 128 tile by 4 warps to out[0] and the row number to out[1], from row
/// ints[0], below row ints[1].
extern "C" __global__ void store_tile(const __grid_constant__ Params p) {
  const SharedTile<f16, 128, 128> staging(shared_memory);
  Fragment<128, 128, 4> fragment;
  RowVector<128, 4> rows;
  fill(fragment, 0.0f);
  fill(rows, 1.0f);
  warp::map(fragment, [](float, int row, int column) { return static_cast<float>(row * 8 + column); });
  warp::map_rows(rows, [](float one, int row) { return one + static_cast<float>(row); });
  warp::store_shared(staging, fragment);
  block::sync();
  block::store_rows<128>(GlobalRows<f16, 128>{static_cast<f16 *>(p.out[0]), p.stride}, staging, p.ints[0],
                         p.ints[1]);
  warp::store_row_values(static_cast<float *>(p.out[1]), 3, rows, p.ints[0], p.ints[1]);
}

/// out[0]: for each of 6 advances, the slot number of current() and of the farthest ahead().
template <int Stages> ATTNC_DEVICE void walk_ring(int *out) {
  SharedRing<f16, 8, 64, Stages> ring(shared_memory);
  for (int i = 0; i < 6; ++i) {
    out[2 * i] = static_cast<int>(ring.current().base - ring.base) / ring.current().kBytes;
    out[2 * i + 1] =
        static_cast<int>(ring.template ahead<Stages - 1>().base - ring.base) / ring.current().kBytes;
    ring.advance();
  }
}
extern "C" __global__ void walk_rings(const __grid_constant__ Params p) {
  int *out = static_cast<int *>(p.out[0]);
  walk_ring<1>(out);
  walk_ring<2>(out + 12);
  walk_ring<3>(out + 24);
  walk_ring<4>(out + 36);
}

/// Softmax over ints[0] tiles of 32 x 16 scores in[0] by 2 warps, scale_log2 in floats[0]. acc counts tiles:
/// it is 1 more after each. out[0]: acc, out[1]: lse, out[2]: the weights of the last tile.
template <bool kMayBeEmpty> ATTNC_DEVICE void softmax(Params const &p) {
  Fragment<32, 16, 2> scores;
  Fragment<32, 32, 2> acc;
  RowVector<32, 2> row_max, row_sum;
  fill(acc, 0.0f);
  fill(row_max, kNegInf);
  fill(row_sum, 0.0f);
  for (int tile = 0; tile < p.ints[0]; ++tile) {
    const float *from = static_cast<const float *>(p.in[0]) + tile * 32 * 16;
    fill(scores, 0.0f);
    warp::map(scores, [&](float, int row, int column) { return from[row * 16 + column]; });
    attn::online_softmax<kMayBeEmpty>(scores, row_max, row_sum, acc, p.floats[0]);
    warp::map(acc, [](float v, int, int) { return v + 1.0f; });
  }
  warp::map(scores, [&](float w, int row, int column) {
    static_cast<float *>(p.out[2])[row * 16 + column] = w;
    return w;
  });
  const auto lse = attn::finish(acc, row_max, row_sum, p.floats[0]);
  warp::map(acc, [&](float v, int row, int column) {
    static_cast<float *>(p.out[0])[row * 32 + column] = v;
    return v;
  });
  warp::store_row_values(static_cast<float *>(p.out[1]), 1, lse, 0, 32);
}
extern "C" __global__ void softmax_guarded(const __grid_constant__ Params p) { softmax<true>(p); }
extern "C" __global__ void softmax_plain(const __grid_constant__ Params p) { softmax<false>(p); }

/// out[0][f * n + i] = function f of in[0][i]; floats[0] is the cap.
extern "C" __global__ void functions(const __grid_constant__ Params p) {
  const int n = p.ints[0];
  for (int i = static_cast<int>(threadIdx.x); i < n; i += 32) {
    const float x = static_cast<const float *>(p.in[0])[i];
    float *out = static_cast<float *>(p.out[0]) + i;
    out[0 * n] = attn::exp(x);
    out[1 * n] = attn::log(x);
    out[2 * n] = attn::sqrt(x);
    out[3 * n] = attn::tanh(x);
    out[4 * n] = attn::sigmoid(x);
    out[5 * n] = attn::silu(x);
    out[6 * n] = attn::relu(x);
    out[7 * n] = attn::gelu(x);
    out[8 * n] = attn::erf(x);
    out[9 * n] = attn::softcap(x, p.floats[0], 1.0f / p.floats[0]);
  }
}

/// in[0]: a 3 x 5 tensor of T; out[0][i] = its element (i / 9 - 2, i % 9 - 2), 63 reads that cross every
/// edge.
template <class T, class Out> ATTNC_DEVICE void read_edges(Params const &p) {
  const SideTensor<T, 2> tensor{static_cast<const typename SideElement<T>::Storage *>(p.in[0]), {3, 5}};
  for (int i = static_cast<int>(threadIdx.x); i < 63; i += 32)
    static_cast<Out *>(p.out[0])[i] = static_cast<Out>(tensor.read(i / 9 - 2, i % 9 - 2));
}
extern "C" __global__ void read_f16(const __grid_constant__ Params p) { read_edges<f16, float>(p); }
extern "C" __global__ void read_bf16(const __grid_constant__ Params p) { read_edges<bf16, float>(p); }
extern "C" __global__ void read_float(const __grid_constant__ Params p) { read_edges<float, float>(p); }
extern "C" __global__ void read_int(const __grid_constant__ Params p) { read_edges<int, int>(p); }
extern "C" __global__ void read_bool(const __grid_constant__ Params p) { read_edges<bool, int>(p); }

/// in[0]: an int tensor of shape ints[0 .. Rank); out[0]: its elements at every index from -2 to 1 past the
/// end of each axis, row-major.
template <int Rank> ATTNC_DEVICE void read_box(Params const &p) {
  SideTensor<int, Rank> tensor{static_cast<const int *>(p.in[0]), {}};
  int count = 1;
#pragma unroll
  for (int axis = 0; axis < Rank; ++axis) {
    tensor.shape[axis] = p.ints[axis];
    count *= p.ints[axis] + 4;
  }
  for (int i = static_cast<int>(threadIdx.x); i < count; i += 32) {
    int index[4] = {};
    int rest = i;
#pragma unroll
    for (int axis = Rank - 1; axis >= 0; --axis) {
      index[axis] = rest % (p.ints[axis] + 4) - 2;
      rest /= p.ints[axis] + 4;
    }
    int *out = static_cast<int *>(p.out[0]) + i;
    if constexpr (Rank == 1)
      *out = tensor.read(index[0]);
    else if constexpr (Rank == 3)
      *out = tensor.read(index[0], index[1], index[2]);
    else
      *out = tensor.read(index[0], index[1], index[2], index[3]);
  }
}
extern "C" __global__ void read_rank_1(const __grid_constant__ Params p) { read_box<1>(p); }
extern "C" __global__ void read_rank_3(const __grid_constant__ Params p) { read_box<3>(p); }
extern "C" __global__ void read_rank_4(const __grid_constant__ Params p) { read_box<4>(p); }

/// out[0][i] = floor_div of in[0][i] by in[1][i]; out[1][i] the same with the divisor -3, a constant; i <
/// ints[0].
extern "C" __global__ void divide(const __grid_constant__ Params p) {
  for (int i = static_cast<int>(threadIdx.x); i < p.ints[0]; i += 32) {
    const int a = static_cast<const int *>(p.in[0])[i], b = static_cast<const int *>(p.in[1])[i];
    static_cast<int *>(p.out[0])[i] = floor_div(a, b);
    static_cast<int *>(p.out[1])[i] = floor_div(a, -3);
  }
}
