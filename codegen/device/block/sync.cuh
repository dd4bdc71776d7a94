// sync.cuh - the meeting of all threads of the block.
#pragma once

#include "attnc/atom/barrier.cuh"

namespace attnc::block {

/// All threads of the block arrive before any goes on.
ATTNC_DEVICE void sync() { atom::barrier(); }

} // namespace attnc::block
