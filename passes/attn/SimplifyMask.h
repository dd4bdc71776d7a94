// SimplifyMask.h - canonical form of mask and score regions, for the importer and attn-simplify-mask.
#pragma once

#include "dialect/attn/Attn.h"

namespace attnc {

/// Puts both regions in canonical form (RegionRebuilder.h) and drops a mask that folds to true and a score
/// that is its argument. Returns whether a region was emptied. Proves nothing about positions.
bool simplifyRegions(attn::AttentionOp attention);

} // namespace attnc
