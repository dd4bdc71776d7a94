// core.cuh - what every device header builds on: storage types, lane and warp numbers, integer helpers.
//
// Includes no CUDA header, so that NVRTC parses nothing it does not need. Must not know tiles.
#pragma once

#define ATTNC_DEVICE __device__ __forceinline__

namespace attnc {

using i64 = long long;

/// 16-bit storage. Arithmetic is done in float; only tensor cores read the bits as numbers.
struct f16 {
  unsigned short bits;
};
struct bf16 {
  unsigned short bits;
};

/// 8-bit storage of quantised caches: floats of 4 and 5 bits of exponent, and integers.
struct e4m3 {
  unsigned char bits;
};
struct e5m2 {
  unsigned char bits;
};
struct i8 {
  signed char value;
};

constexpr float kNegInf = __builtin_bit_cast(float, 0xff800000u);
constexpr float kLog2E = 1.4426950408889634f;
constexpr float kLn2 = 0.6931471805599453f;
constexpr unsigned kFullWarp = 0xffffffffu;

/// Position of this thread in its warp, and of its warp in the block. Blocks are one-dimensional.
ATTNC_DEVICE int lane_index() { return static_cast<int>(threadIdx.x % 32); }
ATTNC_DEVICE int warp_index() { return static_cast<int>(threadIdx.x / 32); }

// Templates, so that an unqualified min(int, int) stays unambiguous beside the compiler's own.
template <class T> __host__ __device__ constexpr T min(T a, T b) { return a < b ? a : b; }
template <class T> __host__ __device__ constexpr T max(T a, T b) { return a < b ? b : a; }
template <class T> __host__ __device__ constexpr T clamp(T x, T low, T high) {
  return max(low, min(x, high));
}

/// Quotient of the floor division: -1 / 4 and 1 / -4 are -1. A divisor of 0, which only a spec's expression can
/// have, counts as 1; one of -1 gives -a, wrapped.
__host__ __device__ constexpr int floor_div(int a, int b) {
  if (b > 0)
    return a / b - (a % b < 0 ? 1 : 0);
  if (b < -1)
    return a / b - (a % b > 0 ? 1 : 0);
  return b == 0 ? a : static_cast<int>(0u - static_cast<unsigned>(a));
}
/// Remainder of the floor division: -1 by 4 leaves 3. `b` is positive.
__host__ __device__ constexpr int floor_mod(int a, int b) { return a % b + (a % b < 0 ? b : 0); }
/// Smallest integer not below a / b. `b` is positive.
__host__ __device__ constexpr int ceil_div(int a, int b) { return a / b + (a % b > 0 ? 1 : 0); }
/// The nearest multiple of `b` not above, not below `a`. `b` is positive.
__host__ __device__ constexpr int round_down(int a, int b) { return a - floor_mod(a, b); }
__host__ __device__ constexpr int round_up(int a, int b) { return ceil_div(a, b) * b; }
/// Bit i % 32 of `word`.
__host__ __device__ constexpr bool bit(int word, int i) { return (static_cast<unsigned>(word) >> (i & 31) & 1u) != 0; }

ATTNC_DEVICE float to_float(float x) { return x; }
ATTNC_DEVICE float to_float(f16 x) {
  float wide;
  asm("cvt.f32.f16 %0, %1;" : "=f"(wide) : "h"(x.bits));
  return wide;
}
ATTNC_DEVICE float to_float(bf16 x) { return __uint_as_float(static_cast<unsigned>(x.bits) << 16); }

/// Two floats rounded to nearest even and packed, `low` in the low half.
template <class T> ATTNC_DEVICE unsigned pack(float low, float high);
template <> ATTNC_DEVICE unsigned pack<f16>(float low, float high) {
  unsigned both;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}
template <> ATTNC_DEVICE unsigned pack<bf16>(float low, float high) {
  unsigned both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}

/// `x` rounded to nearest even.
template <class T> ATTNC_DEVICE T from_float(float x) {
  return T{static_cast<unsigned short>(pack<T>(x, 0.0f) & 0xffffu)};
}
template <> ATTNC_DEVICE float from_float<float>(float x) { return x; }

} // namespace attnc
