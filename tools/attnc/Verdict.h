// Verdict.h - whether a comparison with the reference shows that a kernel is right.
//
// Must not loosen anything: an element outside its bound fails, whatever the others say.
#pragma once

#include "codegen/reference/ReferenceResult.h"
#include "tools/attnc/Problem.h"

#include <string_view>

namespace attnc::cli {

enum class Verdict : uint8_t {
  Passed,
  Failed,    ///< an element is outside its bound
  Unchecked, ///< of some tensor more than half could not be checked
};

/// "passed", "failed", "unchecked".
std::string_view verdictName(Verdict verdict);

/// Every output of a run beside the reference, and of a debug build the dumps of every tile. Outputs must
/// have been NaN before the run.
Result<Comparison> compareRun(const Program &program, ReferenceResult expected, const Arguments &actual);

/// An element whose bound is infinite is not checked: rounding alone could make anything of it. Where that is
/// more than half of a tensor, or of what is written of one that is updated in place, the comparison shows
/// nothing. Rows of a packed tensor that belong to no request do not count, as nothing is defined there.
Verdict judge(const Comparison &comparison, const Problem &problem);

/// Success if passed; else a Mismatch with the numbers of every tensor, that says what is wrong.
Status verdictStatus(const Comparison &comparison, const Problem &problem);

} // namespace attnc::cli
