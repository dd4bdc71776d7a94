// RandomMask.h - random masks as spec structs, and their meaning computed straight from the spec.
//
// The oracle of MaskProofTest: it must share nothing with the importer or the analysis.
#pragma once

#include "specs/Spec.h"

#include <random>

namespace attnc::test {

/// Where a mask is evaluated.
struct Position {
  int64_t b, h, q, kv, qLen, kvLen;
};

/// Values of what a call passes besides tensors.
struct CallValues {
  int64_t window = 0, prefix = 0;
  std::vector<int64_t> doc; ///< the side tensor doc[kv_len], 0 outside
};

/// Heads 4 / 2, i32 params `window` and `prefix`, side tensor `doc` (i32, kv_len), mask none.
Spec baseSpec(Anchor anchor);

class RandomMask {
public:
  explicit RandomMask(uint64_t seed) : engine(seed) {}

  /// causal, window, chunked and all/any/not of them.
  MaskNode sugar(int depth);
  /// An expression of any of the operations on integers and bools.
  MaskNode expression(int depth);
  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }

private:
  ExprPtr integer(int depth);
  ExprPtr boolean(int depth);
  /// kv against something: what bounds are made of.
  ExprPtr keyComparison(int depth);

  std::mt19937_64 engine;
};

bool visible(const MaskNode &mask, const Spec &spec, const CallValues &values, const Position &at);
/// The mask in words, for failure messages.
std::string describe(const MaskNode &mask);

ExprPtr node(ExprKind kind, ExprType type, std::vector<ExprPtr> operands);
ExprPtr variable(std::string name);
ExprPtr literal(int64_t value);

} // namespace attnc::test
