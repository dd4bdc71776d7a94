// LineDiff.h - what changed between two texts, by lines.
//
// Must not know what the lines mean. Takes time and memory of the product of the lengths of what differs: for
// texts of some thousand lines.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace attnc::cli {

std::vector<std::string_view> splitLines(std::string_view text);

struct DiffLine {
  enum class Kind : uint8_t {
    Same,
    Alike, ///< equal keys, other texts
    Removed,
    Added,
  };
  Kind kind;
  int64_t before = -1, after = -1; ///< line numbers from 0; -1 where there is none
  bool operator==(const DiffLine &) const = default;
};

/// A longest common subsequence of the lines' keys, what is removed before what is added. Without `key` lines
/// are their own keys.
std::vector<DiffLine> diffLines(const std::vector<std::string_view> &before,
                                const std::vector<std::string_view> &after,
                                const std::function<std::string(std::string_view)> &key = nullptr);

/// Stretches [first, second) of `diff` to show: what is removed or added, with `context` lines around it.
std::vector<std::pair<size_t, size_t>> diffHunks(const std::vector<DiffLine> &diff, size_t context);

} // namespace attnc::cli
