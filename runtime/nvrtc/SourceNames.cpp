// SourceNames.cpp - .file 2 "/home/me/attnc/core.cuh" becomes .file 2 "attnc/core.cuh".
//
// Must not guess: a file that is none of the names keeps only its last part.
#include "runtime/nvrtc/SourceNames.h"

#include <algorithm>

namespace attnc {
namespace {

/// The longest of `names` that `path` ends in, after a slash; else the last part of the path.
std::string_view plainName(std::string_view path, const std::vector<std::string> &names) {
  std::string_view best;
  for (const std::string &name : names)
    if (name.size() > best.size() && path.ends_with(name) &&
        (path.size() == name.size() || path[path.size() - name.size() - 1] == '/'))
      best = name;
  return best.empty() ? path.substr(path.rfind('/') + 1) : best;
}

} // namespace

std::string withPlainSourceNames(std::string_view ptx, const std::vector<std::string> &names) {
  std::string out;
  out.reserve(ptx.size());
  while (!ptx.empty()) {
    const size_t end = std::min(ptx.find('\n'), ptx.size() - 1) + 1;
    const std::string_view line = ptx.substr(0, end);
    ptx.remove_prefix(end);
    const size_t start = line.find_first_not_of(" \t");
    const size_t open = line.find('"'), close = line.rfind('"');
    if (start == std::string_view::npos || !line.substr(start).starts_with(".file") ||
        open == std::string_view::npos || open == close) {
      out += line;
      continue;
    }
    out += line.substr(0, open + 1);
    out += plainName(line.substr(open + 1, close - open - 1), names);
    out += line.substr(close);
  }
  return out;
}

} // namespace attnc
