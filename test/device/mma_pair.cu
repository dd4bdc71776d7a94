// mma_pair.cu - both products of one tile, without softmax: what MmaTest checks against host loops.
//
// The test puts T, kRows, kTile, kDepth and kWarps in front, COPY, ABT and AB (the verbs of a family), WAIT,
// and includes their headers.
#include "attnc/warp/map.cuh"
using namespace attnc;

struct Params {
  const void *in[3];
  void *out[3];
  i64 stride;
  int ints[6];
  float floats[4];
};

/// out[0] = in[0] * in[1]^T, and out[1] = 1 + round(out[0]) * in[2]; the 1 shows that accumulators are kept.
extern "C" __global__ void mma_pair(const __grid_constant__ Params p) {
  extern __shared__ __align__(1024) unsigned char shared_memory[];
  const SharedTile<T, kRows, kDepth> a(shared_memory);
  const SharedTile<T, kTile, kDepth> b(shared_memory + a.kBytes);
  const SharedTile<T, kTile, kDepth> c(shared_memory + a.kBytes + b.kBytes);
  COPY<32 * kWarps>(a, GlobalRows<const T, kDepth>{static_cast<const T *>(p.in[0]), kDepth}, 0, 0, kRows);
  COPY<32 * kWarps>(b, GlobalRows<const T, kDepth>{static_cast<const T *>(p.in[1]), kDepth}, 0, 0, kTile);
  COPY<32 * kWarps>(c, GlobalRows<const T, kDepth>{static_cast<const T *>(p.in[2]), kDepth}, 0, 0, kTile);
  WAIT;
  block::sync();
  Fragment<kRows, kTile, kWarps> scores;
  Fragment<kRows, kDepth, kWarps> acc;
  fill(scores, 1000.0f);
  fill(acc, 1.0f);
  ABT(scores, a, b);
  AB(acc, scores, c);
  warp::map(scores, [&](float v, int row, int column) {
    return static_cast<float *>(p.out[0])[row * kTile + column] = v;
  });
  warp::map(acc, [&](float v, int row, int column) {
    return static_cast<float *>(p.out[1])[row * kDepth + column] = v;
  });
}
