// JsonReader.h - strict reading of JSON objects: every key exactly as expected, or Corrupt.
//
// The first failure wins; later reads are no-ops. Included by .cpp files only, never by a header that others
// see. Must not guess or convert: a number where a string belongs is damage.
#pragma once

#include "attnc/DType.h"
#include "attnc/Status.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace attnc {

class ObjectReader;

/// One JSON value and the path to it, for messages.
class ValueReader {
public:
  ValueReader(const nlohmann::json *value, std::string path, Status &status)
      : value(value), path(std::move(path)), status(status) {}

  void fail(std::string_view expected, std::string_view got) {
    if (status.ok())
      status = Status(Code::Corrupt, "manifest: " + path + (path.empty() ? "" : ": ") + "expected " +
                                         std::string(expected) + ", got " + std::string(got));
  }
  void text(std::string &out) {
    if (is(value && value->is_string(), "a string"))
      out = value->get_ref<const std::string &>();
  }
  void boolean(bool &out) {
    if (is(value && value->is_boolean(), "true or false"))
      out = value->get<bool>();
  }
  void number(double &out) {
    if (is(value && value->is_number(), "a number"))
      out = value->get<double>();
  }
  void integer(int &out) {
    bool fits = value && value->is_number_integer() &&
                (!value->is_number_unsigned() || value->get<uint64_t>() <= uint64_t(kMaxInt)) &&
                value->get<int64_t>() >= std::numeric_limits<int>::min() && value->get<int64_t>() <= kMaxInt;
    if (is(fits, "a 32-bit integer"))
      out = static_cast<int>(value->get<int64_t>());
  }
  template <class T, class ReadOne> void list(std::vector<T> &out, ReadOne readOne) {
    if (!is(value && value->is_array(), "a list"))
      return;
    out.resize(value->size());
    for (size_t i = 0; i < out.size() && status.ok(); ++i)
      readOne(ValueReader(&(*value)[i], path + "[" + std::to_string(i) + "]", status), out[i]);
  }
  ObjectReader object();

private:
  static constexpr int kMaxInt = std::numeric_limits<int>::max();

  bool is(bool right, std::string_view expected) {
    if (!right && value)
      fail(expected, value->type_name());
    return right && status.ok();
  }

  const nlohmann::json *value;
  std::string path;
  Status &status;

  friend class ObjectReader;
};

/// One JSON object; `finish` refuses keys that were not read.
class ObjectReader {
public:
  ObjectReader(const nlohmann::json *value, std::string path, Status &status)
      : self(value, std::move(path), status) {
    self.is(value && value->is_object(), "an object");
  }

  void text(const char *key, std::string &out) { get(key).text(out); }
  void boolean(const char *key, bool &out) { get(key).boolean(out); }
  void number(const char *key, double &out) { get(key).number(out); }
  void integer(const char *key, int &out) { get(key).integer(out); }
  template <class T, class ReadOne> void list(const char *key, std::vector<T> &out, ReadOne readOne) {
    get(key).list(out, readOne);
  }
  template <class Read> void object(const char *key, Read read) { read(get(key).object()); }
  void dtype(const char *key, DType &out) {
    std::string name;
    text(key, name);
    if (std::optional<DType> parsed = parseDType(name))
      out = *parsed;
    else
      fail(key, "a dtype", "'" + name + "'");
  }
  template <class T, size_t N>
  void choice(const char *key, T &out, const std::pair<T, std::string_view> (&values)[N]) {
    std::string name;
    text(key, name);
    for (const auto &[value, spelling] : values)
      if (spelling == name) {
        out = value;
        return;
      }
    fail(key, "a known kind", "'" + name + "'");
  }
  void fail(const char *key, std::string_view expected, std::string_view got) {
    ValueReader(nullptr, child(key), self.status).fail(expected, got);
  }
  /// Call after the last key.
  void finish() {
    if (!self.status.ok())
      return;
    for (const auto &item : self.value->items())
      if (std::find(seen.begin(), seen.end(), item.key()) == seen.end())
        return self.fail("no other keys", "'" + item.key() + "'");
  }

private:
  std::string child(const char *key) const { return self.path.empty() ? key : self.path + "." + key; }

  ValueReader get(const char *key) {
    seen.emplace_back(key);
    if (!self.status.ok())
      return ValueReader(nullptr, child(key), self.status);
    auto it = self.value->find(key);
    if (it == self.value->end()) {
      self.fail(std::string("key '") + key + "'", "none");
      return ValueReader(nullptr, child(key), self.status);
    }
    return ValueReader(&*it, child(key), self.status);
  }

  ValueReader self;
  std::vector<std::string> seen;
};

inline ObjectReader ValueReader::object() { return ObjectReader(value, path, status); }

/// Parses `text` and lets `read` take it apart.
template <class Read> Status readJson(std::string_view text, Read read) {
  nlohmann::json json = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded())
    return Status(Code::Corrupt, "manifest: expected JSON, got something else");
  Status status;
  read(ObjectReader(&json, "", status));
  return status;
}

} // namespace attnc
