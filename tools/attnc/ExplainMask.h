// ExplainMask.h - the mask's part of attnc explain: the proof, tiles at given lengths, pictures.
//
// Must not prove or count: MaskModel does.
#pragma once

#include "runtime/jit/MaskModel.h"
#include "tools/attnc/MaskPicture.h"
#include "tools/attnc/Problem.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>

namespace attnc::cli {

/// What is asked of a mask beyond its proof.
struct MaskFlags {
  std::string svg;      ///< --mask
  bool picture = false; ///< --picture
  std::optional<int64_t> request, head;

  bool draws() const { return picture || !svg.empty(); }
};

/// One kernel's mask at the lengths of a request.
class MaskExplanation {
public:
  /// `tileQ` and `tileKv` are the schedule's. Without dims, lengths and inputs tiles are counted only for a
  /// picture, at lengths that show some of them.
  static Result<MaskExplanation> create(const Spec &spec, const Program &program, ProblemRequest request,
                                        int64_t tileQ, int64_t tileKv, const MaskFlags &flags);

  bool counted() const { return tiles.has_value(); }
  /// Dims, lengths and scalars at which tiles are counted; null unless they are.
  const Problem *shapes() const { return problem ? &*problem : nullptr; }
  const std::optional<MaskTiles> &counts() const { return tiles; }

  /// What the counted tiles read; nothing where not every pair can be looked at.
  Result<std::optional<MaskFootprint>> footprint(int64_t keyHeads) const;

  nlohmann::json json() const;
  /// The section "mask".
  void print() const;
  /// --picture.
  void printPicture() const;
  /// Writes --mask.
  Status writeSvg() const;

private:
  Status count(const Program &program, ProblemRequest request, int64_t tileQ, int64_t tileKv, bool defaults);
  Status draw();
  std::string tilesText() const;
  PictureText pictureText() const;

  MaskFlags flags;
  std::string name, arch;
  int64_t queryHeads = 1;
  MaskText text;
  bool blockMap = false;
  std::shared_ptr<const MaskModel> model;
  std::optional<Problem> problem;
  bool defaultDims = false;
  std::vector<std::string> assumed; ///< inputs that nobody gave
  std::optional<MaskQuestion> question; ///< what was counted; refers to `problem`
  std::optional<MaskTiles> tiles;
  std::optional<MaskGrid> grid;
};

} // namespace attnc::cli
