// SpecSchema.h - the spec format as a JSON schema (draft 7), made from the tables of the reader.
//
// Must not accept less than the reader does. It accepts more: rules between keys, and what an expression
// says.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace attnc::schema {

nlohmann::ordered_json specSchema();

/// Keys of the reader's tables that the schema knows no type of, as "score.softcap": none, if a test is to
/// pass.
std::vector<std::string> keysWithoutShape();

} // namespace attnc::schema
