// Suggest.h - "did you mean" for misspelt words.
//
// Must not know where words come from.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace attnc {

/// "; did you mean 'x'" for the nearest candidate within a third of the word's length, else "".
std::string didYouMean(std::string_view word, std::span<const std::string_view> candidates);

/// "a, b or c".
std::string joinChoices(std::span<const std::string_view> words);

} // namespace attnc
