// Rope.h - the section `rope:` as a plain struct, and the inverse frequencies that it stands for.
//
// Part of Spec.h, without MLIR. Must not know tiles: which element meets which is the style's definition
// only.
#pragma once

#include "specs/Located.h"

#include <optional>
#include <string>
#include <vector>

namespace attnc {

/// Which two of the first r dims of a head rotate together (semantics 3.8).
enum class RopeStyle : uint8_t {
  Neox, ///< (x_j, x_{j + r/2})
  Gptj, ///< (x_2j, x_{2j + 1})
};

/// How the frequencies base^(-2j/r) are changed for long contexts (semantics 3.9).
struct RopeScaling {
  enum class Kind : uint8_t { None, Linear, Ntk, Llama3, Yarn, LongRope };
  Kind kind = Kind::None;
  double factor = 1;
  int64_t originalLength = 0;                   ///< all but Linear
  double lowFreqFactor = 1, highFreqFactor = 4; ///< Llama3
  double betaFast = 32, betaSlow = 1;           ///< Yarn
  bool truncate = true;                         ///< Yarn: the ramp's ends are whole dims
  std::vector<double> shortFactor,
      longFactor;             ///< LongRope: divisors, the long ones beyond the original length
  double attentionFactor = 1; ///< Yarn, LongRope: multiplies cos and sin
  Location where;
};

struct Rope {
  RopeStyle style = RopeStyle::Neox;
  Located<int64_t> dim; ///< r: dims from it on pass through
  bool ofQ = true, ofK = true;
  /// Of keys that are appended: they are stored as they come, and rotated whenever they are read. Of active ones: so are
  /// those that the cache holds.
  bool keysOnRead = false;
  Located<double> base{10000.0, {}};
  RopeScaling scaling;
  /// Inputs in place of the base: inverse frequencies, or cosines and sines.
  std::optional<Located<std::string>> frequencies, cos, sin;
  /// Inputs with the position of every token; without one, q's is `q` and k's is its index.
  std::optional<Located<std::string>> qPositions, kPositions;
  /// How many pairs turn by each of several positions of a token (mRoPE); empty: all by one.
  std::vector<int64_t> sections;
  Location where, sectionsWhere, ofWhere, keysWhere; ///< `of`'s is invalid where both are rotated by default

  int64_t pairs() const { return dim.value / 2; }
};

/// Inverse frequencies of the pairs as kernels have them: computed in fp64, rounded once. `beyond`: those of
/// requests longer than the original length (LongRope). Ntk changes them by request: these are of short ones.
std::vector<float> ropeFrequencies(const Rope &rope, bool beyond = false);

/// The attention factor that a scaling has unless the spec gives one.
double defaultAttentionFactor(const RopeScaling &scaling);

} // namespace attnc
