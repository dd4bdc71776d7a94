// Config.h - a model's config.json: typed fields, each with its place, and a record of what was read.
//
// Must not know any model.
#pragma once

#include "attnc/Status.h"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace attnc::import {

/// A parsed file and where its fields are.
struct ConfigFile {
  std::string name;
  nlohmann::json root;
  std::map<std::string, Location> places; ///< of keys, by dotted path

  /// InvalidArgument with line and column for what is not JSON or not an object.
  static Result<ConfigFile> parse(const std::string &text, std::string name);
};

/// One object of the file. The first failure is kept; later reads give defaults, so that a reader needs no
/// check after each field.
class Config {
public:
  Config(const ConfigFile &file, std::string path);

  /// An object inside this one; a failure of its own if it is none. Its parent takes it over with `adopt`.
  Config child(std::string_view key);
  /// An object without fields.
  Config none() const;

  /// Whether the field is there and not null.
  bool has(std::string_view key);
  /// Whether it is there at all: an explicit null may switch off what a missing field leaves on.
  bool isThere(std::string_view key);
  int64_t integer(std::string_view key, int64_t least = 1);
  std::optional<int64_t> maybeInteger(std::string_view key, int64_t least = 1);
  std::optional<double> maybeNumber(std::string_view key);
  bool flag(std::string_view key, bool otherwise);
  std::string text(std::string_view key, std::string otherwise);
  std::vector<std::string> words(std::string_view key);
  std::vector<int64_t> integers(std::string_view key);
  std::vector<double> numbers(std::string_view key);
  /// The field as it stands, for a remark: `10000.0`, `{"factor":8.0}`; empty if absent or null.
  std::string shown(std::string_view key);

  /// Where a key is; where the object is, if it has no such key.
  Location where(std::string_view key) const;
  void fail(Code code, std::string message, std::string_view key);
  void adopt(const Status &status);
  const Status &status() const { return failure; }
  /// Keys that nothing has read, in the order of their names.
  std::vector<std::string> unread() const;
  /// "text_config.num_attention_heads".
  std::string path(std::string_view key) const;

private:
  const ConfigFile &file;
  std::string prefix;
  const nlohmann::json *object;
  std::set<std::string, std::less<>> seen;
  Status failure;

  const nlohmann::json *find(std::string_view key);
  void expect(std::string_view what, std::string_view key, const nlohmann::json &got);
};

} // namespace attnc::import
