// SpecText.h - canonical text: the same request always reads the same.
//
// `specText` itself is declared in Spec.h.
#pragma once

#include "specs/Spec.h"

namespace attnc {

/// The mask alone, as a flow-style YAML value: "{all: [causal, {window: {left: 4095, right: 0}}]}".
std::string maskText(const MaskNode &mask);

/// `cache` as a flow-style mapping, defaults written out.
std::string cacheText(const Spec &spec);
/// Of it, `window`, `keep` and `beams`; empty where none is given.
std::string cacheTokensText(const CacheSpec &cache);
/// The value of `rope:` as canonical YAML.
std::string ropeText(const Spec &spec);

} // namespace attnc
