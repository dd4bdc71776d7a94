// MaskDrawing.cpp - classes of tiles, and how much of each cell is visible.
#include "runtime/jit/MaskDrawing.h"

namespace attnc {

constexpr int64_t kExactSide = 768; ///< pictures of at most so many rows or keys show every pair
constexpr int64_t kMaxCells = 640;  ///< on a side, else
constexpr int64_t kCellSamples = 16;

/// Pairs of a side that a cell holds: one where the picture is small, else a part of a tile.
static int64_t cellSize(int64_t length, int64_t tile, bool exact) {
  if (exact)
    return 1;
  const int64_t tiles = llvm::divideCeil(uint64_t(length), uint64_t(tile));
  int64_t parts = 16; // divides every tile
  while (parts > 1 && tiles * parts > kMaxCells)
    parts /= 2;
  return tile / parts;
}

static void drawCells(MaskAnswer &answer, const MaskPlace &place, const MaskRows &row, int64_t key,
                      MaskGrid &out) {
  for (int64_t i = row.firstRow; i < row.firstRow + row.rows; i += out.cellQ)
    for (int64_t kv = key; kv < answer.keyEnd(place, key); kv += out.cellKv) {
      const int64_t height = std::min(out.cellQ, row.firstRow + row.rows - i);
      const int64_t width = std::min(out.cellKv, place.kvLen - kv), all = height * width;
      int64_t seen = 0;
      const int64_t samples = std::min(all, kCellSamples);
      for (int64_t s = 0; s < samples; ++s) {
        // Odd steps through a cell meet diagonals and stripes alike.
        const int64_t at = all <= kCellSamples ? s : (s * (all / kCellSamples) + s * 7) % all;
        seen += answer.visible(place, out.firstPosition + i + at / width, kv + at % width);
      }
      out.cells[i / out.cellQ * out.cellColumns + kv / out.cellKv] =
          static_cast<uint8_t>((seen * 4 + samples - 1) / samples);
    }
}

MaskGrid drawMask(MaskAnswer &answer, const MaskQuestion &question, const MaskPlace &place, int64_t columns) {
  MaskGrid out;
  out.qLen = place.qLen;
  out.kvLen = place.kvLen;
  out.tileQ = question.tileQ;
  out.tileKv = question.tileKv;
  out.firstPosition = answer.firstPosition(place);
  const bool exact = std::max(out.qLen, out.kvLen) <= kExactSide;
  out.cellQ = cellSize(out.qLen, out.tileQ, exact);
  out.cellKv = cellSize(out.kvLen, out.tileKv, exact);
  out.sampled = out.cellQ * out.cellKv > kCellSamples;
  out.cellRows = llvm::divideCeil(uint64_t(out.qLen), uint64_t(out.cellQ));
  out.cellColumns = llvm::divideCeil(uint64_t(out.kvLen), uint64_t(out.cellKv));
  out.cells.resize(out.cellRows * out.cellColumns);
  out.tiles.ideal = 0;
  answer.forEachRow(place, [&](const MaskRows &row) {
    const KeyTiles tiles = answer.tiles(place, row);
    MaskGrid::Row drawn{row.firstRow, row.rows, std::vector(columns, MaskGrid::Tile::Skipped), {}, {}};
    drawn.full = answer.fullRange(place, row);
    if (tiles.walk.spans.empty())
      drawn.visible.emplace_back(tiles.walk.keyBegin, tiles.walk.keyEnd);
    for (const MaskGrid::Range &span : tiles.walk.spans)
      drawn.visible.push_back(span);
    std::erase_if(drawn.visible, [](const MaskGrid::Range &range) { return range.first >= range.second; });
    tiles.forEach([&](int64_t key, bool isFull) {
      auto kind = MaskGrid::Tile::Full;
      int64_t budget = kMaxMaskPairs; // more than a tile has
      if (!isFull) {
        drawCells(answer, place, row, key, out);
        kind = answer.anyVisible(place, row, key, budget) ? MaskGrid::Tile::Partial : MaskGrid::Tile::Wasted;
      }
      drawn.tiles[key / question.tileKv] = kind;
      *out.tiles.ideal += kind != MaskGrid::Tile::Wasted;
    });
    out.tiles.visited += tiles.visited();
    out.tiles.full += tiles.full();
    out.tiles.empty += columns - tiles.visited();
    out.rows.push_back(std::move(drawn));
  });
  out.tiles.partial = out.tiles.visited - out.tiles.full;
  return out;
}

} // namespace attnc
