// MaskModel.h - a spec's mask after the compiler's analysis: what was proved, and what that means in tiles.
//
// Must not prove or round anything itself: it reads the proof that the attn passes attached, and walks the
// tiles by the rule of the kernel (passes/analysis/KeyWalk.h).
#pragma once

#include "attnc/Status.h"
#include "attnc/Target.h"
#include "specs/Spec.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace attnc {

/// The proof in words.
struct MaskText {
  bool exact = true;                ///< every term of the mask was proved
  std::vector<std::string> visit;   ///< ranges outside of which nothing is visible
  std::string full;                 ///< range inside of which everything is; empty if none was proved
  std::vector<std::string> unknown; ///< terms that were not proved
  std::vector<std::string> reads;   ///< elements of inputs that ranges refer to
};

/// The values of a side tensor: element `i` in row-major order.
struct MaskSide {
  std::vector<int64_t> shape;
  std::function<double(int64_t)> element;
};

struct MaskQuestion {
  int64_t tileQ = 0, tileKv = 0;
  /// (q_len, kv_len) of each request.
  std::vector<std::pair<int64_t, int64_t>> requests;
  /// Every run-time scalar of the kernel.
  std::map<std::string, double, std::less<>> scalars;
  /// Those of boundTensors(), and of maskTensors() if pairs are to be looked at.
  std::map<std::string, MaskSide, std::less<>> sides;
  /// Query heads that are rows of one tile: a tile has so many rows a query.
  int64_t packing = 1;
};

/// Tiles of tile_q x tile_kv, summed over requests.
struct MaskTiles {
  int64_t visited = 0; ///< full + partial: the kernel loads their keys
  int64_t full = 0;    ///< no mask code runs
  int64_t partial = 0; ///< mask code runs
  int64_t empty = 0;   ///< skipped
  /// Query heads counted: 1 if the mask is the same for every head, else all of them.
  int64_t heads = 1;
  /// Tiles with a visible pair; absent if the mask was not evaluated, for the reason in `unevaluated`.
  std::optional<int64_t> ideal;
  /// Visible pairs; absent if evaluating every pair of every partial tile would take too long.
  std::optional<int64_t> pairs;
  std::string unevaluated;
};

/// What a kernel has to read, and what its tiles read, over requests and query heads.
struct MaskFootprint {
  int64_t rows = 0; ///< of a query head, with a visible key
  int64_t keys = 0; ///< of a key head, that a row of one of its query heads sees
  /// Keys in the visited tiles of every block (of a packed kernel, one for all heads of a group), each time
  /// that one is loaded; tiles without a visible pair left out where `byBlockMap` said so.
  int64_t keyLoads = 0;
};

/// One request and head, tile by tile, for a picture.
struct MaskGrid {
  enum class Tile : uint8_t {
    Skipped,
    Full,    ///< no mask code
    Partial, ///< mask code
    Wasted,  ///< mask code, and nothing visible
  };
  using Range = std::pair<int64_t, int64_t>; ///< keys [first, second)
  struct Row {
    int64_t firstRow = 0, rows = 0;
    std::vector<Tile> tiles;
    std::vector<Range> visible; ///< proved: outside of these nothing is visible; not rounded
    std::optional<Range> full;  ///< proved: inside everything is; not rounded
  };
  int64_t qLen = 0, kvLen = 0, tileQ = 0, tileKv = 0;
  int64_t firstPosition = 0; ///< of row 0 among the keys
  std::vector<Row> rows;
  /// The pairs of partial tiles in cells of cellQ x cellKv: how many of four quarters are visible, at least 1
  /// if any.
  int64_t cellQ = 1, cellKv = 1, cellRows = 0, cellColumns = 0;
  bool sampled = false; ///< cells have more pairs than were looked at
  std::vector<uint8_t> cells;
  MaskTiles tiles;

  uint8_t cell(int64_t row, int64_t column) const { return cells[row * cellColumns + column]; }
};

class MaskModel {
public:
  static Result<std::unique_ptr<MaskModel>> create(const Spec &spec, const Target &target);
  virtual ~MaskModel() = default;

  virtual MaskText text() const = 0;
  /// Inputs of which elements bound the visible keys.
  virtual std::set<std::string> boundTensors() const = 0;
  /// Inputs that the mask reads, those of boundTensors() among them.
  virtual std::set<std::string> maskTensors() const = 0;

  virtual Result<MaskTiles> count(const MaskQuestion &question) const = 0;
  /// Looks at every pair of the partial tiles; nothing where that is not possible or would take too long.
  /// `keyHeads` query heads share a key head each; `byBlockMap`: the kernel skips tiles without a visible
  /// pair.
  virtual Result<std::optional<MaskFootprint>> footprint(const MaskQuestion &question, int64_t keyHeads,
                                                         bool byBlockMap) const = 0;
  /// For a request and a head that are there. Fails without pairs, and for more than kMaxPictureTiles tiles
  /// on a side.
  virtual Result<MaskGrid> grid(const MaskQuestion &question, int64_t request, int64_t head) const = 0;

  static constexpr int64_t kMaxPictureTiles = 512;
};

} // namespace attnc
