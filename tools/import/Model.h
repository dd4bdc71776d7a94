// Model.h - the attention of a model's layers, as its config tells it.
//
// Must not know how a spec is written.
#pragma once

#include "tools/import/Config.h"

#include <optional>

namespace attnc::import {

/// A value of the spec, and what it was taken from.
struct Fact {
  std::string value;
  std::string comment;
  Location where; ///< of the config's field
};

/// The layers that one kernel serves.
struct LayerKind {
  std::string name;            ///< "full", "sliding", "chunked", "encoder", "decoder", "cross"
  std::vector<int64_t> layers; ///< empty: the config does not number them
  Fact heads, headDim, mask;
  Fact rope; ///< its value is empty where q and k come rotated, or are not
  std::vector<std::pair<std::string, Fact>> score;  ///< keys of `score:`, in order
  std::vector<std::pair<std::string, Fact>> inputs; ///< entries of `inputs:`
  bool encoder = false;                             ///< padded batches are the usual case
};

struct Model {
  std::string type;   ///< model_type
  std::string source; ///< where the meaning of its fields is written down
  std::vector<LayerKind> kinds;
  std::optional<int64_t> layers; ///< their number, where the config tells and no kind lists its own
  std::string dtype; ///< f16, bf16, or empty if the config says neither
  Fact dtypeFact;
  /// What the spec does not say, and what was assumed: one sentence each.
  std::vector<std::string> remarks;
};

/// Reads the fields of one family. `config` is the object that holds them.
using ReadFamily = void (*)(Config &config, Model &model);

struct Family {
  std::string_view type;
  std::string_view nested; ///< the field that holds the text model; empty: the file itself
  ReadFamily read;
  std::string_view source;
};

/// Every family, by model_type.
const std::vector<Family> &families();

/// The model of a file. Unsupported if its model_type is not known.
Result<Model> readModel(const ConfigFile &file);

} // namespace attnc::import
