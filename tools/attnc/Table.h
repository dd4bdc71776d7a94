// Table.h - columns of text, aligned.
#pragma once

#include <string>
#include <vector>

namespace attnc::cli {

class Table {
public:
  explicit Table(std::vector<std::string> titles) : rows{std::move(titles)} {}
  void row(std::vector<std::string> cells) { rows.push_back(std::move(cells)); }

  std::string str() const {
    std::vector<size_t> widths(rows.front().size());
    for (const auto &cells : rows)
      for (size_t i = 0; i < cells.size(); ++i)
        widths[i] = std::max(widths[i], cells[i].size());
    std::string out;
    for (const auto &cells : rows) {
      for (size_t i = 0; i < cells.size(); ++i)
        out += cells[i] + (i + 1 < cells.size() ? std::string(widths[i] - cells[i].size() + 2, ' ') : "");
      out += '\n';
    }
    return out;
  }

private:
  std::vector<std::vector<std::string>> rows;
};

} // namespace attnc::cli
