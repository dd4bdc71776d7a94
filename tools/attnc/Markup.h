// Markup.h - text inside HTML and XML.
#pragma once

#include <string>
#include <string_view>

namespace attnc::cli {

/// With &, <, >, quotes and what XML has no character for replaced: safe as text and inside attributes.
inline std::string escapeMarkup(std::string_view text) {
  std::string out;
  for (const char c : text)
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      const auto byte = static_cast<unsigned char>(c);
      out += byte < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  return out;
}

} // namespace attnc::cli
