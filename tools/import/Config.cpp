// Config.cpp - typed reads of a JSON object.
//
// Must not throw: what nlohmann throws ends here.
#include "tools/import/Config.h"

#include <algorithm>
#include <cmath>

namespace attnc::import {
namespace {

Location placeOf(const std::string &text, const std::string &file, size_t offset) {
  offset = std::min(offset, text.size());
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(offset), '\n');
  const size_t start = offset == 0 ? std::string::npos : text.rfind('\n', offset - 1);
  return {file, static_cast<int>(line),
          static_cast<int>(offset - (start == std::string::npos ? 0 : start + 1)) + 1};
}

/// Where each key of a well-formed text is. The parser does not say.
std::map<std::string, Location> keyPlaces(const std::string &text, const std::string &file) {
  struct Level {
    bool object = false, expectsKey = false;
    std::string path, key;
  };
  std::map<std::string, Location> places;
  std::vector<Level> levels;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '{' || c == '[') {
      const Level *above = levels.empty() ? nullptr : &levels.back();
      // What is inside a list has no name of its own.
      std::string path = above ? above->path + (above->object ? above->key : "[]") + "." : "";
      levels.push_back({c == '{', c == '{', std::move(path), ""});
    } else if (c == '}' || c == ']') {
      levels.pop_back();
    } else if (c == ',') {
      levels.back().expectsKey = levels.back().object;
    } else if (c == '"') {
      const size_t start = at;
      for (++at; text[at] != '"'; ++at)
        at += text[at] == '\\';
      if (levels.empty() || !levels.back().expectsKey)
        continue;
      levels.back().key = text.substr(start + 1, at - start - 1);
      levels.back().expectsKey = false;
      places[levels.back().path + levels.back().key] = placeOf(text, file, start);
    }
  }
  return places;
}

std::string kindOf(const nlohmann::json &value) {
  std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (value.is_structured())
    return value.is_array() ? "a list" : "an object";
  return text.size() > 40 ? text.substr(0, 40) + "..." : text;
}

} // namespace

Result<ConfigFile> ConfigFile::parse(const std::string &text, std::string name) {
  ConfigFile out;
  out.name = std::move(name);
  try {
    out.root = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error &error) {
    std::string what = error.what();
    if (const size_t colon = what.find(": "); colon != std::string::npos)
      what.erase(0, colon + 2);
    return Status(Code::InvalidArgument, "expected JSON: " + what,
                  placeOf(text, out.name, error.byte - (error.byte > 0)));
  } catch (const nlohmann::json::exception &error) {
    return Status(Code::InvalidArgument, std::string("expected JSON: ") + error.what(), {out.name, 1, 1});
  }
  if (!out.root.is_object())
    return Status(Code::InvalidArgument, "expected an object of fields, got " + kindOf(out.root),
                  {out.name, 1, 1});
  out.places = keyPlaces(text, out.name);
  return out;
}

Config::Config(const ConfigFile &file, std::string path)
    : file(file), prefix(std::move(path)), object(&file.root) {
  if (prefix.empty())
    return;
  auto child = file.root.find(prefix);
  if (child != file.root.end() && child->is_object()) {
    object = &*child;
    return;
  }
  static const nlohmann::json kNothing = nlohmann::json::object();
  object = &kNothing;
  const std::string got = child == file.root.end() ? "none" : kindOf(*child);
  failure = Status(Code::InvalidArgument, "expected an object for '" + prefix + "', got " + got, where(""));
}

Config Config::child(std::string_view key) {
  seen.emplace(key);
  return Config(file, path(key)); // objects are at most two levels deep
}

Config Config::none() const {
  Config out = *this;
  static const nlohmann::json kNothing = nlohmann::json::object();
  out.object = &kNothing;
  return out;
}

bool Config::isThere(std::string_view key) {
  seen.emplace(key);
  return object->contains(std::string(key));
}

void Config::adopt(const Status &status) {
  if (failure.ok())
    failure = status;
}

std::string Config::path(std::string_view key) const {
  return prefix.empty() ? std::string(key) : prefix + "." + std::string(key);
}

Location Config::where(std::string_view key) const {
  if (auto found = file.places.find(path(key)); found != file.places.end())
    return found->second;
  auto parent = file.places.find(prefix);
  return parent == file.places.end() ? Location{file.name, 1, 1} : parent->second;
}

