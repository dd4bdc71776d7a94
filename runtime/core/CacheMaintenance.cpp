// CacheMaintenance.cpp - list, verify, prune and clear.
//
// Must not remove anything outside the format's own folder.
#include "runtime/core/Cache.h"

#include "runtime/core/CacheEntry.h"
#include "runtime/core/Digest.h"
#include "runtime/core/PrivateFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace attnc {
namespace {

namespace fs = std::filesystem;

struct Found {
  std::string key;
  fs::path path;
  uint64_t bytes = 0;
  fs::file_time_type lastUse;
};

/// Files called like keys, two levels down. Files that vanish meanwhile are left out.
std::vector<Found> findFiles(const fs::path &folder) {
  std::vector<Found> out;
  std::error_code error;
  for (fs::directory_iterator group(folder, error), end; !error && group != end; group.increment(error)) {
    std::error_code inner;
    for (fs::directory_iterator file(group->path(), inner); !inner && file != end; file.increment(inner)) {
      std::error_code noSize, noTime;
      Found found{file->path().filename().string(), file->path(), file->file_size(noSize),
                  file->last_write_time(noTime)};
      if (!noSize && !noTime && isDigestHex(found.key))
        out.push_back(std::move(found));
    }
  }
  return out;
}

/// Of the last system call.
Status cannotRemove(const fs::path &path) {
  return Status(Code::IoError, "cache: cannot remove '" + path.string() + "': " + std::strerror(errno));
}

uint64_t totalBytes(const std::vector<Found> &files) {
  uint64_t bytes = 0;
  for (const Found &file : files)
    bytes += file.bytes;
  return bytes;
}

} // namespace

Result<std::vector<CacheEntry>> Cache::list() const {
  std::vector<Found> files = findFiles(folder / "entries");
  std::sort(files.begin(), files.end(), [](const Found &a, const Found &b) { return a.lastUse > b.lastUse; });
  std::vector<CacheEntry> out;
  for (const Found &file : files) {
    CacheEntry entry{file.key, "", "", file.bytes, file.lastUse};
    Result<std::string> bytes = readPrivateFile(file.path, Reading::Inspect);
    if (!bytes.ok() && bytes.status().code() == Code::NotFound)
      continue; // removed meanwhile
    if (bytes.ok())
      if (Result<Image> image = decodeEntry(file.key, *bytes)) {
        entry.name = image->program.name;
        entry.target = image->program.target.name();
      }
    out.push_back(std::move(entry));
  }
  return out;
}

Result<CacheReport> Cache::verify() {
  CacheReport report;
  for (const Found &file : findFiles(folder / "entries")) {
    Result<std::string> bytes = readPrivateFile(file.path, Reading::Inspect);
    Status status = bytes.ok() ? decodeEntry(file.key, *bytes).status() : bytes.status();
    if (status.ok()) {
      ++report.entries;
      report.bytes += file.bytes;
    } else if (status.code() != Code::NotFound) {
      if (unlink(file.path.c_str()) != 0)
        return cannotRemove(file.path).note("it is damaged: " + status.message());
      report.removed.push_back(file.key + ": " + status.message());
    }
  }
  for (const Found &file : findFiles(folder / "aliases"))
    if (!lookupAlias(file.key) && !fs::exists(file.path))
      report.removed.push_back(file.key + ": damaged alias");
  removeDanglingAliases();
  removeLeftovers();
  return report;
}

Result<CacheReport> Cache::prune(uint64_t limitBytes) {
  CacheReport report;
  std::vector<Found> files = findFiles(folder / "entries");
  report.entries = files.size();
  report.bytes = totalBytes(files);
  if (report.bytes > limitBytes) {
    std::sort(files.begin(), files.end(),
              [](const Found &a, const Found &b) { return a.lastUse < b.lastUse; });
    for (const Found &file : files) {
      if (report.bytes <= limitBytes)
        break;
      if (unlink(file.path.c_str()) != 0 && errno != ENOENT)
        return cannotRemove(file.path);
      report.removed.push_back(file.key);
      report.bytes -= file.bytes;
      --report.entries;
    }
    removeDanglingAliases();
  }
  removeLeftovers();
  return report;
}

Result<CacheReport> Cache::clear() {
  CacheReport report;
  for (const char *kind : {"aliases", "entries"})
    for (const Found &file : findFiles(folder / kind)) {
      if (unlink(file.path.c_str()) != 0 && errno != ENOENT)
        return cannotRemove(file.path);
      if (std::string_view(kind) == "entries")
        report.removed.push_back(file.key);
    }
  removeLeftovers();
  return report;
}

void Cache::removeLeftovers() const { removeStaleFiles(folder / "tmp"); }

void Cache::removeDanglingAliases() const {
  for (const Found &file : findFiles(folder / "aliases")) {
    std::optional<std::string> key = lookupAlias(file.key);
    std::error_code ignored;
    if (key && !fs::exists(entryPath(*key), ignored))
      unlink(file.path.c_str());
  }
}

} // namespace attnc
