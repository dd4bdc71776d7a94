// YamlTree.cpp - builds the located tree from yaml-cpp's events.
//
// The only file that sees yaml-cpp; its exceptions end here. Must not know any key of the spec format.
#include "specs/YamlTree.h"

#include "specs/Utf8.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

namespace attnc {

const YamlEntry *YamlNode::find(std::string_view key) const {
  for (const YamlEntry &entry : entries)
    if (entry.key == key)
      return &entry;
  return nullptr;
}

std::string inQuotes(std::string_view text) {
  constexpr size_t kLongest = 40;
  std::string out = "'";
  size_t used = 0;
  for (; used < text.size() && used < kLongest; ++used) {
    unsigned char c = text[used];
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c < 0x20 || c == 0x7f)
      out += '?';
    else
      out += static_cast<char>(c);
  }
  // A character of several bytes is kept whole.
  while (used < text.size() && (static_cast<unsigned char>(text[used]) & 0xc0) == 0x80)
    out += text[used++];
  if (used < text.size())
    out += "...";
  return out + "'";
}

std::string describe(const YamlNode &node) {
  switch (node.kind) {
  case YamlNode::Kind::Null:
    return "nothing";
  case YamlNode::Kind::Sequence:
    return "a list";
  case YamlNode::Kind::Map:
    return "a mapping";
  case YamlNode::Kind::Scalar:
    return node.plain ? inQuotes(node.text) : "the string " + inQuotes(node.text);
  }
  return "nothing";
}

namespace {
/// Leaves yaml-cpp's parser from inside an event; never leaves this file.
struct Stop {
  Status status;
};
} // namespace

/// Turns events into nodes: resolves aliases by copying, and refuses what a spec has no use for.
class TreeBuilder final : public YAML::EventHandler {
public:
  explicit TreeBuilder(YamlTree &tree) : tree(tree) {}

  bool finished() const { return done; }
  YamlNode take() { return std::move(root); }

  void OnDocumentStart(const YAML::Mark &mark) override {
    if (done) // Y2
      fail("expected one YAML document, got a second one", tree.placeOf(mark.pos));
  }
  void OnDocumentEnd() override { done = true; }

