// Cases.h - the awkward shapes that `attnc check` tries.
//
// Must not know any spec by name.
#pragma once

#include "tools/attnc/Problem.h"

#include <string>
#include <vector>

namespace attnc::cli {

struct CheckCase {
  std::string name; ///< "q 7,64,0 kv 7,64,0"
  ProblemRequest request;
  bool poisonHidden = false; ///< NaN in keys that the mask hides from every tile
  /// Scores so large that an expression of them may leave no bound: such elements say nothing, good or bad.
  bool mayLackBounds = false;
};

/// Lengths 0, 1, 7, 64, 65, 127 and 300, equal and unequal, alone and mixed in a batch, as far as the
/// program's layout can express them: a layout without lengths per request gets one case a pair. Scalars that
/// have no default get a value; one case has NaN where no tile may look. `large`: also a case of scores that f16 could not hold at usual head sizes.
std::vector<CheckCase> checkCases(const Program &program, uint64_t seed, bool large);

/// One request of these lengths, in the words of the program's layout.
CheckCase oneRequest(const Program &program, int64_t queries, int64_t keys, uint64_t seed = 1);

} // namespace attnc::cli
