// MaskSvg.cpp - a mask as SVG: rectangles of tiles, paths of visible pairs and of proved bounds, axes, a
// legend.
#include "tools/attnc/MaskPicture.h"

#include "tools/attnc/Markup.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

namespace attnc::cli {
namespace {

using Tile = MaskGrid::Tile;

struct TileStyle {
  Tile tile;
  const char *fill, *title;
};
constexpr std::array<TileStyle, 4> kStyles = {{
    {Tile::Full, "#3f76b0", "full: no mask code"},
    {Tile::Partial, "#fdeccb", "partial: mask code runs"},
    {Tile::Wasted, "#f3b6b0", "visited, nothing visible"},
    {Tile::Skipped, "#f3f4f6", "skipped"},
}};
constexpr const char *kPair = "#e08a1e", *kVisit = "#111827", *kFull = "#ffffff", *kInk = "#1f2937";
constexpr double kLeft = 76, kTop = 96, kBottom = 24, kLegend = 270, kSide = 576, kLine = 18,
                 kLeastLegend = 256, kLeastSide = 96;
constexpr double kLeastGrid = 4; ///< pixels of a tile that gets grid lines

__attribute__((format(printf, 1, 2))) std::string format(const char *pattern, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof(text), pattern, arguments);
  va_end(arguments);
  return text;
}

/// At most two digits behind the point, none that says nothing.
std::string number(double value) {
  std::string text = format("%.2f", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.'))
    text.pop_back();
  return text;
}

class Drawing {
public:
  Drawing(const MaskGrid &grid, const PictureText &text) : grid(grid), text(text) {
    const double longest = static_cast<double>(std::max(grid.qLen, grid.kvLen));
    width = std::max(kLeastSide, kSide * static_cast<double>(grid.kvLen) / longest);
    height = std::max(kLeastSide, kSide * static_cast<double>(grid.qLen) / longest);
  }

  std::string draw() {
    const double pageWidth = kLeft + width + 28 + kLegend;
    const double belowPlot = kTop + std::max(height, kLeastLegend) + kBottom;
    const double pageHeight = belowPlot + kLine * static_cast<double>(text.assumed.size());
    out +=
        format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" viewBox=\"0 0 %s %s\" "
               "role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\">\n",
               number(pageWidth).c_str(), number(pageHeight).c_str(), number(pageWidth).c_str(),
               number(pageHeight).c_str());
    const std::string title = escapeMarkup(text.name + " for " + text.arch + ": mask in tiles of " +
                                           std::to_string(grid.tileQ) + " x " + std::to_string(grid.tileKv));
    out += "<title>" + title + "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
    write(kLeft, 24, title, "font-size=\"15\" font-weight=\"bold\"");
    write(kLeft, 43, escapeMarkup(pictureShape(grid, text)), "");
    tiles();
    pairs();
    gridLines();
    bounds();
    axes();
    legend();
    double top = belowPlot;
    for (const std::string &assumption : text.assumed) {
      write(kLeft, top, escapeMarkup("assumed " + assumption), "");
      top += kLine;
    }
    return out + "</svg>\n";
  }

private:
  double x(int64_t key) const {
    return kLeft + width * static_cast<double>(key) / static_cast<double>(grid.kvLen);
  }
  double y(int64_t row) const {
    return kTop + height * static_cast<double>(row) / static_cast<double>(grid.qLen);
  }
  int64_t keyOf(int64_t column) const { return std::min(column * grid.tileKv, grid.kvLen); }
  static int64_t rowEnd(const MaskGrid::Row &row) { return row.firstRow + row.rows; }

  void write(double left, double top, const std::string &escaped, const char *attributes) {
    out += format("<text x=\"%s\" y=\"%s\" fill=\"%s\" %s>", number(left).c_str(), number(top).c_str(), kInk,
                  attributes) +
           escaped + "</text>\n";
  }
  void rectangle(double left, double top, double right, double bottom, const char *fill) {
    out += format("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>\n", number(left).c_str(),
                  number(top).c_str(), number(right - left).c_str(), number(bottom - top).c_str(), fill);
  }

  /// One rectangle for each run of equal tiles in a row.
  void tiles() {
    out += "<g shape-rendering=\"crispEdges\">\n";
    for (const TileStyle &style : kStyles) {
      if (style.tile == Tile::Skipped) {
        continue;
      }
      std::string path;
      for (const MaskGrid::Row &row : grid.rows)
        for (size_t i = 0; i < row.tiles.size();) {
          size_t end = i + 1;
          while (end < row.tiles.size() && row.tiles[end] == row.tiles[i])
            ++end;
          if (row.tiles[i] == style.tile)
            path += box(keyOf(static_cast<int64_t>(i)), row.firstRow, keyOf(static_cast<int64_t>(end)),
                        rowEnd(row));
          i = end;
        }
      if (style.tile == Tile::Full) // the ground first
        rectangle(x(0), y(0), x(grid.kvLen), y(grid.qLen), kStyles.back().fill);
      if (!path.empty())
        out += format("<path class=\"tiles\" fill=\"%s\" d=\"", style.fill) + path + "\"/>\n";
    }
    out += "</g>\n";
  }

  std::string box(int64_t key, int64_t row, int64_t keyEnd, int64_t lastRow) const {
    return "M" + number(x(key)) + " " + number(y(row)) + "H" + number(x(keyEnd)) + "V" + number(y(lastRow)) +
           "H" + number(x(key)) + "z";
  }

  /// Cells with visible pairs; the more of a cell is visible, the darker.
  void pairs() {
    static constexpr const char *opacities[] = {"0.6", "0.7", "0.85", "1"};
    for (uint8_t level = 1; level <= 4; ++level) {
      std::string path;
      for (int64_t row = 0; row < grid.cellRows; ++row)
        for (int64_t column = 0; column < grid.cellColumns;) {
          int64_t end = column;
          while (end < grid.cellColumns && grid.cell(row, end) == level)
            ++end;
          if (end > column)
            path += box(column * grid.cellKv, row * grid.cellQ, std::min(end * grid.cellKv, grid.kvLen),
                        std::min((row + 1) * grid.cellQ, grid.qLen));
          column = std::max(end, column + 1);
        }
      if (!path.empty())
        out +=
            format(
                "<path class=\"pairs\" shape-rendering=\"crispEdges\" fill=\"%s\" fill-opacity=\"%s\" d=\"",
                kPair, opacities[level - 1]) +
            path + "\"/>\n";
    }
  }

  void gridLines() {
    std::string path;
    if (x(grid.tileKv) - x(0) >= kLeastGrid)
      for (int64_t key = grid.tileKv; key < grid.kvLen; key += grid.tileKv)
        path += "M" + number(x(key)) + " " + number(y(0)) + "V" + number(y(grid.qLen));
    if (y(grid.tileQ) - y(0) >= kLeastGrid)
      for (int64_t row = grid.tileQ; row < grid.qLen; row += grid.tileQ)
        path += "M" + number(x(0)) + " " + number(y(row)) + "H" + number(x(grid.kvLen));
    if (!path.empty())
      out += "<path fill=\"none\" stroke=\"#9ca3af\" stroke-opacity=\"0.55\" stroke-width=\"0.6\" d=\"" +
             path + "\"/>\n";
    out += format("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"none\" stroke=\"#6b7280\"/>\n",
                  number(x(0)).c_str(), number(y(0)).c_str(), number(width).c_str(), number(height).c_str());
  }

  using Ranges = std::vector<MaskGrid::Range>;

  /// Sorted, without overlaps and empty ranges.
  static Ranges merged(Ranges ranges) {
    std::sort(ranges.begin(), ranges.end());
    Ranges result;
    for (const auto &[begin, end] : ranges) {
      if (begin >= end)
        continue;
      if (!result.empty() && begin <= result.back().second)
        result.back().second = std::max(result.back().second, end);
      else
        result.emplace_back(begin, end);
    }
    return result;
  }

  /// The border of the region that has `rangesOf` in each row of tiles.
  template <class F> std::string border(F rangesOf) const {
    std::string path;
    Ranges above;
    auto horizontal = [&](const Ranges &below, int64_t row) {
      std::vector<int64_t> ends; // of both: where one region is and the other is not
      for (const Ranges *ranges : {static_cast<const Ranges *>(&above), &below})
        for (const auto &[begin, end] : *ranges)
          ends.insert(ends.end(), {begin, end});
      std::sort(ends.begin(), ends.end());
      for (size_t i = 0; i + 1 < ends.size(); i += 2)
        if (ends[i] != ends[i + 1])
          path += "M" + number(x(ends[i])) + " " + number(y(row)) + "H" + number(x(ends[i + 1]));
    };
    for (const MaskGrid::Row &row : grid.rows) {
      const Ranges ranges = merged(rangesOf(row));
      horizontal(ranges, row.firstRow);
      for (const auto &[begin, end] : ranges)
        for (const int64_t key : {begin, end})
          path += "M" + number(x(key)) + " " + number(y(row.firstRow)) + "V" + number(y(rowEnd(row)));
      above = ranges;
    }
    horizontal({}, grid.qLen);
    return path;
  }

  static constexpr const char *kFullLine = "stroke-width=\"1.6\" stroke-dasharray=\"5 3\"";

  void bounds() {
    const std::string full =
        border([](const MaskGrid::Row &row) { return row.full ? Ranges{*row.full} : Ranges(); });
    if (!full.empty())
      out += format("<path class=\"full\" fill=\"none\" stroke=\"%s\" stroke-width=\"3\" "
                    "stroke-linecap=\"square\" d=\"",
                    kStyles[0].fill) +
             full + "\"/>\n" + format("<path fill=\"none\" stroke=\"%s\" %s d=\"", kFull, kFullLine) + full +
             "\"/>\n";
    const std::string visit = border([](const MaskGrid::Row &row) { return row.visible; });
    if (!visit.empty())
      out += format("<path class=\"visit\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" "
                    "stroke-linecap=\"square\" d=\"",
                    kVisit) +
             visit + "\"/>\n";
  }

  /// Every n-th tile, about eight labels.
  static int64_t labelStep(int64_t length, int64_t tile, double pixels) {
    int64_t step = tile;
    const double labels = std::max(1.0, pixels / 64);
    while (static_cast<double>(length) / static_cast<double>(step) > labels)
      step *= 2;
    return step;
  }

  void axes() {
    for (int64_t key = 0, step = labelStep(grid.kvLen, grid.tileKv, width); key < grid.kvLen; key += step) {
      out += format("<path stroke=\"#6b7280\" d=\"M%s %sv-5\"/>\n", number(x(key)).c_str(),
                    number(y(0)).c_str());
      write(x(key), kTop - 9, std::to_string(key), "text-anchor=\"middle\"");
    }
    write(kLeft + width / 2, kTop - 27, "key position", "text-anchor=\"middle\" font-style=\"italic\"");
    for (int64_t row = 0, step = labelStep(grid.qLen, grid.tileQ, height); row < grid.qLen; row += step) {
      out += format("<path stroke=\"#6b7280\" d=\"M%s %sh-5\"/>\n", number(x(0)).c_str(),
                    number(y(row)).c_str());
      write(kLeft - 9, y(row) + 4, std::to_string(grid.firstPosition + row), "text-anchor=\"end\"");
    }
    const std::string middle = number(kTop + height / 2);
    out += "<text transform=\"translate(18 " + middle +
           ") rotate(-90)\" text-anchor=\"middle\" font-style=\"italic\" " +
           format("fill=\"%s\">query position</text>\n", kInk);
  }

  void legend() {
    const double left = kLeft + width + 28;
    double top = kTop + 10;
    auto entry = [&](const std::string &swatch, const std::string &label) {
      out += swatch;
      write(left + 30, top + 10, escapeMarkup(label), "");
      top += 22;
    };
    auto swatch = [&](const char *fill) {
      return format("<rect x=\"%s\" y=\"%s\" width=\"20\" height=\"13\" fill=\"%s\" stroke=\"#9ca3af\"/>\n",
                    number(left).c_str(), number(top).c_str(), fill);
    };
    auto line = [&](const char *stroke, const char *more, const char *ground) {
      return (*ground ? swatch(ground) : "") +
             format("<path fill=\"none\" stroke=\"%s\" %s d=\"M%s %sh20\"/>\n", stroke, more,
                    number(left).c_str(), number(top + 6.5).c_str());
    };
    const MaskTiles &tiles = grid.tiles;
    const int64_t wasted = tiles.visited - tiles.ideal.value_or(tiles.visited);
    const int64_t counts[] = {tiles.full, tiles.partial - wasted, wasted, tiles.empty};
    for (size_t i = 0; i < kStyles.size(); ++i)
      if (kStyles[i].tile != Tile::Wasted || wasted > 0)
        entry(swatch(kStyles[i].fill), std::to_string(counts[i]) + "  " + kStyles[i].title);
    entry(swatch(kPair), grid.sampled ? "visible pairs, sampled in cells of " + std::to_string(grid.cellQ) +
                                            " x " + std::to_string(grid.cellKv)
                         : grid.cellQ * grid.cellKv > 1
                             ? "visible pairs, in cells of " + std::to_string(grid.cellQ) + " x " +
                                   std::to_string(grid.cellKv)
                             : "visible pairs of partial tiles");
    entry(line(kVisit, "stroke-width=\"1.5\"", ""), "proved: nothing visible outside");
    const bool anyFull = std::any_of(grid.rows.begin(), grid.rows.end(),
                                     [](const MaskGrid::Row &row) { return row.full.has_value(); });
    if (anyFull)
      entry(line(kFull, kFullLine, kStyles[0].fill), "proved: all visible inside");
    top += 14;
    auto sentence = [&](const std::string &text) {
      write(left, top, escapeMarkup(text), "");
      top += kLine;
    };
    sentence(std::to_string(tiles.visited) + " of " + std::to_string(tiles.visited + tiles.empty) +
             " tiles visited");
    sentence(std::to_string(tiles.ideal.value_or(0)) + " tiles have a visible pair");
    sentence("visited / ideal: " + overIdeal(tiles));
  }

  const MaskGrid &grid;
  const PictureText &text;
  double width, height;
  std::string out;
};

} // namespace

std::string pictureShape(const MaskGrid &grid, const PictureText &text) {
  return "q_len " + std::to_string(grid.qLen) + ", kv_len " + std::to_string(grid.kvLen) + ", request " +
         std::to_string(text.request) + " of " + std::to_string(text.requests) + ", query head " +
         std::to_string(text.head) + " of " + std::to_string(text.heads);
}

std::string overIdeal(const MaskTiles &tiles) {
  if (tiles.ideal && *tiles.ideal == 0)
    return tiles.visited == 0 ? "1.000" : "-";
  return tiles.ideal ? format("%.3f", static_cast<double>(tiles.visited) / static_cast<double>(*tiles.ideal))
                     : "?";
}

std::string maskSvg(const MaskGrid &grid, const PictureText &text) { return Drawing(grid, text).draw(); }

} // namespace attnc::cli
