// Dumps.h - what the dumps of a debug build should hold.
//
// Plain functions without MLIR. Must not know how a kernel walks its tiles: the dumps say which it visited.
#pragma once

#include "codegen/reference/ReferenceResult.h"

namespace attnc {

/// `expected` with its `debug_scores` replaced by four outputs, of which each is
/// [rows of out.., heads, kv_len] and NaN where a tile was not visited:
///   debug_scores   S: masked logits in natural units, -inf where hidden
///   debug_row_max  m: the running maximum once the tile of the key is taken
///   debug_weights  P: exp(S - m), before rounding for the second product
///   debug_row_sum  l: the sum of the weights so far, relative to m
/// and with the reports that a kernel over caches makes, `debug_pages` or one each for keys and values, of zeros.
/// Weights and sums are those of the `debug_row_max` in `actual`, so that each dump is judged for itself. A tile that
/// was not visited is right if the reference hides all its keys; otherwise the scores' own value is expected there.
/// Tensors of `actual` must have been NaN before the run. Without `debug_scores` there are reports at most.
///
/// Tiles are `tileKv` keys from the first one. Missing tensors, other shapes and a tileKv below 1 are InvalidArgument.
Result<ReferenceResult> expectDumps(ReferenceResult expected, const Arguments &actual, int64_t tileKv);

} // namespace attnc
