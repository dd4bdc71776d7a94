// FieldReader.h - typed access to one YAML value, with errors that say what was expected and what came.
//
// Must not know rules that involve two fields; SpecCheck does.
#pragma once

#include "specs/YamlTree.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace attnc {

using Words = std::span<const std::string_view>;

/// Every key of `map` is in `known`; reserved and unknown ones have an error each. `what` names the mapping:
/// "the spec", "'score'".
Status checkKeys(const YamlNode &map, std::string_view what, Words known, Words reserved);

Status expectMap(const YamlNode &node, std::string_view field);

/// A plain decimal integer within [least, most].
Result<int64_t> readInt(const YamlNode &node, std::string_view field, int64_t least, int64_t most);
/// A plain decimal number; "inf" and "nan" are read, so that the range check can name them.
Result<double> readFloat(const YamlNode &node, std::string_view field);
/// Any scalar.
Result<std::string> readText(const YamlNode &node, std::string_view field);
/// The index of the word in `known`.
Result<size_t> readChoice(const YamlNode &node, std::string_view field, Words known, Words reserved);

/// `true` or `false`.
Result<bool> readFlag(const YamlNode &node, std::string_view field);

/// A letter, then letters, digits and underscores, at most 64.
bool isIdentifier(std::string_view text);

/// Unsupported: "key 'mla' is reserved and not implemented yet".
Status reservedWord(std::string_view kind, std::string_view word, Location where);

} // namespace attnc
