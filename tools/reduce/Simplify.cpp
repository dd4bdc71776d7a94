// Simplify.cpp - steps on the tree: remove, lift a child, shorten a word, an expression or a number.
//
// Must not know what keys mean beyond the words of kSimplest and where expressions stand.
#include "tools/reduce/Simplify.h"

#include "specs/ExprParser.h"
#include "specs/FieldReader.h"
#include "specs/Spec.h"
#include "tools/reduce/Document.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

namespace attnc::reduce {
namespace {

/// The words of a key, simplest first: a word gives way to earlier ones, anything else to all of them.
struct Simplest {
  std::string_view key;
  std::vector<std::string_view> words;
};
const Simplest kSimplest[] = {
    {"mask", {"none", "causal"}}, {"dtype", {"f16"}},    {"layout", {"padded", "packed"}},
    {"lengths", {"none", "kv"}},  {"anchor", {"bottom_right"}}, {"type", {"i32"}},
    {"softcap", {"1.0"}},         {"scale", {"1.0"}},
};

class Simplifier {
public:
  explicit Simplifier(const YamlNode &root) : root(root), copy(root) {}

  std::vector<Step> run() {
    walk(copy, "", &Simplifier::removeParts);
    walk(copy, "", &Simplifier::liftChildren);
    walk(copy, "", &Simplifier::shortenWord);
    if (Result<Spec> spec = readSpecText(documentText(root), "reduce"); spec.ok()) {
      inputs = spec->inputs;
      params = spec->params;
      walk(copy, "", &Simplifier::simplifyExpression);
    }
    walk(copy, "", &Simplifier::divideNumbers);
    walk(copy, "", &Simplifier::shrinkNumber);
    return std::move(steps);
  }

private:
  const YamlNode &root;
  YamlNode copy; ///< edited in place, copied as a step, and put back
  std::vector<SideInput> inputs;
  std::vector<ScalarParam> params;
  std::vector<Step> steps;

  using Visit = void (Simplifier::*)(YamlNode &, const std::string &);

  void walk(YamlNode &node, const std::string &path, Visit visit) {
    (this->*visit)(node, path);
    for (size_t i = 0; i < node.items.size(); ++i)
      walk(node.items[i], path + "[" + std::to_string(i) + "]", visit);
    for (size_t i = 0; i < node.entries.size(); ++i)
      walk(node.entries[i].value, path.empty() ? node.entries[i].key : path + "." + node.entries[i].key,
           visit);
  }

  void add(std::string what) { steps.push_back({std::move(what), copy}); }

  void replace(YamlNode &node, YamlNode by, const std::string &what) {
    std::swap(node, by);
    add(what);
    std::swap(node, by);
  }
  void replaceText(YamlNode &node, const std::string &path, std::string_view text, bool plain) {
    YamlNode by;
    by.kind = YamlNode::Kind::Scalar;
    by.text = text;
    by.plain = plain;
    replace(node, std::move(by), path + ": " + std::string(text));
  }

  void removeParts(YamlNode &node, const std::string &path) {
    const std::string prefix = path.empty() ? "" : path + ".";
    for (size_t i = 0; i < node.entries.size(); ++i) {
      YamlEntry entry = std::move(node.entries[i]);
      node.entries.erase(node.entries.begin() + static_cast<long>(i));
      add(prefix + entry.key + ": removed");
      node.entries.insert(node.entries.begin() + static_cast<long>(i), std::move(entry));
    }
    for (size_t i = 0; i < node.items.size(); ++i) {
      YamlNode item = std::move(node.items[i]);
      node.items.erase(node.items.begin() + static_cast<long>(i));
      add(path + "[" + std::to_string(i) + "]: removed");
      node.items.insert(node.items.begin() + static_cast<long>(i), std::move(item));
    }
  }

  void liftChildren(YamlNode &node, const std::string &path) {
    if (path.empty())
      return;
    const YamlNode whole = node;
    for (const YamlNode &item : whole.items)
      replace(node, item, path + ": one of its items");
    for (const YamlEntry &entry : whole.entries) {
      replace(node, entry.value, path + ": its " + entry.key);
      for (const YamlNode &item : entry.value.items) // {all: [A, B]}
        replace(node, item, path + ": one of its " + entry.key);
    }
  }

  static std::string_view keyOf(std::string_view path) { return path.substr(path.find_last_of('.') + 1); }

  void shortenWord(YamlNode &node, const std::string &path) {
    std::string_view key = keyOf(path);
    if (path.starts_with("mask"))
      key = "mask";
    for (const Simplest &simplest : kSimplest) {
      if (simplest.key != key)
        continue;
      for (std::string_view word : simplest.words) {
        if (node.isScalar() && node.text == word)
          break;
        // Below a mask, a number or a name is no mask.
        if (key == "mask" && path != "mask" && !path.ends_with(']') && !path.ends_with(".not"))
          break;
        replaceText(node, path, word, true);
      }
    }
  }

  void simplifyExpression(YamlNode &node, const std::string &path) {
    const bool inScore = path == "score.expr";
    if (!node.isScalar() || (!inScore && !path.starts_with("mask")) || isIdentifier(node.text))
      return;
    const ExprScope scope{inScore, inputs, params};
    Result<ExprPtr> expr = parseExpr(node.text, std::vector<Location>(node.text.size() + 1), scope);
    if (!expr.ok())
      return; // a number or a name below a mask
    for (const std::string &text : simplerExpressions(**expr, inScore))
      replaceText(node, path, text, false);
  }

  static std::optional<int64_t> integerOf(const YamlNode &node) {
    int64_t value = 0;
    const char *first = node.text.data(), *last = first + node.text.size();
    const auto parsed = std::from_chars(first, last, value);
    const bool whole = node.isScalar() && node.plain && parsed.ec == std::errc() && parsed.ptr == last;
    return whole ? std::optional(value) : std::nullopt;
  }

  /// Numbers side by side that must keep their ratio: query and kv heads.
  void divideNumbers(YamlNode &node, const std::string &path) {
    int64_t divisor = 0;
    for (const YamlEntry &entry : node.entries)
      divisor = std::gcd(divisor, integerOf(entry.value).value_or(0));
    for (int64_t by : {divisor, int64_t(2)}) {
      if (path.empty() || by < 2 || divisor % by != 0)
        continue;
      YamlNode smaller = node;
      for (YamlEntry &entry : smaller.entries)
        if (std::optional<int64_t> value = integerOf(entry.value))
          entry.value.text = std::to_string(*value / by);
      replace(node, std::move(smaller), path + ": divided by " + std::to_string(by));
    }
  }

  void shrinkNumber(YamlNode &node, const std::string &path) {
    const std::optional<int64_t> value = integerOf(node);
    if (!value || path == "attnc")
      return;
    for (int64_t smaller : smallerIntegers(*value))
      replaceText(node, path, std::to_string(smaller), true);
  }
};

} // namespace

std::vector<int64_t> smallerIntegers(int64_t value) {
  std::vector<int64_t> out;
  const int64_t size = value < 0 ? -(value + 1) : value; // the least value has no opposite
  for (int64_t candidate :
       {int64_t(0), int64_t(1), int64_t(8), int64_t(16), int64_t(32), int64_t(64), value / 2})
    if (candidate < size && std::find(out.begin(), out.end(), candidate) == out.end())
      out.push_back(candidate);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Step> simplerDocuments(const YamlNode &root) { return Simplifier(root).run(); }

} // namespace attnc::reduce
