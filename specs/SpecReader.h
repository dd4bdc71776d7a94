// SpecReader.h - the parts of reading a spec, one per section of the YAML.
//
// Private to specs/. Each function reads and types; rules between fields are SpecCheck's.
#pragma once

#include "specs/ExprParser.h"
#include "specs/NamedTerm.h"
#include "specs/Spec.h"
#include "specs/YamlTree.h"

namespace attnc {

/// The version decides what every other key means, so it is looked at first, in every file.
Status readVersion(const YamlNode &root, const std::string &file);
Result<std::vector<SideInput>> readInputs(const YamlNode &node);
Result<std::vector<ScalarParam>> readParams(const YamlNode &node);
Result<MaskNode> readMask(const YamlTree &tree, const YamlNode &node, const TermScope &scope);
/// `entry` is the whole `cache:` entry.
Result<CacheSpec> readCache(const YamlEntry &entry);
/// Of it, which tokens are held and whose are read.
Status readCacheTokens(const YamlNode &node, CacheSpec &cache);
/// `entry` is the whole `append:` entry.
Result<Append> readAppend(const YamlEntry &entry);
/// `entry` is the whole `score:` entry.
Result<Score> readScore(const YamlTree &tree, const YamlEntry &entry, const TermScope &scope,
                        double defaultScale);
/// `entry` is the whole `rope:` entry. Defaults follow from `spec`, as far as it has been read.
Result<Rope> readRope(const YamlEntry &entry, const Spec &spec);
/// The expression in a scalar, with locations inside the file.
Result<ExprPtr> readExpression(const YamlTree &tree, const YamlNode &node, std::string_view field,
                               const ExprScope &scope);

} // namespace attnc
