// Source.h - an instruction's way back: device header, kernel text, spec.
//
// From the PTX's .loc directives; a module without them has none.
#pragma once

#include "attnc/Status.h"
#include "runtime/sim/decode/Kernel.h"

#include <string>
#include <vector>

namespace attnc::sim {

/// One step of the way: a line, and the function that it stands in.
struct SourceStep {
  Location where;       ///< file and line
  std::string function; ///< "block::copy_async"; empty for the kernel itself
};

/// Innermost first: maybe a line of a device header, ..., at last the line of the kernel's text. Empty if the
/// PTX does not say.
std::vector<SourceStep> sourceChain(const Kernel &kernel, size_t pc);

/// The innermost step of a chain that is in the kernel's text, as an index: of a lambda that a device header
/// calls it is the line in the lambda. The chain is not empty.
size_t kernelStep(const std::vector<SourceStep> &chain);

/// The line of that step; 0 if the PTX does not say.
int kernelLine(const Kernel &kernel, size_t pc);

/// "warp::mma_abt" of "_ZN5attnc4warp7mma_abtI...": without namespace attnc, templates and parameters.
std::string functionName(const std::string &mangled);

} // namespace attnc::sim
