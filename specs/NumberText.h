// NumberText.h - the shortest decimal text that reads back as the same double.
//
// Must not depend on the locale.
#pragma once

#include <charconv>
#include <string>

namespace attnc {

/// "0.0625", "50.0", "1e-30": always looks like a float.
inline std::string floatText(double value) {
  char buffer[32];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".en") == std::string::npos) // "nan" and "inf" stay
    text += ".0";
  return text;
}

} // namespace attnc
