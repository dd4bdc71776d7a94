// Validate.cpp - draft 7 as far as specs need it.
#include "Validate.h"

#include "specs/YamlTree.h"

#include <charconv>
#include <cmath>
#include <gtest/gtest.h>
#include <regex>
#include <set>

namespace attnc::test {
namespace {

using Json = nlohmann::json;

class Validator {
public:
  explicit Validator(const Json &root) : root(root) {}

  std::string check(const Json &schema, const Json &value, const std::string &path) const {
    if (schema.is_boolean())
      return schema.get<bool>() ? "" : path + ": nothing is allowed here";
    if (schema.contains("$ref")) {
      const std::string name = schema["$ref"].get<std::string>();
      return check(root.at(Json::json_pointer(name.substr(1))), value, path);
    }
    for (const auto &item : schema.items())
      if (std::string wrong = keyword(schema, item.key(), item.value(), value, path); !wrong.empty())
        return wrong;
    return "";
  }

private:
  const Json &root;

  static bool hasType(const Json &value, const std::string &type) {
    if (type == "integer")
      return value.is_number_integer() ||
             (value.is_number() && std::floor(value.get<double>()) == value.get<double>());
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "number" && value.is_number()) ||
           (type == "boolean" && value.is_boolean()) || (type == "null" && value.is_null());
  }

  std::string keyword(const Json &schema, const std::string &key, const Json &rule, const Json &value,
                      const std::string &path) const {
    const auto fail = [&](bool holds) { return holds ? "" : path + ": " + key + " " + rule.dump(); };
    const double number = value.is_number() ? value.get<double>() : 0;
    if (key == "$schema" || key == "title" || key == "description" || key == "definitions" || key == "then" ||
        key == "else")
      return "";
    if (key == "type") {
      bool any = false;
      for (const Json &type : rule.is_array() ? rule : Json::array({rule}))
        any |= hasType(value, type.get<std::string>());
      return fail(any);
    }
    if (key == "const")
      return fail(value == rule);
    if (key == "enum")
      return fail(std::find(rule.begin(), rule.end(), value) != rule.end());
    if (key == "anyOf") {
      for (const Json &option : rule)
        if (check(option, value, path).empty())
          return "";
      return path + ": none of its forms";
    }
    if (key == "if") {
      const char *branch = check(rule, value, path).empty() ? "then" : "else";
      return schema.contains(branch) ? check(schema[branch], value, path) : "";
    }
    if (key == "minimum")
      return fail(!value.is_number() || number >= rule.get<double>());
    if (key == "maximum")
      return fail(!value.is_number() || number <= rule.get<double>());
    if (key == "exclusiveMinimum")
      return fail(!value.is_number() || number > rule.get<double>());
    if (key == "multipleOf")
      return fail(!value.is_number() || std::fmod(number, rule.get<double>()) == 0);
    if (key == "pattern")
      return fail(!value.is_string() ||
                  std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>())));
    if (key == "minLength")
      return fail(!value.is_string() || value.get<std::string>().size() >= rule.get<size_t>());
    if (key == "minItems")
      return fail(!value.is_array() || value.size() >= rule.get<size_t>());
    if (key == "maxItems")
      return fail(!value.is_array() || value.size() <= rule.get<size_t>());
    if (key == "uniqueItems")
      return fail(!value.is_array() || std::set<Json>(value.begin(), value.end()).size() == value.size());
    if (key == "minProperties")
      return fail(!value.is_object() || value.size() >= rule.get<size_t>());
    if (key == "maxProperties")
      return fail(!value.is_object() || value.size() <= rule.get<size_t>());
    return structure(schema, key, rule, value, path);
  }

  std::string structure(const Json &schema, const std::string &key, const Json &rule, const Json &value,
                        const std::string &path) const {
    if (key == "required") {
      for (const Json &name : rule)
        if (value.is_object() && !value.contains(name.get<std::string>()))
          return path + ": lacks " + name.get<std::string>();
      return "";
    }
    if (key == "items") {
      for (size_t i = 0; value.is_array() && i < value.size(); ++i)
        if (std::string wrong = check(rule, value[i], path + "[" + std::to_string(i) + "]"); !wrong.empty())
          return wrong;
      return "";
    }
    static const Json kNothing = Json::object();
    const Json &object = value.is_object() ? value : kNothing;
    for (const auto &item : object.items()) {
      const bool named = schema.contains("properties") && schema["properties"].contains(item.key());
      std::string wrong;
      if (key == "properties" && named)
        wrong = check(rule[item.key()], item.value(), path + "." + item.key());
      else if (key == "additionalProperties" && !named)
        wrong = check(rule, item.value(), path + "." + item.key());
      else if (key == "propertyNames")
        wrong = check(rule, item.key(), path + "." + item.key());
      if (!wrong.empty())
        return wrong;
    }
    const bool known = key == "properties" || key == "additionalProperties" || key == "propertyNames";
    return known ? "" : path + ": keyword " + key + ", which this validator does not know";
  }
};

Json asJson(const YamlNode &node) {
  Json out;
  switch (node.kind) {
  case YamlNode::Kind::Null:
    return nullptr;
  case YamlNode::Kind::Sequence:
    out = Json::array();
    for (const YamlNode &item : node.items)
      out.push_back(asJson(item));
    return out;
  case YamlNode::Kind::Map:
    out = Json::object();
    for (const YamlEntry &entry : node.entries)
      out[entry.key] = asJson(entry.value);
    return out;
  case YamlNode::Kind::Scalar:
    break;
  }
  const char *first = node.text.data(), *last = first + node.text.size();
  if (!node.plain || first == last)
    return node.text;
  if (node.text == "true" || node.text == "false" || node.text == "True" || node.text == "False")
    return node.text[0] == 't' || node.text[0] == 'T';
  int64_t whole = 0;
  if (auto parsed = std::from_chars(first, last, whole); parsed.ec == std::errc() && parsed.ptr == last)
    return whole;
  double real = 0;
  if (auto parsed = std::from_chars(first, last, real); parsed.ec == std::errc() && parsed.ptr == last)
    return real;
  return node.text;
}

} // namespace

std::string validate(const nlohmann::json &schema, const nlohmann::json &value) {
  return Validator(schema).check(schema, value, "spec");
}

nlohmann::json yamlAsJson(const std::string &text) {
  Result<YamlTree> tree = YamlTree::parse(text, "schema.yaml");
  EXPECT_TRUE(tree.ok()) << tree.status().str();
  return tree.ok() ? asJson(tree->root()) : Json();
}

} // namespace attnc::test