  void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    YamlNode node = make(YamlNode::Kind::Null, mark);
    finish(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    auto found = anchors.find(anchor);
    if (found == anchors.end() || !found->second) // Y4
      fail("expected an alias to a finished value, got one to a value that contains it",
           tree.placeOf(mark.pos));
    YamlNode copy = *found->second;
    count(copy, mark);
    add(std::move(copy));
  }
  void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                const std::string &value) override {
    YamlNode node = make(YamlNode::Kind::Scalar, mark);
    node.text = value;
    node.plain = tag == "?"; // yaml-cpp's word for "no tag, no quotes"
    checkQuote(node);
    finish(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(YamlNode::Kind::Sequence, mark), anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(make(YamlNode::Kind::Map, mark), anchor);
  }
  void OnMapEnd() override { close(); }

private:
  struct Level {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::optional<YamlNode> key; ///< Map: waits for its value
  };

  YamlTree &tree;
  std::vector<Level> levels;
  std::map<YAML::anchor_t, std::optional<YamlNode>> anchors;
  YamlNode root;
  size_t nodes = 0;
  bool done = false;

  [[noreturn]] static void fail(std::string message, Location where) {
    throw Stop{Status(Code::InvalidSpec, std::move(message), std::move(where))};
  }

  YamlNode make(YamlNode::Kind kind, const YAML::Mark &mark) {
    YamlNode node;
    node.kind = kind;
    node.offset = skipAnchor(mark.pos);
    node.where = tree.placeOf(node.offset);
    countOne(mark);
    return node;
  }

  /// The event of "&name value" points at the anchor.
  size_t skipAnchor(size_t offset) const {
    const std::string &text = tree.source;
    offset = std::min(offset, text.size());
    if (offset < text.size() && text[offset] == '!') // Y8
      fail("expected a value without a YAML tag, got a tag", tree.placeOf(offset));
    if (offset >= text.size() || text[offset] != '&')
      return offset;
    size_t after = text.find_first_of(" \t\r\n", offset);
    after = after == std::string::npos ? after : text.find_first_not_of(" \t\r\n", after);
    if (after == std::string::npos)
      return offset;
    return text[after] == '!' ? skipAnchor(after) : after;
  }

  /// yaml-cpp takes a file's last line break for a missing closing quote.
  void checkQuote(const YamlNode &scalar) const {
    const std::string &text = tree.source;
    const char quote = !scalar.plain && scalar.offset < text.size() ? text[scalar.offset] : 0;
    if (quote != '"' && quote != '\'')
      return;
    for (size_t at = scalar.offset + 1; at < text.size(); ++at) {
      const bool escape = quote == '"' ? text[at] == '\\' : text.substr(at, 2) == "''";
      if (escape)
        ++at;
      else if (text[at] == quote)
        return;
    }
    fail("malformed YAML: expected a closing quote, got the end of the file", scalar.where); // Y10
  }

  void countOne(const YAML::Mark &mark) {
    if (++nodes > YamlTree::kMaxNodes) // Y5
      fail("expected at most " + std::to_string(YamlTree::kMaxNodes) + " values, aliases expanded",
           tree.placeOf(mark.pos));
  }
  void count(const YamlNode &node, const YAML::Mark &mark, int depth = 0) {
    countOne(mark);
    checkDepth(depth, tree.placeOf(mark.pos));
    for (const YamlNode &item : node.items)
      count(item, mark, depth + 1);
    for (const YamlEntry &entry : node.entries)
      count(entry.value, mark, depth + 1);
  }
  void checkDepth(int below, const Location &where) const {
    if (static_cast<int>(levels.size()) + below >= YamlTree::kMaxDepth) // Y6
      fail("expected at most " + std::to_string(YamlTree::kMaxDepth) + " levels of nesting", where);
  }

  void open(YamlNode node, YAML::anchor_t anchor) {
    checkDepth(0, node.where);
    if (anchor)
      anchors[anchor] = std::nullopt;
    levels.push_back({std::move(node), anchor, std::nullopt});
  }
  void close() {
    Level level = std::move(levels.back());
    levels.pop_back();
    finish(std::move(level.node), level.anchor);
  }
  void finish(YamlNode node, YAML::anchor_t anchor) {
    if (anchor)
      anchors[anchor] = node;
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (levels.empty()) {
      root = std::move(node);
      return;
    }
    Level &level = levels.back();
    if (level.node.kind == YamlNode::Kind::Sequence) {
      level.node.items.push_back(std::move(node));
      return;
    }
    if (!level.key) {
      addKey(level, std::move(node));
      return;
    }
    // yaml-cpp places an absent value at whatever comes next.
    if (node.kind == YamlNode::Kind::Null && node.offset >= level.key->offset + level.key->text.size())
      node.where = level.key->where;
    level.node.entries.push_back({std::move(level.key->text), std::move(level.key->where), std::move(node)});
    level.key.reset();
  }
  void addKey(Level &level, YamlNode key) {
    if (!key.isScalar()) // Y7
      fail("expected a word as key, got " + describe(key), key.where);
    if (const YamlEntry *first = level.node.find(key.text)) // Y3
      throw Stop{
          Status(Code::InvalidSpec, "expected each key once, got " + inQuotes(key.text) + " again", key.where)
              .note("it was first given here", first->where)};
    level.key = std::move(key);
  }
};

Location YamlTree::placeOf(size_t offset) const {
  offset = std::min(offset, source.size());
  auto next = std::upper_bound(lineStarts.begin(), lineStarts.end(), offset);
  size_t line = static_cast<size_t>(next - lineStarts.begin());
  return {file, static_cast<int>(line), static_cast<int>(offset - lineStarts[line - 1]) + 1};
}

