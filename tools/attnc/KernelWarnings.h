// KernelWarnings.h - what a user should know of a compiled kernel although it is right: it spills, or has a
// stack.
//
// Must not decide whether a kernel may be used.
#pragma once

#include "attnc/Kernel.h"
#include "specs/Spec.h"

#include <string>
#include <vector>

namespace attnc::cli {

/// One sentence a kernel of `image` that ptxas gave stack memory; a schedule that `spec` pins is named as the
/// likely cause. Empty if there is nothing to say.
std::vector<std::string> kernelWarnings(const Image &image, const Spec &spec);

/// Prints each to standard error.
void printWarnings(const std::vector<std::string> &warnings);

} // namespace attnc::cli
