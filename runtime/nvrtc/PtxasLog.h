// PtxasLog.h - registers, spills and shared memory from what `ptxas -v` prints.
//
// Must not judge: limits are checked by whoever asks.
#pragma once

#include "attnc/Kernel.h"

#include <string_view>
#include <vector>

namespace attnc {

/// One entry per entry function in the log, in its order.
std::vector<KernelResources> parsePtxasLog(std::string_view log);

} // namespace attnc
