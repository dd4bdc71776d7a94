// Validate.h - a small validator of JSON schemas (the keywords that ours has), and YAML as JSON.
//
// Must not pass over a keyword that it does not know.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace attnc::test {

/// "" if `value` is valid; else where it is not, and why.
std::string validate(const nlohmann::json &schema, const nlohmann::json &value);

/// The text as an editor's YAML reader has it: plain scalars are numbers, booleans and null where they look
/// so.
nlohmann::json yamlAsJson(const std::string &text);

} // namespace attnc::test
