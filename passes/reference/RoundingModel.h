// RoundingModel.h - how accurate a correct kernel's arithmetic is assumed to be.
//
// These constants are the contract between the oracle and the device library: a device function that is less
// accurate than its line here makes a correct kernel fail. README.md says what each one is for. Must not
// depend on a target, a tile shape or an order of evaluation.
#pragma once

namespace attnc::rounding {

/// Unit round-off (half the spacing at 1) of binary32, binary16 and bfloat16.
inline constexpr double kUnitF32 = 0x1p-24;
inline constexpr double kUnitF16 = 0x1p-11;
inline constexpr double kUnitBF16 = 0x1p-8;
/// The same of the 8-bit floats, and the largest numbers that outputs of 8 bits saturate at.
inline constexpr double kUnitE4M3 = 0x1p-4;
inline constexpr double kUnitE5M2 = 0x1p-3;
inline constexpr double kMaxE4M3 = 448;
inline constexpr double kMaxE5M2 = 57344;
/// Of an operand rounded to tf32, 10 bits after the point.
inline constexpr double kUnitTf32 = 0x1p-11;

/// Largest absolute error of a value stored as a subnormal: half the spacing of f16's subnormals; for f32 and
/// bf16 the smallest normal number, because kernels may flush subnormals to zero.
inline constexpr double kTinyF16 = 0x1p-25;
inline constexpr double kTinyF32 = 0x1p-126;

inline constexpr double kTinyE4M3 = 0x1p-10;
inline constexpr double kTinyE5M2 = 0x1p-17;
/// Of an integer: half of its last place.
inline constexpr double kTinyI8 = 0.5;

inline constexpr double kMaxF32 = 0x1.fffffep127;

/// Relative error, in units of kUnitF32, of one f32 operation of a score region.
inline constexpr double kBasicUnits = 1;  ///< add, subtract, multiply, integer to float
inline constexpr double kDivideUnits = 4; ///< divide, square root: 2 ulp
/// What is quantised: the quotient by a scale, as a product with the inverse.
inline constexpr double kInverseUnits = kDivideUnits + 2 * kBasicUnits;
inline constexpr double kFunctionUnits = 4; ///< exp, log, tanh, erf: 2 ulp, plus what follows
/// exp computes exp2(x * log2(e)): the product's rounding grows with |x|.
inline constexpr double kExpUnitsPerArgument = 2;
/// Absolute error of log near 1, of erf, and of tanh (through exp2 and a division).
inline constexpr double kLogAbsolute = 0x1p-21;
inline constexpr double kErfAbsolute = 0x1p-21;
inline constexpr double kTanhAbsolute = 1e-6;

/// Softmax: p = exp2(x * c - m * c): 2 ulp of exp2, the subtraction, and the rounding of both products.
inline constexpr double kSoftmaxUnits = 8;
inline constexpr double kSoftmaxUnitsPerLogit = 4;

/// Rotation: absolute error of a sine or cosine of an f32 angle. Where thetas depend on the request's length,
/// their relative error in units of kUnitF32: of exp2, the product and the logarithm, and more for each
/// octave that they fall by.
inline constexpr double kSinCosAbsolute = 0x1p-22;
inline constexpr double kStretchUnits = 16;
inline constexpr double kStretchUnitsPerOctave = 8;

/// Sums of n terms in f32, in units of kUnitF32 relative to the sum of magnitudes: n / 4 + constant. Tensor
/// cores add 8 or 16 products a step and may truncate; a row's sum is spread over at least four lanes. With
/// one rescaling per 32 keys (exp2: 4 units) n / 4 covers the running softmax as well.
inline constexpr double kSumUnitsPerTerm = 0.25;
inline constexpr double kDotConstantUnits = 8;
inline constexpr double kKeysConstantUnits = 16;

/// q . k summed in f16: rounded to nearest after every so many products at most, in the order of the columns.
/// (An mma takes 16, which a tensor core may add in two halves.) Beyond the largest f16 nothing is certain.
inline constexpr int kF16SumStep = 8;
inline constexpr double kMaxF16 = 65504;

} // namespace attnc::rounding
