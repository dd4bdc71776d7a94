// YamlTree.h - YAML text as a tree in which every key and value knows its place.
//
// Must not know any key of the spec format; what yaml-cpp accepts silently is refused here (rules Y1..Y10).
#pragma once

#include "attnc/Status.h"

#include <string>
#include <string_view>
#include <vector>

namespace attnc {

struct YamlEntry;

struct YamlNode {
  enum class Kind : uint8_t { Null, Scalar, Sequence, Map };
  Kind kind = Kind::Null;
  Location where;
  std::string text;               ///< Scalar: the decoded value
  bool plain = false;             ///< Scalar: written without quotes and not as a block
  size_t offset = 0;              ///< where the value starts in the text
  std::vector<YamlNode> items;    ///< Sequence
  std::vector<YamlEntry> entries; ///< Map, in the order of the file, keys unique

  bool isScalar() const { return kind == Kind::Scalar; }
  /// The value of `key`, or null.
  const YamlEntry *find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Location where; ///< of the key
  YamlNode value;
};

/// "a mapping", "a list", "nothing", or the scalar in quotes, shortened.
std::string describe(const YamlNode &node);
/// `text` in single quotes, control characters escaped, cut after 40 characters.
std::string inQuotes(std::string_view text);

/// One parsed file: its text and its single document.
class YamlTree {
public:
  /// Size limits: a spec is a page of text, anything larger is a mistake or an attack.
  static constexpr size_t kMaxBytes = 256 * 1024;
  static constexpr int kMaxDepth = 32;
  static constexpr size_t kMaxNodes = 4096;

  static Result<YamlTree> parse(std::string_view text, std::string file);

  const YamlNode &root() const { return document; }
  /// The place of each character of a scalar's value, plus one for its end: folding, escapes and indentation
  /// move them about.
  std::vector<Location> characterPlaces(const YamlNode &scalar) const;
  /// Replaces the document by `merged`, whose nodes come from this file and from those of `base`.
  void extend(YamlNode merged, YamlTree base);

private:
  std::string source;
  std::string file;
  std::vector<size_t> lineStarts;
  YamlNode document;
  std::vector<YamlTree> bases; ///< none, or the one that `extend` got: holds the text of its nodes

  Location placeOf(size_t offset) const;
  Status checkBytes() const;
  friend class TreeBuilder;
};

} // namespace attnc
