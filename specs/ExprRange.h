// ExprRange.h - what a bool expression can be, from the ranges of its variables.
//
// Must stay sound: `Unknown` is always a right answer. Tight proofs about tiles are the mask analysis' work.
#pragma once

#include "specs/Spec.h"

namespace attnc {

enum class Truth : uint8_t { Never, Always, Unknown };

/// Interval arithmetic over heads of `spec` and 32-bit positions; float arithmetic is unknown.
Truth truthOf(const Expr &expr, const Spec &spec);

} // namespace attnc
