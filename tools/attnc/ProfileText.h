// ProfileText.h - a profile to read: the summary, the hottest lines, the whole text with columns.
//
// Must not compute: every number is in the JSON document.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace attnc::cli {

/// Tables of each kernel, of the program, and of its ten hottest lines.
std::string profileSummary(const nlohmann::json &profile);

/// The CUDA text with what each line costs at the left, one block of columns for all kernels of the text.
std::string profileAnnotation(const nlohmann::json &profile, const std::string &text);

} // namespace attnc::cli
