// rope.cu - sines and cosines, and the rotation of a tile in every width of access; the kernels of RopeTest.cpp.
#include "attnc/attn/rope.cuh"
#include "attnc/attn/rope_singly.cuh"
#include "attnc/block/sync.cuh"
using namespace attnc;

struct Params {
  const void *in[3];
  void *out[3];
  i64 stride;
  int ints[6];
  float floats[4];
};

extern __shared__ __align__(1024) unsigned char shared_memory[];

/// out[0] and out[1]: sine and cosine of the ints[0] floats of in[0].
extern "C" __global__ void sines(const __grid_constant__ Params p) {
  const float *in = static_cast<const float *>(p.in[0]);
  for (int i = static_cast<int>(threadIdx.x); i < p.ints[0]; i += 32) {
    const attn::QuarterTurns angle =
        fabsf(in[i]) <= attn::kFarAngle ? attn::near_quarter_turns(in[i]) : attn::far_quarter_turns(in[i]);
    attn::turn(angle, static_cast<float *>(p.out[0])[i], static_cast<float *>(p.out[1])[i]);
  }
}

/// 32 rows of 64 columns, rotated by the frequencies in[1] at positions ints[0] + 3 * row.
template <class T, class Style, bool Singly = false> ATTNC_DEVICE void rotated(Params const &p) {
  const SharedTile<T, 32, 64> tile(shared_memory);
  constexpr int kChunk = 16 / static_cast<int>(sizeof(T));
  const auto *in = static_cast<const atom::Bytes16 *>(p.in[0]);
  for (int i = static_cast<int>(threadIdx.x); i < 32 * 64 / kChunk; i += 64)
    atom::store_shared_16(tile.address(i / (64 / kChunk), i % (64 / kChunk) * kChunk), in[i]);
  block::sync();
  const auto angles = attn::frequencies(static_cast<const float *>(p.in[1]), p.floats[0], p.floats[1]);
  const auto at = [&](int row) { return p.ints[0] + 3 * row; };
  if constexpr (Singly)
    attn::rope_singly<64, Style>(tile, angles, at);
  else
    attn::rope<64, Style>(tile, angles, at);
  block::sync();
  auto *out = static_cast<atom::Bytes16 *>(p.out[0]);
  for (int i = static_cast<int>(threadIdx.x); i < 32 * 64 / kChunk; i += 64)
    out[i] = atom::load_shared_16(tile.address(i / (64 / kChunk), i % (64 / kChunk) * kChunk));
}

#define ROTATED(NAME, STYLE)                                                                                           \
  extern "C" __global__ void NAME##_bf16(const __grid_constant__ Params p) { rotated<bf16, attn::STYLE>(p); }          \
  extern "C" __global__ void NAME##_f16(const __grid_constant__ Params p) { rotated<f16, attn::STYLE, true>(p); }      \
  extern "C" __global__ void NAME##_f32(const __grid_constant__ Params p) { rotated<float, attn::STYLE>(p); }
ROTATED(neox_64, Neox<64>)
ROTATED(neox_24, Neox<24>)
ROTATED(neox_12, Neox<12>)
ROTATED(neox_6, Neox<6>)
ROTATED(gptj_64, Gptj<64>)
ROTATED(gptj_6, Gptj<6>)
