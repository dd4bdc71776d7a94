// OptionChecks.h - checks of option values, with messages that say what was expected and what came.
//
// Must not know any verb. CLI11's own checks name neither, and read -1 as a large unsigned number.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace attnc::cli {

/// One of `words`, with "did you mean".
CLI::Validator oneOf(std::vector<std::string> words);

/// A decimal integer of `least` to `most`.
CLI::Validator integerBetween(uint64_t least, uint64_t most);

/// Bytes, or with K, M or G: what $ATTNC_CACHE_LIMIT takes.
CLI::Validator sizeInBytes();

} // namespace attnc::cli
