// MaskDrawing.h - one request and head, tile by tile and in cells of pairs.
//
// Private to runtime/jit. Must not prove anything.
#pragma once

#include "runtime/jit/MaskAnswer.h"

namespace attnc {

/// `columns` tiles of keys; the answer must be able to evaluate.
MaskGrid drawMask(MaskAnswer &answer, const MaskQuestion &question, const MaskPlace &place, int64_t columns);

} // namespace attnc
