// PtxasLog.cpp - reads lines like "Used 40 registers, used 1 barriers, 16 bytes smem".
//
// Must not fail: a line it does not know is skipped.
#include "runtime/nvrtc/PtxasLog.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace attnc {
namespace {

/// The text between two quotes, or up to the next blank, after `marker`.
std::optional<std::string_view> wordAfter(std::string_view line, std::string_view marker) {
  size_t at = line.find(marker);
  if (at == std::string_view::npos)
    return std::nullopt;
  line.remove_prefix(at + marker.size());
  return line.substr(0, line.find_first_of("' \t\r"));
}

/// The integer in front of `unit`, e.g. 8 in "8 bytes spill stores"; 0 if the line has none.
int numberBefore(std::string_view line, std::string_view unit) {
  size_t end = line.find(unit);
  if (end == std::string_view::npos)
    return 0;
  size_t begin = end;
  while (begin > 0 && line[begin - 1] >= '0' && line[begin - 1] <= '9')
    --begin;
  int value = 0;
  std::from_chars(line.data() + begin, line.data() + end, value);
  return value;
}

} // namespace

std::vector<KernelResources> parsePtxasLog(std::string_view log) {
  std::vector<KernelResources> out;
  // ptxas names the entry first, then the function whose properties follow; device functions that were not
  // inlined have properties of their own, which are not the entry's.
  bool ofEntry = false;
  while (!log.empty()) {
    size_t end = std::min(log.find('\n'), log.size());
    std::string_view line = log.substr(0, end);
    log.remove_prefix(std::min(end + 1, log.size()));
    if (auto kernel = wordAfter(line, "Compiling entry function '")) {
      out.push_back({});
      out.back().kernel = *kernel;
    } else if (auto function = wordAfter(line, "Function properties for ")) {
      ofEntry = !out.empty() && *function == out.back().kernel;
    } else if (out.empty()) {
      continue;
    } else if (ofEntry && line.find(" bytes stack frame") != std::string_view::npos) {
      out.back().stackBytes = numberBefore(line, " bytes stack frame");
      out.back().spillStoreBytes = numberBefore(line, " bytes spill stores");
      out.back().spillLoadBytes = numberBefore(line, " bytes spill loads");
    } else if (line.find("Used ") != std::string_view::npos &&
               line.find(" registers") != std::string_view::npos) {
      out.back().registers = numberBefore(line, " registers");
      out.back().staticSharedBytes = numberBefore(line, " bytes smem");
    }
  }
  return out;
}

} // namespace attnc
