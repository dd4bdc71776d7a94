// MaskText.h - a mask proof in the words of a spec.
#pragma once

#include "dialect/attn/Attn.h"
#include "runtime/jit/MaskModel.h"

namespace attnc {

MaskText maskText(attn::AttentionOp attention);

} // namespace attnc