/// Y9: what a YAML reader would pass over in silence or explain badly.
Status YamlTree::checkBytes() const {
  auto fail = [&](std::string got, size_t at) {
    return Status(Code::InvalidSpec, "expected " + got, placeOf(at));
  };
  bool indentation = true;
  for (size_t i = 0; i < source.size(); ++i) {
    unsigned char c = source[i];
    if (c == '\n') {
      indentation = true;
      continue;
    }
    if (c == '\r' && i + 1 < source.size() && source[i + 1] == '\n')
      continue;
    if (c == 0)
      return fail("text, got a NUL byte", i);
    if (c == '\t' && indentation)
      return fail("spaces as indentation, got a tab", i);
    if ((c < 0x20 && c != '\t') || c == 0x7f)
      return fail("text, got a control character", i);
    if (c != ' ')
      indentation = false;
    if (c >= 0x80) {
      size_t length = utf8Length(std::string_view(source).substr(i));
      if (length == 0)
        return fail("UTF-8 text, got a byte that is not", i);
      i += length - 1;
    }
  }
  return Status::success();
}

Result<YamlTree> YamlTree::parse(std::string_view text, std::string file) {
  YamlTree tree;
  tree.file = std::move(file);
  if (text.substr(0, 3) == "\xef\xbb\xbf")
    text.remove_prefix(3);
  if (text.size() > kMaxBytes) // Y1
    return Status(Code::InvalidSpec, "expected at most " + std::to_string(kMaxBytes) + " bytes, got more",
                  {tree.file, 0, 0});
  tree.source = text;
  tree.lineStarts.push_back(0);
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n')
      tree.lineStarts.push_back(i + 1);
  ATTNC_RETURN_IF_ERROR(tree.checkBytes());

  try {
    std::istringstream stream(tree.source);
    YAML::Parser parser(stream);
    TreeBuilder builder(tree);
    while (parser.HandleNextDocument(builder)) {
    }
    if (!builder.finished()) // Y10
      return Status(Code::InvalidSpec, "expected a spec, got an empty file", {tree.file, 1, 1});
    tree.document = builder.take();
  } catch (const Stop &stop) {
    return stop.status;
  } catch (const YAML::Exception &error) { // Y10
    Location where = error.mark.is_null() ? Location{tree.file, 1, 1} : tree.placeOf(error.mark.pos);
    constexpr std::string_view kColon = "expected a key once on a line, got ': ' inside a value; quote the "
                                        "value, or mend the indentation";
    const bool isColon = error.msg == YAML::ErrorMsg::MAP_VALUE;
    return Status(Code::InvalidSpec, "malformed YAML: " + (isColon ? std::string(kColon) : error.msg),
                  std::move(where));
  } catch (const std::exception &error) {
    return Status(Code::InvalidSpec, std::string("malformed YAML: ") + error.what(), {tree.file, 1, 1});
  }
  return tree;
}

void YamlTree::extend(YamlNode merged, YamlTree base) {
  document = std::move(merged);
  bases.push_back(std::move(base));
}

std::vector<Location> YamlTree::characterPlaces(const YamlNode &scalar) const {
  if (scalar.where.file != file && !bases.empty())
    return bases.back().characterPlaces(scalar);
  std::vector<Location> places;
  places.reserve(scalar.text.size() + 1);
  size_t at = scalar.offset;
  auto isSpace = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  char style = !scalar.plain && at < source.size() ? source[at] : 0;
  if (style == '|' || style == '>')
    at = std::min(source.find('\n', at), source.size());
  else if (style)
    ++at;

  // Folding only ever changes white space, so both texts agree once it is skipped.
  size_t end = at;
  for (char c : scalar.text) {
    if (isSpace(c)) {
      places.push_back(placeOf(end));
      continue;
    }
    size_t length = 1;
    while (at < source.size()) {
      if (isSpace(source[at])) {
        ++at;
        continue;
      }
      length = 1;
      if (style == '\'' && source[at] == '\'')
        length = 2;
      if (style != '"' || source[at] != '\\')
        break;
      char kind = at + 1 < source.size() ? source[at + 1] : 0;
      length = kind == 'x' ? 4 : kind == 'u' ? 6 : kind == 'U' ? 10 : 2;
      if (!isSpace(kind) && kind != 'n' && kind != 't' && kind != 'r')
        break;
      at += length;
    }
    places.push_back(placeOf(at));
    at = std::min(at + length, source.size());
    end = at;
  }
  places.push_back(placeOf(end));
  return places;
}

} // namespace attnc
