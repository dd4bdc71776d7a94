// model_prefill.cu - a causal, packed, grouped-query prefill written by hand as the printer writes one.
//
// The tests put T, kHeadDim, kTileQ, kTileKv, kWarps and kStages in front. kStages 1 and 2 differ in where
// the copies are issued; everything else is the same text.
#include "attnc/attn/finish.cuh"
#include "attnc/attn/online_softmax.cuh"
#include "attnc/block/copy_async.cuh"
#include "attnc/block/store.cuh"
#include "attnc/tile/shared_ring.cuh"
#include "attnc/warp/convert.cuh"
#include "attnc/warp/map.cuh"
#include "attnc/warp/mma.cuh"
using namespace attnc;

constexpr int kThreads = 32 * kWarps;
constexpr int kKeyRing = kTileQ * kHeadDim * 2;
constexpr int kValueRing = kKeyRing + kStages * kTileKv * kHeadDim * 2;

struct Params {
  const T *q;
  const T *k;
  const T *v;
  const int *q_offsets;
  const int *kv_offsets;
  T *out;
  float *lse;
  i64 q_token_stride;
  i64 kv_token_stride;
  int heads;
  int group;
  float scale_log2;
};

extern "C" __global__ void __launch_bounds__(kThreads, kMinBlocks)
    model_prefill(const __grid_constant__ Params p) {
  extern __shared__ __align__(1024) unsigned char shared_memory[];
  const SharedTile<T, kTileQ, kHeadDim> q_smem(shared_memory);
  SharedRing<T, kTileKv, kHeadDim, kStages> k_ring(shared_memory + kKeyRing);
  SharedRing<T, kTileKv, kHeadDim, kStages> v_ring(shared_memory + kValueRing);

  const int request = blockIdx.z;
  const int head = blockIdx.y;
  const int q_begin = p.q_offsets[request];
  const int kv_begin = p.kv_offsets[request];
  const int q_len = p.q_offsets[request + 1] - q_begin;
  const int kv_len = p.kv_offsets[request + 1] - kv_begin;
  const int first_row = (gridDim.x - 1 - blockIdx.x) * kTileQ;
  if (first_row >= q_len)
    return;
  const int first_position = kv_len - q_len + first_row;
  const int last_position = min(first_position + kTileQ, kv_len) - 1;

  const int visit_begin = 0;
  const int visit_end = clamp(last_position + 1, 0, kv_len);
  const int full_end = clamp(round_down(first_position + 1, kTileKv), visit_begin, visit_end);

  const GlobalRows<const T, kHeadDim> q_rows{p.q + (i64(q_begin) * p.q_token_stride + head * kHeadDim),
                                             p.q_token_stride};
  const i64 kv_offset = i64(kv_begin) * p.kv_token_stride + head / p.group * kHeadDim;
  const GlobalRows<const T, kHeadDim> k_rows{p.k + kv_offset, p.kv_token_stride};
  const GlobalRows<const T, kHeadDim> v_rows{p.v + kv_offset, p.kv_token_stride};

  Fragment<kTileQ, kTileKv, kWarps> scores;
  Fragment<kTileQ, kHeadDim, kWarps> acc;
  RowVector<kTileQ, kWarps> row_max, row_sum;
  fill(acc, 0.0f);
  fill(row_max, kNegInf);
  fill(row_sum, 0.0f);

  block::copy_async<kThreads>(q_smem, q_rows, first_row, 0, q_len);
  if (visit_begin < visit_end)
    block::copy_async<kThreads>(k_ring.current(), k_rows, visit_begin, 0, visit_end);
  block::copy_commit();
#if MODEL_STAGES == 2
  if (visit_begin < visit_end)
    block::copy_async<kThreads>(v_ring.current(), v_rows, visit_begin, 0, visit_end);
  block::copy_commit();
#endif

  for (int kv = visit_begin; kv < full_end; kv += kTileKv) { // interior
#if MODEL_STAGES == 2
    block::copy_wait<1>();
    block::sync();
    if (kv + kTileKv < visit_end)
      block::copy_async<kThreads>(k_ring.ahead<1>(), k_rows, kv + kTileKv, 0, visit_end);
    block::copy_commit();
    warp::mma_abt(scores, q_smem, k_ring.current());
    attn::online_softmax<false>(scores, row_max, row_sum, acc, p.scale_log2);
    const auto weights = warp::convert<T>(scores);
    block::copy_wait<1>();
    block::sync();
    if (kv + kTileKv < visit_end)
      block::copy_async<kThreads>(v_ring.ahead<1>(), v_rows, kv + kTileKv, 0, visit_end);
    block::copy_commit();
#else
    block::copy_wait<0>();
    block::sync();
    block::copy_async<kThreads>(v_ring.current(), v_rows, kv, 0, visit_end);
    block::copy_commit();
    warp::mma_abt(scores, q_smem, k_ring.current());
    block::copy_wait<0>();
    block::sync();
    if (kv + kTileKv < visit_end)
      block::copy_async<kThreads>(k_ring.current(), k_rows, kv + kTileKv, 0, visit_end);
    block::copy_commit();
    attn::online_softmax<false>(scores, row_max, row_sum, acc, p.scale_log2);
    const auto weights = warp::convert<T>(scores);
#endif
    warp::mma_ab(acc, weights, v_ring.current());
    k_ring.advance();
    v_ring.advance();
  }

  for (int kv = full_end; kv < visit_end; kv += kTileKv) { // diagonal
#if MODEL_STAGES == 2
    block::copy_wait<1>();
    block::sync();
    if (kv + kTileKv < visit_end)
      block::copy_async<kThreads>(k_ring.ahead<1>(), k_rows, kv + kTileKv, 0, visit_end);
    block::copy_commit();
    warp::mma_abt(scores, q_smem, k_ring.current());
#else
    block::copy_wait<0>();
    block::sync();
    block::copy_async<kThreads>(v_ring.current(), v_rows, kv, 0, visit_end);
    block::copy_commit();
    warp::mma_abt(scores, q_smem, k_ring.current());
    block::copy_wait<0>();
    block::sync();
    if (kv + kTileKv < visit_end)
      block::copy_async<kThreads>(k_ring.current(), k_rows, kv + kTileKv, 0, visit_end);
    block::copy_commit();
#endif
    warp::map(scores, [&](float s, int row, int column) {
      const int q = first_position + row;
      const int key = kv + column;
      return key <= q && key < kv_len ? s : kNegInf;
    });
    attn::online_softmax<true>(scores, row_max, row_sum, acc, p.scale_log2);
    const auto weights = warp::convert<T>(scores);
#if MODEL_STAGES == 2
    block::copy_wait<1>();
    block::sync();
    if (kv + kTileKv < visit_end)
      block::copy_async<kThreads>(v_ring.ahead<1>(), v_rows, kv + kTileKv, 0, visit_end);
    block::copy_commit();
#endif
    warp::mma_ab(acc, weights, v_ring.current());
    k_ring.advance();
    v_ring.advance();
  }

  const auto lse = attn::finish(acc, row_max, row_sum, p.scale_log2);
  block::copy_wait<0>();
  block::sync();
  warp::store_shared(q_smem, acc);
  block::sync();
  const GlobalRows<T, kHeadDim> out_rows{p.out + (i64(q_begin) * p.heads + head) * kHeadDim,
                                         i64(p.heads) * kHeadDim};
  block::store_rows<kThreads>(out_rows, q_smem, first_row, q_len);
  warp::store_row_values(p.lse + i64(q_begin) * p.heads + head, p.heads, lse, first_row, q_len);
}
