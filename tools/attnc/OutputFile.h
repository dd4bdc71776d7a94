// OutputFile.h - files that a user asked for: there whole, or as they were before.
//
// Must not know formats.
#pragma once

#include "attnc/Status.h"

#include <filesystem>
#include <string_view>

namespace attnc::cli {

/// Writes through a temporary file in the same folder, so that a full disk or a killed process leaves no part
/// of a file under the name. What is not a regular file (/dev/stdout, a pipe) is written directly.
Status writeOutputFile(const std::filesystem::path &path, std::string_view bytes);

} // namespace attnc::cli
