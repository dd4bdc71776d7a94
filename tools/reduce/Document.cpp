// Document.cpp - reading, writing and cutting a tree.
//
// Must write only what reads back to the same tree.
#include "tools/reduce/Document.h"

#include "specs/ExtendSpec.h"

#include <algorithm>

namespace attnc::reduce {
namespace {

/// Letters, digits and what numbers have: safe without quotes anywhere.
bool isSafePlain(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-") ==
             std::string_view::npos &&
         text != "-" && !text.starts_with("- ") && !text.starts_with("--") && !text.starts_with("..");
}

std::string doubleQuoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += std::string("\\x") + kHex[c >> 4] + kHex[c & 15];
    else
      out += c;
  }
  return out + '"';
}

std::string flow(const YamlNode &node) {
  std::string out;
  switch (node.kind) {
  case YamlNode::Kind::Null:
    return "~";
  case YamlNode::Kind::Scalar:
    return node.plain && isSafePlain(node.text) ? node.text : doubleQuoted(node.text);
  case YamlNode::Kind::Sequence:
    for (const YamlNode &item : node.items)
      out += (out.empty() ? "" : ", ") + flow(item);
    return "[" + out + "]";
  case YamlNode::Kind::Map:
    for (const YamlEntry &entry : node.entries)
      out += (out.empty() ? "" : ", ") + (isSafePlain(entry.key) ? entry.key : doubleQuoted(entry.key)) +
             ": " + flow(entry.value);
    return "{" + out + "}";
  }
  return "~";
}

} // namespace

Result<YamlNode> readDocument(const std::filesystem::path &path) {
  ATTNC_ASSIGN_OR_RETURN(std::string text, readSpecFile(path));
  ATTNC_ASSIGN_OR_RETURN(ExtendedTree extended, readExtended(text, path.string(), path.parent_path()));
  return extended.tree.root();
}

std::string documentText(const YamlNode &root) {
  if (root.kind != YamlNode::Kind::Map)
    return flow(root) + '\n';
  std::string out;
  for (const YamlEntry &entry : root.entries)
    out += (isSafePlain(entry.key) ? entry.key : doubleQuoted(entry.key)) + ": " + flow(entry.value) + '\n';
  return out;
}

size_t countValues(const YamlNode &node) {
  size_t count = 1;
  for (const YamlNode &item : node.items)
    count += countValues(item);
  for (const YamlEntry &entry : node.entries)
    count += countValues(entry.value);
  return count;
}

bool removeEntryAt(YamlNode &node, const Location &where) {
  for (YamlNode &item : node.items)
    if (removeEntryAt(item, where))
      return true;
  for (YamlEntry &entry : node.entries)
    if (removeEntryAt(entry.value, where))
      return true;
  return std::erase_if(node.entries, [&](const YamlEntry &entry) {
           return entry.where == where || entry.value.where == where;
         }) > 0;
}

} // namespace attnc::reduce
