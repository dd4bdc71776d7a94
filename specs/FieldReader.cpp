// FieldReader.cpp - typed access to one YAML value.
//
// Must not know rules that involve two fields.
#include "specs/FieldReader.h"

#include "specs/FormatKeys.h"
#include "specs/Suggest.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace attnc {
namespace {

bool contains(Words words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Status wrongType(const YamlNode &node, std::string_view expected, std::string_view field) {
  return Status(Code::InvalidSpec,
                "expected " + std::string(expected) + " for '" + std::string(field) + "', got " +
                    describe(node),
                node.where);
}

/// Where a key that is unknown here would be right.
std::string homeOf(std::string_view key, std::string_view here) {
  struct Home {
    Words words;
    std::string_view name;
  };
  const Home homes[] = {{keys::kTop, "the spec"},        {keys::kScore, "'score'"},
                        {keys::kSchedule, "'schedule'"}, {keys::kMaskKeys, "'mask'"},
                        {keys::kMaskWords, "'mask'"},    {keys::kOutputs, "'outputs'"},
                        {keys::kWindow, "'window'"}};
  for (const Home &home : homes)
    if (home.name != here && contains(home.words, key))
      return "; it belongs in " + std::string(home.name);
  return "";
}

} // namespace

Status reservedWord(std::string_view kind, std::string_view word, Location where) {
  return Status(Code::Unsupported,
                std::string(kind) + " '" + std::string(word) + "' is reserved and not implemented yet",
                std::move(where));
}

Status checkKeys(const YamlNode &map, std::string_view what, Words known, Words reserved) {
  for (const YamlEntry &entry : map.entries) {
    if (contains(known, entry.key))
      continue;
    if (contains(reserved, entry.key)) // K2
      return reservedWord("key", entry.key, entry.where);
    std::string hint = didYouMean(entry.key, known);
    if (hint.empty())
      hint = homeOf(entry.key, what);
    if (hint.empty())
      hint = didYouMean(entry.key, reserved);
    if (hint.empty())
      hint = "; expected " + joinChoices(known);
    return Status(Code::InvalidSpec,
                  "unknown key " + inQuotes(entry.key) + " in " + std::string(what) + hint, // K1
                  entry.where);
  }
  return Status::success();
}

Status expectMap(const YamlNode &node, std::string_view field) {
  return node.kind == YamlNode::Kind::Map ? Status::success() : wrongType(node, "a mapping", field); // K3
}

Result<int64_t> readInt(const YamlNode &node, std::string_view field, int64_t least, int64_t most) {
  if (!node.isScalar() || !node.plain)
    return wrongType(node, "an integer", field); // K3
  int64_t value = 0;
  const char *first = node.text.data(), *last = first + node.text.size();
  auto parsed = std::from_chars(first, last, value);
  bool digits = parsed.ptr == last && parsed.ec != std::errc::invalid_argument;
  if (!digits)
    return wrongType(node, "an integer", field); // K3
  // YAML 1.1 reads 010 as 8, YAML 1.2 as 10.
  const size_t sign = node.text.starts_with('-') ? 1 : 0;
  if (node.text.size() > sign + 1 && node.text[sign] == '0')
    return wrongType(node, "an integer without leading zeros", field); // K3
  if (parsed.ec == std::errc::result_out_of_range || value < least || value > most)
    return Status(Code::InvalidSpec,
                  "expected '" + std::string(field) + "' between " + std::to_string(least) + " and " +
                      std::to_string(most) + ", got " + node.text.substr(0, 40),
                  node.where);
  return value;
}

Result<double> readFloat(const YamlNode &node, std::string_view field) {
  if (!node.isScalar() || !node.plain)
    return wrongType(node, "a number", field); // K3
  std::string_view text = node.text;
  for (std::string_view word : {".inf", "inf", "-.inf", "-inf", ".nan", "nan", ".NaN", ".Inf"})
    if (text == word)
      return text.find('a') != text.npos
                 ? std::numeric_limits<double>::quiet_NaN()
                 : (text[0] == '-' ? -1 : 1) * std::numeric_limits<double>::infinity();
  double value = 0;
  const char *first = text.data(), *last = first + text.size();
  auto parsed = std::from_chars(first, last, value);
  bool number = !text.empty() && (text[0] == '-' || text[0] == '.' || (text[0] >= '0' && text[0] <= '9'));
  if (!number || parsed.ptr != last || parsed.ec == std::errc::invalid_argument ||
      !(text.find_first_of("nN") == text.npos))
    return wrongType(node, "a number", field); // K3
  if (parsed.ec == std::errc::result_out_of_range)
    return Status(Code::InvalidSpec,
                  "expected a number that fits f64 for '" + std::string(field) + "', got " + describe(node),
                  node.where);
  return value;
}

Result<std::string> readText(const YamlNode &node, std::string_view field) {
  if (!node.isScalar())
    return wrongType(node, "a word", field); // K3
  return node.text;
}

Result<size_t> readChoice(const YamlNode &node, std::string_view field, Words known, Words reserved) {
  if (!node.isScalar())
    return wrongType(node, joinChoices(known), field); // K3
  auto found = std::find(known.begin(), known.end(), node.text);
  if (found != known.end())
    return static_cast<size_t>(found - known.begin());
  if (contains(reserved, node.text)) // K2
    return reservedWord("'" + std::string(field) + "' value", node.text, node.where);
  return Status(Code::InvalidSpec, // K4
                "expected " + joinChoices(known) + " for '" + std::string(field) + "', got " +
                    describe(node) + didYouMean(node.text, known),
                node.where);
}

Result<bool> readFlag(const YamlNode &node, std::string_view field) {
  constexpr std::string_view kFlags[] = {"false", "true"};
  ATTNC_ASSIGN_OR_RETURN(size_t choice, readChoice(node, field, kFlags, {}));
  return choice == 1;
}

bool isIdentifier(std::string_view text) {
  constexpr size_t kLongest = 64;
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || text.size() > kLongest || !letter(text[0]))
    return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

} // namespace attnc
