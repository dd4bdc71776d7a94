// Document.h - a spec as a tree that can be edited and written again.
//
// Must not know what keys mean.
#pragma once

#include "specs/YamlTree.h"

#include <filesystem>

namespace attnc::reduce {

/// The spec of a file with everything it extends merged into it; only YAML is asked of it.
Result<YamlNode> readDocument(const std::filesystem::path &path);

/// One key a line, everything below in flow style.
std::string documentText(const YamlNode &root);

/// Mappings, lists and scalars.
size_t countValues(const YamlNode &node);

/// Removes the entry of a mapping, at any depth, whose key or value begins at `where`. False if there is
/// none.
bool removeEntryAt(YamlNode &node, const Location &where);

} // namespace attnc::reduce
