// SideContent.h - what a kernel relies on in the elements of a side tensor: made so, and checked where the
// user made them.
//
// From the program's remarks `tensor.NAME.content` (passes/lower). Must not know masks.
#pragma once

#include "attnc/Kernel.h"
#include "tools/attnc/HostTensor.h"

namespace attnc::cli {

enum class SideContent : uint8_t {
  Any,
  Ascending,      ///< along the last axis
  AscendingParts, ///< along the last axis, between offsets that another tensor has
  Offsets,        ///< ascending along the last axis, where parts of rows begin
  Parents,        ///< along the last axis: every node's parent has a lower number, a root a negative one
  Positions,      ///< of tokens
  Cosines,        ///< of the angles of which Sines has the sines
  Sines,
  Frequencies, ///< of pairs of dims, from 1 down
};

SideContent contentOf(const Program &program, std::string_view tensor);

/// Fills a tensor of any content but Any; `span` is about how far ascending values and positions go. Cosines
/// and sines of one seed belong together.
void fillContent(HostTensor &tensor, SideContent content, int64_t span, uint64_t seed);

/// InvalidArgument names the first element that breaks the rule. AscendingParts is taken as it comes.
Status checkContent(const HostTensor &tensor, SideContent content, const std::string &name);

} // namespace attnc::cli
