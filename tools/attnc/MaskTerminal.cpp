// MaskTerminal.cpp - a mask as characters: a tile is a block of them, or a character stands for several
// tiles.
#include "tools/attnc/MaskPicture.h"

#include <algorithm>

namespace attnc::cli {
namespace {

using Tile = MaskGrid::Tile;

constexpr int64_t kColumns = 96, kLines = 48, kWidest = 8;

struct Glyph {
  const char *text, *color;
};
constexpr Glyph kFull{"█", "34"}, kPairs{"▓", "33"}, kSome{"▒", "33"}, kNone{"░", "33"}, kWasted{"×", "31"},
    kSkipped{"·", "90"};

class Terminal {
public:
  Terminal(const MaskGrid &grid, bool color) : grid(grid), color(color) {
    const auto rows = static_cast<int64_t>(grid.rows.size()),
               columns = static_cast<int64_t>(grid.rows[0].tiles.size());
    tilesAcross = (columns + kColumns - 1) / kColumns;
    tilesDown = (rows + kLines - 1) / kLines;
    if (tilesAcross == 1 && tilesDown == 1) {
      // Characters are about twice as high as wide.
      const int64_t most = std::min({kWidest, kColumns / columns, 2 * (kLines / rows)});
      charactersAcross = std::max<int64_t>(1, most);
      linesDown = std::max<int64_t>(1, most / 2);
    }
  }

  std::string draw() {
    header();
    const auto rows = static_cast<int64_t>(grid.rows.size());
    for (int64_t row = 0; row < rows; row += tilesDown)
      for (int64_t line = 0; line < linesDown; ++line) {
        label(line == 0 ? std::to_string(grid.firstPosition + grid.rows[row].firstRow) : "");
        const auto columns = static_cast<int64_t>(grid.rows[row].tiles.size());
        for (int64_t column = 0; column < columns; column += tilesAcross)
          for (int64_t i = 0; i < charactersAcross; ++i)
            put(tilesAcross * tilesDown > 1 ? several(row, column) : one(row, column, line, i));
        endLine();
      }
    legend();
    return out;
  }

private:
  /// Key positions above the tiles that have room for them.
  void header() {
    label("q \\ kv");
    std::string line;
    const auto columns = static_cast<int64_t>(grid.rows[0].tiles.size());
    for (int64_t column = 0; column < columns; column += tilesAcross) {
      const size_t at = static_cast<size_t>(column / tilesAcross * charactersAcross);
      if (at != 0 && at < line.size() + 2)
        continue;
      line.resize(at, ' ');
      line += std::to_string(column * grid.tileKv);
    }
    out += line + "\n";
  }

  void label(const std::string &text) {
    out += std::string(8 - std::min<size_t>(8, text.size()), ' ') + text + "  ";
  }

  void put(const Glyph &glyph) {
    if (color && glyph.color != active) {
      out += std::string("\x1b[") + glyph.color + "m";
      active = glyph.color;
    }
    out += glyph.text;
  }
  void endLine() {
    if (active)
      out += "\x1b[0m";
    active = nullptr;
    out += "\n";
  }

  /// A character of one tile.
  Glyph one(int64_t row, int64_t column, int64_t line, int64_t character) const {
    switch (grid.rows[row].tiles[column]) {
    case Tile::Full:
      return kFull;
    case Tile::Skipped:
      return kSkipped;
    case Tile::Wasted:
      return kWasted;
    case Tile::Partial:
      break;
    }
    auto part = [](int64_t first, int64_t size, int64_t index, int64_t parts, int64_t length, int64_t cell) {
      const int64_t begin = std::min(first + size * index / parts, length);
      const int64_t end = std::min(std::max(first + size * (index + 1) / parts, begin + 1), length);
      return std::pair(begin / cell, (end + cell - 1) / cell);
    };
    const auto [top, bottom] =
        part(grid.rows[row].firstRow, grid.tileQ, line, linesDown, grid.qLen, grid.cellQ);
    const auto [left, right] =
        part(column * grid.tileKv, grid.tileKv, character, charactersAcross, grid.kvLen, grid.cellKv);
    bool some = false, every = true;
    for (int64_t i = top; i < bottom; ++i)
      for (int64_t j = left; j < right; ++j) {
        some |= grid.cell(i, j) > 0;
        every &= grid.cell(i, j) == 4;
      }
    return top == bottom || left == right ? Glyph{" ", "0"} : every ? kPairs : some ? kSome : kNone;
  }

  Glyph several(int64_t row, int64_t column) const {
    bool found[4] = {};
    for (int64_t i = row; i < std::min<int64_t>(row + tilesDown, grid.rows.size()); ++i)
      for (int64_t j = column; j < std::min<int64_t>(column + tilesAcross, grid.rows[i].tiles.size()); ++j)
        found[static_cast<size_t>(grid.rows[i].tiles[j])] = true;
    const auto [skipped, full, partial, wasted] = found;
    if (partial || (full && (skipped || wasted)))
      return kSome;
    return full ? kFull : wasted ? kWasted : kSkipped;
  }

  void legend() {
    const MaskTiles &tiles = grid.tiles;
    const int64_t wasted = tiles.visited - tiles.ideal.value_or(tiles.visited);
    auto entry = [&](const Glyph &glyph, int64_t count, const char *title) {
      label("");
      put(glyph);
      if (active)
        out += "\x1b[0m";
      active = nullptr;
      out += " " + std::to_string(count) + " " + title + "\n";
    };
    if (tilesAcross * tilesDown > 1) {
      label("");
      out += "a character is " + std::to_string(tilesDown) + " x " + std::to_string(tilesAcross) + " tiles\n";
    }
    entry(kFull, tiles.full, "full: no mask code");
    entry(kSome, tiles.partial - wasted,
          "partial: mask code runs (▓ ▒ ░ all, some, none of the pairs visible)");
    if (wasted > 0)
      entry(kWasted, wasted, "visited, nothing visible");
    entry(kSkipped, tiles.empty, "skipped");
  }

  const MaskGrid &grid;
  bool color;
  int64_t tilesAcross = 1, tilesDown = 1, charactersAcross = 1, linesDown = 1;
  const char *active = nullptr;
  std::string out;
};

} // namespace

std::string maskTerminal(const MaskGrid &grid, const PictureText &text, bool color) {
  std::string out = "picture: " + pictureShape(grid, text) + ", tiles of " + std::to_string(grid.tileQ) +
                    " x " + std::to_string(grid.tileKv) + "\n" + Terminal(grid, color).draw();
  for (const std::string &assumption : text.assumed)
    out += "          assumed " + assumption + "\n";
  return out;
}

} // namespace attnc::cli
