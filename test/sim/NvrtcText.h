// NvrtcText.h - CUDA text to PTX through whatever NVRTC the machine has, for tests only.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace attnc::simtest {

/// The PTX of `cuda`, or nothing if there is no NVRTC here; a compile error fails the test.
std::optional<std::string> compileCuda(const std::string &cuda, const std::vector<std::string> &options);

} // namespace attnc::simtest
