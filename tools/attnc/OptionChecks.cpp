// OptionChecks.cpp - the checks behind OptionChecks.h.
#include "tools/attnc/OptionChecks.h"

#include "runtime/core/Cache.h"
#include "specs/Suggest.h"

#include <algorithm>
#include <charconv>

namespace attnc::cli {

CLI::Validator oneOf(std::vector<std::string> words) {
  std::string name;
  for (const std::string &word : words)
    name += (name.empty() ? "{" : ",") + word;
  return CLI::Validator(
      [words = std::move(words)](std::string &text) -> std::string {
        const std::vector<std::string_view> known(words.begin(), words.end());
        if (std::find(known.begin(), known.end(), text) != known.end())
          return "";
        return "expected " + joinChoices(known) + ", got '" + text + "'" + didYouMean(text, known);
      },
      name + "}");
}

CLI::Validator integerBetween(uint64_t least, uint64_t most) {
  return CLI::Validator(
      [=](std::string &text) -> std::string {
        uint64_t value = 0;
        const char *end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data(), end, value);
        if (parsed.ec == std::errc() && parsed.ptr == end && value >= least && value <= most)
          return "";
        return "expected an integer from " + std::to_string(least) + " to " + std::to_string(most) +
               ", got '" + text + "'";
      },
      "");
}

CLI::Validator sizeInBytes() {
  return CLI::Validator(
      [](std::string &text) -> std::string {
        return Cache::parseSize(text) ? "" : "expected a size like 500M or 2G, got '" + text + "'";
      },
      "");
}

} // namespace attnc::cli
