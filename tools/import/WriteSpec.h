// WriteSpec.h - a kind of layer as a commented spec.
//
// Must not know families.
#pragma once

#include "tools/import/Model.h"

namespace attnc::import {

/// What a user may override; empty: from the config, or the usual choice.
struct SpecChoices {
  std::string name, phase, layout, dtype;
};

/// The YAML, read once to be sure. What the format refuses (a head size of 20) is an error at the config's
/// field.
Result<std::string> writeSpec(const ConfigFile &file, const Model &model, const LayerKind &kind,
                              const SpecChoices &choices);

/// "layers 0, 2, 4 of 6"; empty if they are not numbered.
std::string layersText(const LayerKind &kind);

} // namespace attnc::import