void Config::fail(Code code, std::string message, std::string_view key) {
  if (failure.ok())
    failure = Status(code, std::move(message), where(key));
}

void Config::expect(std::string_view what, std::string_view key, const nlohmann::json &got) {
  fail(Code::InvalidArgument,
       "expected " + std::string(what) + " for '" + path(key) + "', got " + kindOf(got), key);
}

/// Null is as good as absent: that is how such files leave a field to its default.
const nlohmann::json *Config::find(std::string_view key) {
  seen.emplace(key);
  auto found = object->find(std::string(key));
  return found == object->end() || found->is_null() ? nullptr : &*found;
}

bool Config::has(std::string_view key) { return find(key) != nullptr; }

std::optional<int64_t> Config::maybeInteger(std::string_view key, int64_t least) {
  constexpr int64_t kMost = 1 << 30;
  const nlohmann::json *value = find(key);
  if (!value)
    return std::nullopt;
  // 4096.0 is written by programs that do not tell the two apart.
  double number = value->is_number() ? value->get<double>() : std::nan("");
  if (!(number >= static_cast<double>(least) && number <= static_cast<double>(kMost) &&
        number == std::floor(number))) {
    expect("an integer from " + std::to_string(least) + " to " + std::to_string(kMost), key, *value);
    return std::nullopt;
  }
  return static_cast<int64_t>(number);
}

int64_t Config::integer(std::string_view key, int64_t least) {
  if (!has(key))
    fail(Code::InvalidArgument, "expected the field '" + path(key) + "', got none", key);
  return maybeInteger(key, least).value_or(least);
}

std::optional<double> Config::maybeNumber(std::string_view key) {
  const nlohmann::json *value = find(key);
  if (!value)
    return std::nullopt;
  if (!value->is_number() || !(value->get<double>() > 0)) {
    expect("a positive number", key, *value);
    return std::nullopt;
  }
  return value->get<double>();
}

bool Config::flag(std::string_view key, bool otherwise) {
  const nlohmann::json *value = find(key);
  if (value && !value->is_boolean())
    expect("true or false", key, *value);
  return value && value->is_boolean() ? value->get<bool>() : otherwise;
}

std::string Config::text(std::string_view key, std::string otherwise) {
  const nlohmann::json *value = find(key);
  if (value && !value->is_string())
    expect("a string", key, *value);
  return value && value->is_string() ? value->get<std::string>() : std::move(otherwise);
}

std::vector<std::string> Config::words(std::string_view key) {
  std::vector<std::string> out;
  const nlohmann::json *value = find(key);
  if (value && !value->is_array())
    expect("a list of strings", key, *value);
  for (const nlohmann::json &item : value && value->is_array() ? *value : nlohmann::json::array())
    if (item.is_string())
      out.push_back(item.get<std::string>());
    else
      expect("a list of strings", key, item);
  return out;
}

std::vector<int64_t> Config::integers(std::string_view key) {
  std::vector<int64_t> out;
  const nlohmann::json *value = find(key);
  if (value && !value->is_array())
    expect("a list of integers", key, *value);
  for (const nlohmann::json &item : value && value->is_array() ? *value : nlohmann::json::array())
    if (item.is_number_integer())
      out.push_back(item.get<int64_t>());
    else
      expect("a list of integers", key, item);
  return out;
}

std::vector<double> Config::numbers(std::string_view key) {
  std::vector<double> out;
  const nlohmann::json *value = find(key);
  if (value && !value->is_array())
    expect("a list of numbers", key, *value);
  for (const nlohmann::json &item : value && value->is_array() ? *value : nlohmann::json::array())
    if (item.is_number())
      out.push_back(item.get<double>());
    else
      expect("a list of numbers", key, item);
  return out;
}

std::string Config::shown(std::string_view key) {
  constexpr size_t kLongest = 100;
  const nlohmann::json *value = find(key);
  if (!value)
    return "";
  std::string out = value->dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return out.size() > kLongest ? out.substr(0, kLongest) + "..." : out;
}

std::vector<std::string> Config::unread() const {
  std::vector<std::string> out;
  for (const auto &item : object->items())
    if (!seen.count(item.key()) && !item.value().is_null())
      out.push_back(item.key());
  return out;
}

} // namespace attnc::import
