// InPlaceContent.h - the content of tensors that a run updates in place, for the next run.
//
// Must not know caches or devices.
#pragma once

#include "tools/attnc/Problem.h"

namespace attnc::cli {

/// What tensors that are updated in place hold, to be put back before the next run.
class InPlaceContent {
public:
  InPlaceContent(const Program &program, const Problem &problem);
  void restore(Problem &problem) const;

private:
  ByName<std::vector<std::byte>> content;
};

} // namespace attnc::cli
