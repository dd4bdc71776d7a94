// KernelText.h - the CUDA text that PTX was made from: its lines, and the places of the spec in its comments.
//
// Knows codegen's comments only, no C++. Read-only once built.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace attnc::sim {

class KernelText {
public:
  KernelText() = default;
  explicit KernelText(std::string_view text);

  size_t lineCount() const { return lines.size(); }
  /// Without indentation; empty for a line that is not there. Lines count from 1.
  std::string_view line(int number) const;
  /// "spec.yaml:9" where a comment behind the line names it, or behind the line that opens the innermost
  /// block around it; "spec.yaml" where only the banner above does: the line belongs to the kernel as a
  /// whole; else "".
  std::string_view specPlace(int number) const;

private:
  struct Line {
    std::string text, place;
  };
  std::vector<Line> lines;
};

} // namespace attnc::sim
