// decode_bytes.cu - every pair of 8-bit numbers as pairs of f16 and bf16, and as floats.
#include "attnc/atom/decode_bytes.cuh"
#include "attnc/atom/byte_to_float.cuh"
using namespace attnc;

struct Params {
  const void *in[3];
  void *out[3];
  i64 stride;
  int ints[6];
  float floats[4];
};

/// Thread i: bytes i, 255 - i, 7 i and 13 i; out[0]: pairs of bytes 0 1, 2 3, 0 2 and 1 3; out[1]: byte 0 as a float.
template <class T, class Stored> ATTNC_DEVICE void decode(Params const &p) {
  const unsigned i = threadIdx.x;
  const unsigned bytes = i | (255u - i) << 8 | (7 * i & 255u) << 16 | (13 * i & 255u) << 24;
  unsigned *out = static_cast<unsigned *>(p.out[0]) + 4 * i;
  out[0] = atom::DecodePair<T, Stored, 0, 1>::from(bytes);
  out[1] = atom::DecodePair<T, Stored, 2, 3>::from(bytes);
  out[2] = atom::DecodePair<T, Stored, 0, 2>::from(bytes);
  out[3] = atom::DecodePair<T, Stored, 1, 3>::from(bytes);
  static_cast<float *>(p.out[1])[i] = atom::byte_to_float(Stored{}, i);
}

extern "C" __global__ void half_e4m3(const __grid_constant__ Params p) { decode<f16, e4m3>(p); }
extern "C" __global__ void half_e5m2(const __grid_constant__ Params p) { decode<f16, e5m2>(p); }
extern "C" __global__ void half_i8(const __grid_constant__ Params p) { decode<f16, i8>(p); }
extern "C" __global__ void brain_e4m3(const __grid_constant__ Params p) { decode<bf16, e4m3>(p); }
extern "C" __global__ void brain_e5m2(const __grid_constant__ Params p) { decode<bf16, e5m2>(p); }
extern "C" __global__ void brain_i8(const __grid_constant__ Params p) { decode<bf16, i8>(p); }
