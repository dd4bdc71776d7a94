// ExactMath.h - the tests' own arithmetic: exact results, and one rounding to any binary format by searching
// its codes. Slow, and shares nothing with the simulator.
#pragma once

#include <cstdint>

namespace attnc::simtest {

__extension__ typedef __float128 Quad;

enum class Rounding { Nearest, Zero, Down, Up };

/// A real number: `value`, and the sign of what is missing from it (it is less than any last place).
struct Exact {
  Quad value = 0;
  int rest = 0;
};

/// A binary floating-point format, IEEE 754 style; `top` is the code of the greatest finite value.
struct Format {
  int exponentBits, mantissaBits;
  uint64_t top;
  bool hasInfinity = true; ///< at top + 1

  int bits() const { return 1 + exponentBits + mantissaBits; }
  uint64_t sign() const { return uint64_t(1) << (bits() - 1); }
  bool isNan(uint64_t code) const { return (code & (sign() - 1)) > top + (hasInfinity ? 1 : 0); }
  bool isInfinite(uint64_t code) const { return hasInfinity && (code & (sign() - 1)) == top + 1; }
  bool isSubnormal(uint64_t code) const {
    uint64_t magnitude = code & (sign() - 1);
    return magnitude != 0 && magnitude >> mantissaBits == 0;
  }
  /// Of a finite code, or of top + 1 as if the exponents went on.
  double decode(uint64_t code) const;
  /// The code of `x` in the direction given; overflow as IEEE 754 has it (without infinity: the top).
  uint64_t round(Exact x, Rounding mode = Rounding::Nearest) const;
  uint64_t flush(uint64_t code) const { return isSubnormal(code) ? code & sign() : code; }
  /// The format's NaN, infinity and zero.
  uint64_t nan() const { return sign() - 1; }
  uint64_t infinity() const { return top + 1; }
};

inline constexpr Format kF64{11, 52, 0x7fefffffffffffff};
inline constexpr Format kF32{8, 23, 0x7f7fffff};
inline constexpr Format kF16{5, 10, 0x7bff};
inline constexpr Format kBF16{8, 7, 0x7f7f};
inline constexpr Format kE4M3{4, 3, 0x7e, false};
inline constexpr Format kE5M2{5, 2, 0x7b};
inline constexpr Format kTF32{8, 10, 0x3fbff};

enum class Op { Add, Sub, Mul, Fma, Div, Sqrt, Rcp };

/// `op` on codes of `format`, rounded once, with IEEE 754 specials.
uint64_t apply(Op op, const Format &format, Rounding mode, uint64_t a, uint64_t b, uint64_t c);

/// `code` of one format in another; NaN stays NaN.
uint64_t convert(const Format &from, const Format &to, uint64_t code, Rounding mode = Rounding::Nearest);

/// [0, 1] of a code, NaN to 0.
uint64_t saturated(const Format &format, uint64_t code);

} // namespace attnc::simtest
