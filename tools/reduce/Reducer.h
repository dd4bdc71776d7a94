// Reducer.h - the smallest spec that still fails, by single steps.
//
// Must not know what a failure is.
#pragma once

#include "specs/YamlTree.h"

#include <functional>

namespace attnc::reduce {

struct Progress {
  size_t tried = 0, kept = 0, values = 0;
  std::string what; ///< the step that was kept
};

struct Reduction {
  YamlNode root;
  size_t tried = 0, kept = 0; ///< steps that the failure was asked about, and those that it survived
};

/// Whether a spec, as text, still fails in the same way; a Status ends the reduction.
using StillFails = std::function<Result<bool>(const std::string &text)>;

/// Tries steps in a fixed order, keeps each that still fails, and ends when none does. A spec that can be
/// read stays one: what a step leaves without a reader (an input that nothing reads any more) goes with it.
/// No text is asked about twice.
Result<Reduction> reduceDocument(YamlNode root, const StillFails &stillFails,
                                 const std::function<void(const Progress &)> &progress);

} // namespace attnc::reduce
