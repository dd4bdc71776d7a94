// ExtendSpec.h - a spec that builds on other files, as one tree.
//
// For specs/ and tools/reduce. Must not know what keys mean, except that a mask is one value and not a set of
// fields.
#pragma once

#include "specs/Spec.h"
#include "specs/YamlTree.h"

namespace attnc {

/// How many files may extend each other.
constexpr size_t kMaxExtensions = 8;

struct ExtendedTree {
  YamlTree tree; ///< without `extends`; every node points into the file that it comes from
  std::vector<Extension> extensions;
};

/// Parses `yaml` and merges it over the files that it extends (specs/README.md, section 1.1). Relative names
/// are looked up beside the file that has them, those of `yaml` itself in `folder`; no folder: they are an
/// error.
Result<ExtendedTree> readExtended(std::string_view yaml, std::string file,
                                  const std::optional<std::filesystem::path> &folder);

/// The text of a file of at most the size of a spec, or a little more for one that is too large.
Result<std::string> readSpecFile(const std::filesystem::path &path);

} // namespace attnc
