// HiddenKeys.h - keys that no query tile may look at: NaN in them must not reach an output.
//
// Reads the proof (MaskModel); must not evaluate masks itself.
#pragma once

#include "runtime/jit/MaskModel.h"
#include "tools/attnc/Problem.h"

namespace attnc::cli {

/// Writes NaN to k and v at every key that the mask is proved to hide from all query tiles of all heads, of the
/// schedule that `program` was built with. Answers the number of keys; 0 too where k and v are no tensors of their own,
/// are padded on the left, or the mask reads what the problem has not.
Result<int64_t> poisonHiddenKeys(const Spec &spec, const Program &program, Problem &problem);

} // namespace attnc::cli
