// Fp8Lanes.cpp - conversions to and from e4m3 and e5m2, saturating 16-bit and tf32 ones, cvt.pack.
//
// e4m3 has no infinity: all ones is its NaN, so its greatest value is 448. e5m2 is the upper half of an f16.
#include "runtime/sim/lanes/Fp8.h"

namespace attnc::sim::ATTNC_SIM_ISA {
namespace {

using u16 = uint16_t;
using u32 = uint32_t;
using s32 = int32_t;

template <bool Relu> float relu(float x) { return Relu ? (x != x || x > 0 ? x : 0.0f) : x; }

template <class Format, bool Relu> u16 packFloats(float high, float low) {
  return static_cast<u16>(Format::encode(relu<Relu>(high)) << 8 | Format::encode(relu<Relu>(low)));
}
template <class Format, bool Relu> u16 packHalves(u32 pair) {
  return packFloats<Format, Relu>(f32FromHalf(F16{static_cast<u16>(pair >> 16)}),
                                  f32FromHalf(F16{static_cast<u16>(pair)}));
}
template <class Format, bool Relu> u32 unpackHalves(u16 pair) {
  F16 high = f16FromFloat(relu<Relu>(Format::decode(static_cast<uint8_t>(pair >> 8))));
  F16 low = f16FromFloat(relu<Relu>(Format::decode(static_cast<uint8_t>(pair))));
  return static_cast<u32>(high.bits) << 16 | low.bits;
}

/// .satfinite: what would be infinite, or rounds to it, is the greatest finite value.
template <class H> H finite(H h, u16 greatest) {
  u16 magnitude = h.bits & 0x7fff;
  return magnitude == greatest + 1 ? H{static_cast<u16>((h.bits & 0x8000) | greatest)} : h;
}
template <Round M, bool Relu> F16 finiteF16(float x) {
  return finite(toF16(static_cast<double>(relu<Relu>(x)), M), 0x7bff);
}
template <Round M, bool Relu> BF16 finiteBF16(float x) {
  return finite(toBF16(static_cast<double>(relu<Relu>(x)), M), 0x7f7f);
}
template <class H> u32 pair(H high, H low) { return static_cast<u32>(high.bits) << 16 | low.bits; }

/// Saturating packs: a is the upper element, b the lower one; what was in c moves up.
template <s32 Least, s32 Greatest> u32 clamp(s32 v) {
  return static_cast<u32>(v < Least ? Least : v > Greatest ? Greatest : v);
}
template <s32 Least, s32 Greatest> u32 packWords(s32 a, s32 b) {
  return clamp<Least, Greatest>(a) << 16 | (clamp<Least, Greatest>(b) & 0xffff);
}
template <s32 Least, s32 Greatest> u32 packBytes(s32 a, s32 b, u32 c) {
  return c << 16 | (clamp<Least, Greatest>(a) & 0xff) << 8 | (clamp<Least, Greatest>(b) & 0xff);
}

#define ROWS_FP8(F, f, Relu, r)                                                                              \
  row("cvt.rn.satfinite" r "." f ".f32", [](float a, float b) -> u16 { return packFloats<F, Relu>(a, b); }), \
      row("cvt.rn.satfinite" r "." f ".f16x2", [](u32 a) -> u16 { return packHalves<F, Relu>(a); }),         \
      row("cvt.rn" r ".f16x2." f, [](u16 a) -> u32 { return unpackHalves<F, Relu>(a); })
#define ROWS_FINITE(M, m, Relu, r)                                                                           \
  row("cvt." m r ".satfinite.f16.f32", [](float a) { return finiteF16<M, Relu>(a); }),                       \
      row("cvt." m r ".satfinite.bf16.f32", [](float a) { return finiteBF16<M, Relu>(a); }),                 \
      row("cvt." m r ".satfinite.f16x2.f32",                                                                 \
          [](float a, float b) { return pair(finiteF16<M, Relu>(a), finiteF16<M, Relu>(b)); }),              \
      row("cvt." m r ".satfinite.bf16x2.f32",                                                                \
          [](float a, float b) { return pair(finiteBF16<M, Relu>(a), finiteBF16<M, Relu>(b)); })

constexpr LaneRow table[] = {
    ROWS_FP8(E4M3, "e4m3x2", false, ""),
    ROWS_FP8(E4M3, "e4m3x2", true, ".relu"),
    ROWS_FP8(E5M2, "e5m2x2", false, ""),
    ROWS_FP8(E5M2, "e5m2x2", true, ".relu"),
    ROWS_FINITE(Round::Nearest, "rn", false, ""),
    ROWS_FINITE(Round::Nearest, "rn", true, ".relu"),
    ROWS_FINITE(Round::Zero, "rz", false, ""),
    ROWS_FINITE(Round::Zero, "rz", true, ".relu"),
    row("cvt.pack.sat.u16.s32", [](s32 a, s32 b) -> u32 { return packWords<0, 0xffff>(a, b); }),
    row("cvt.pack.sat.s16.s32", [](s32 a, s32 b) -> u32 { return packWords<-0x8000, 0x7fff>(a, b); }),
    row("cvt.pack.sat.u8.s32.b32", [](s32 a, s32 b, u32 c) -> u32 { return packBytes<0, 0xff>(a, b, c); }),
    row("cvt.pack.sat.s8.s32.b32",
        [](s32 a, s32 b, u32 c) -> u32 { return packBytes<-0x80, 0x7f>(a, b, c); }),
};

} // namespace

LaneRows fp8Rows() { return {table, sizeof(table) / sizeof(table[0])}; }

} // namespace attnc::sim::ATTNC_SIM_ISA
