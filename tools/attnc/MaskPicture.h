// MaskPicture.h - a mask tile by tile, as SVG and as text for a terminal.
//
// Must not classify: it draws what MaskModel says.
#pragma once

#include "runtime/jit/MaskModel.h"

#include <string>
#include <vector>

namespace attnc::cli {

/// What a picture says beside its tiles.
struct PictureText {
  std::string name, arch;
  int64_t request = 0, requests = 1, head = 0, heads = 1;
  /// Values that nobody gave: "document: random (--seed 1)".
  std::vector<std::string> assumed;
};

/// A document of its own, without scripts, fonts or links.
std::string maskSvg(const MaskGrid &grid, const PictureText &text);

/// At most about 100 columns and 50 lines, UTF-8; with `color` also ANSI colours.
std::string maskTerminal(const MaskGrid &grid, const PictureText &text, bool color);

/// "q_len 384, kv_len 384, request 0 of 2, query head 0 of 32".
std::string pictureShape(const MaskGrid &grid, const PictureText &text);
/// "1.083", "-" if nothing is visible; what visited tiles are of those with a visible pair.
std::string overIdeal(const MaskTiles &tiles);

} // namespace attnc::cli
