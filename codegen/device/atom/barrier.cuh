// barrier.cuh - bar.sync: every thread of the block waits for every other.
//
// Orders shared-memory accesses of the block. Must not be called by a part of the block only.
#pragma once

#include "attnc/core.cuh"

namespace attnc::atom {

ATTNC_DEVICE void barrier() { __syncthreads(); }

} // namespace attnc::atom
