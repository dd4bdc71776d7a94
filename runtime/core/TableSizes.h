// TableSizes.h - whether a table of pages has the elements that its batch needs.
//
// Must not look at elements.
#pragma once

#include "attnc/Status.h"

#include <cstdint>
#include <string>

namespace attnc {

/// "block_table: expected 9 elements, got 8"; InvalidArgument.
inline Status expectElements(const char *name, int64_t expected, size_t got) {
  if (expected >= 0 && static_cast<size_t>(expected) == got)
    return Status::success();
  return Status(Code::InvalidArgument, std::string(name) + ": expected " + std::to_string(expected) +
                                           " elements, got " + std::to_string(got));
}

} // namespace attnc
