// LineDiff.cpp - the textbook table over what is left between a common begin and a common end.
#include "tools/attnc/LineDiff.h"

#include <algorithm>
#include <unordered_map>

namespace attnc::cli {
namespace {

using Kind = DiffLine::Kind;

/// Equal keys as equal numbers.
class KeyNumbers {
public:
  explicit KeyNumbers(const std::function<std::string(std::string_view)> &key) : key(key) {}
  std::vector<int> of(const std::vector<std::string_view> &lines) {
    std::vector<int> out;
    for (std::string_view line : lines)
      out.push_back(numbers.try_emplace(key ? key(line) : std::string(line), static_cast<int>(numbers.size()))
                        .first->second);
    return out;
  }

private:
  const std::function<std::string(std::string_view)> &key;
  std::unordered_map<std::string, int> numbers;
};

bool isChange(const DiffLine &line) { return line.kind == Kind::Removed || line.kind == Kind::Added; }

} // namespace

std::vector<std::string_view> splitLines(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::vector<DiffLine> diffLines(const std::vector<std::string_view> &before,
                                const std::vector<std::string_view> &after,
                                const std::function<std::string(std::string_view)> &key) {
  KeyNumbers numbers(key);
  const std::vector<int> a = numbers.of(before), b = numbers.of(after);
  std::vector<DiffLine> out;
  auto same = [&](size_t i, size_t j) {
    out.push_back(
        {before[i] == after[j] ? Kind::Same : Kind::Alike, static_cast<int64_t>(i), static_cast<int64_t>(j)});
  };
  size_t first = 0, aEnd = a.size(), bEnd = b.size();
  while (first < std::min(aEnd, bEnd) && a[first] == b[first])
    ++first;
  while (aEnd > first && bEnd > first && a[aEnd - 1] == b[bEnd - 1])
    --aEnd, --bEnd;

  // longest[i * width + j]: common subsequence of a[i, aEnd) and b[j, bEnd)
  const size_t width = bEnd - first + 1;
  std::vector<uint32_t> longest((aEnd - first + 1) * width);
  auto at = [&](size_t i, size_t j) -> uint32_t & { return longest[(i - first) * width + (j - first)]; };
  for (size_t i = aEnd; i-- > first;)
    for (size_t j = bEnd; j-- > first;)
      at(i, j) = a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));

  for (size_t i = 0; i < first; ++i)
    same(i, i);
  size_t i = first, j = first;
  while (i < aEnd || j < bEnd) {
    if (i < aEnd && j < bEnd && a[i] == b[j])
      same(i++, j++);
    else if (j == bEnd || (i < aEnd && at(i + 1, j) >= at(i, j + 1)))
      out.push_back({Kind::Removed, static_cast<int64_t>(i++), -1});
    else
      out.push_back({Kind::Added, -1, static_cast<int64_t>(j++)});
  }
  for (; i < a.size(); ++i, ++j)
    same(i, j);
  return out;
}

std::vector<std::pair<size_t, size_t>> diffHunks(const std::vector<DiffLine> &diff, size_t context) {
  std::vector<std::pair<size_t, size_t>> out;
  for (size_t i = 0; i < diff.size(); ++i) {
    if (!isChange(diff[i]))
      continue;
    const size_t begin = i - std::min(i, context), end = std::min(i + 1 + context, diff.size());
    if (!out.empty() && begin <= out.back().second)
      out.back().second = end;
    else
      out.emplace_back(begin, end);
  }
  return out;
}

} // namespace attnc::cli
