// ExtendSpec.cpp - loads the files that a spec extends, and merges mappings key by key.
//
// Must not know what keys mean, except that a mask is one value.
#include "specs/ExtendSpec.h"

#include "specs/FieldReader.h"
#include "specs/SpecReader.h"

#include <algorithm>
#include <fstream>

namespace attnc {
namespace {

namespace fs = std::filesystem;

/// A mapping whose one key says what it is: merged with another one it would have two.
bool isOneValue(std::string_view key) { return key == "mask"; }

void removeKey(YamlNode &map, std::string_view key) {
  std::erase_if(map.entries, [&](const YamlEntry &entry) { return entry.key == key; });
}

/// `over` put over `base`: mappings key by key, all else whole; null removes a key.
Status mergeInto(YamlNode &base, const YamlNode &over, bool top) {
  base.where = over.where;
  base.offset = over.offset;
  for (const YamlEntry &entry : over.entries) {
    auto under = std::find_if(base.entries.begin(), base.entries.end(),
                              [&](const YamlEntry &candidate) { return candidate.key == entry.key; });
    const bool known = under != base.entries.end();
    if (entry.value.kind == YamlNode::Kind::Null) {
      if (!known) // K9
        return Status(Code::InvalidSpec,
                      "expected a key of the extended spec to remove, got " + inQuotes(entry.key) +
                          ", which it does not have",
                      entry.where);
      base.entries.erase(under);
    } else if (!known) {
      base.entries.push_back(entry);
    } else if (under->value.kind == YamlNode::Kind::Map && entry.value.kind == YamlNode::Kind::Map &&
               !(top && isOneValue(entry.key))) {
      under->where = entry.where;
      ATTNC_RETURN_IF_ERROR(mergeInto(under->value, entry.value, /*top=*/false));
    } else {
      *under = entry;
    }
  }
  return Status::success();
}

class Extender {
public:
  std::vector<Extension> extensions;

  Result<YamlTree> load(std::string_view yaml, std::string file, const std::optional<fs::path> &folder) {
    ATTNC_ASSIGN_OR_RETURN(YamlTree tree, YamlTree::parse(yaml, file));
    ATTNC_RETURN_IF_ERROR(readVersion(tree.root(), file));
    const YamlEntry *entry = tree.root().find("extends");
    if (!entry)
      return tree;
    ATTNC_ASSIGN_OR_RETURN(YamlTree base, loadBase(entry->value, folder));
    YamlNode own = tree.root(), merged = base.root();
    removeKey(own, "extends");
    ATTNC_RETURN_IF_ERROR(mergeInto(merged, own, /*top=*/true));
    tree.extend(std::move(merged), std::move(base));
    return tree;
  }

  /// The file that is read first extends itself if a later one names it.
  void visit(const fs::path &path) {
    std::error_code error;
    visited.push_back(fs::weakly_canonical(path, error));
  }

private:
  std::vector<fs::path> visited;

  Result<YamlTree> loadBase(const YamlNode &value, const std::optional<fs::path> &folder) {
    // A name ends at a NUL for the system: it would open another file.
    if (!value.isScalar() || value.text.empty() || value.text.find('\0') != value.text.npos) // K3
      return Status(Code::InvalidSpec,
                    "expected the name of a spec file for 'extends', got " + describe(value), value.where);
    if (!folder) // K7
      return Status(Code::InvalidSpec,
                    "expected 'extends' in a file only, got it in a text that has no folder to look in",
                    value.where);
    const fs::path path = *folder / value.text;
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(path, error);
    if (std::find(visited.begin(), visited.end(), canonical) != visited.end()) // K8
      return Status(Code::InvalidSpec,
                    "expected a file that this one is not part of, got " + inQuotes(value.text) +
                        ", which extends itself",
                    value.where);
    if (extensions.size() == kMaxExtensions) // K8
      return Status(Code::InvalidSpec,
                    "expected at most " + std::to_string(kMaxExtensions) +
                        " files that are extended, got more",
                    value.where);
    Result<std::string> text = readSpecFile(path);
    if (!text.ok()) // K7
      return Status(Code::InvalidSpec,
                    "expected a spec file for 'extends', got " + inQuotes(path.string()) + ": " +
                        text.status().message(),
                    value.where);
    extensions.push_back({path.string(), value.where});
    visited.push_back(canonical);
    return load(*text, path.string(), path.parent_path());
  }
};

} // namespace

Result<ExtendedTree> readExtended(std::string_view yaml, std::string file,
                                  const std::optional<fs::path> &folder) {
  Extender extender;
  if (folder)
    extender.visit(file);
  Result<YamlTree> tree = extender.load(yaml, std::move(file), folder);
  if (!tree.ok())
    return noteExtensions(tree.status(), extender.extensions);
  return ExtendedTree{std::move(*tree), std::move(extender.extensions)};
}

Result<std::string> readSpecFile(const fs::path &path) {
  const Location place{path.string(), 0, 0};
  std::error_code error;
  auto status = fs::status(path, error);
  if (!fs::exists(status))
    return Status(Code::NotFound, "expected a spec file, got no such file", place);
  if (fs::is_directory(status))
    return Status(Code::IoError, "expected a spec file, got a folder", place);
  std::ifstream stream(path, std::ios::binary);
  // One byte more than allowed is enough to refuse a file of any size, or a pipe without end.
  std::string text(YamlTree::kMaxBytes + 4, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad())
    return Status(Code::IoError, "cannot read the spec file", place);
  text.resize(static_cast<size_t>(stream.gcount()));
  return text;
}

Status noteExtensions(Status status, const std::vector<Extension> &extensions) {
  auto holds = [&](const Extension &extension) { return extension.file == status.where().file; };
  auto at = std::find_if(extensions.rbegin(), extensions.rend(), holds);
  for (; at != extensions.rend(); ++at)
    status.note("extended from here", at->where);
  return status;
}

} // namespace attnc
