// Version.h - the version that attnc reports.
#pragma once

#include "attnc/attnc.h"

#include <string_view>

#define ATTNC_STRINGIFY_IMPL(x) #x
#define ATTNC_STRINGIFY(x) ATTNC_STRINGIFY_IMPL(x)

namespace attnc {

/// "attnc 0.1.0 (C ABI 1)"; ATTNC_VERSION comes from the top-level CMakeLists.txt.
inline constexpr std::string_view kVersionText =
    "attnc " ATTNC_VERSION " (C ABI " ATTNC_STRINGIFY(ATTNC_ABI_VERSION) ")";

} // namespace attnc
