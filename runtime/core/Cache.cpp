// Cache.cpp - opening a cache folder, looking up and publishing.
//
// Must not decide what a key covers: that is KernelKey.cpp.
#include "runtime/core/Cache.h"

#include "runtime/core/CacheEntry.h"
#include "runtime/core/Digest.h"
#include "runtime/core/PrivateFile.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace attnc {
namespace {

namespace fs = std::filesystem;

/// Folder inside the root; a new format gets a new one, so that versions can share a root.
constexpr const char *kFormatFolder = "v1";
constexpr uint64_t kDefaultLimit = uint64_t(2) << 30;

std::string environment(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

std::string aliasText(const std::string &requestKey, const std::string &contentKey) {
  const std::string head = "attnc-alias 1\n" + contentKey + "\n";
  return head + sha256Hex(requestKey + "\n" + head) + "\n";
}

/// The signature that tells backup programs to leave a folder out (bford.info/cachedir).
constexpr std::string_view kCacheDirTag = "Signature: 8a477f597d28d172789f06886806bc55\n"
                                          "# Compiled attention kernels of attnc; safe to delete.\n";

} // namespace

std::optional<uint64_t> Cache::parseSize(std::string_view text) {
  int shift = 0;
  if (!text.empty())
    switch (text.back()) {
    case 'K':
      shift = 10;
      break;
    case 'M':
      shift = 20;
      break;
    case 'G':
      shift = 30;
      break;
    }
  if (shift)
    text.remove_suffix(1);
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > (UINT64_MAX >> shift))
    return std::nullopt;
  return value << shift;
}

bool Cache::isAbsent(const fs::path &root) {
  std::error_code error;
  const fs::file_status status = fs::status(root, error);
  return status.type() == fs::file_type::not_found ||
         (fs::is_directory(status) &&
          fs::status(root / kFormatFolder, error).type() == fs::file_type::not_found);
}

Result<fs::path> Cache::folderFor(const CacheOptions &options) {
  if (!options.folder.empty())
    return options.folder;
  if (std::string folder = environment("ATTNC_CACHE_DIR"); !folder.empty())
    return fs::path(folder);
  // The XDG specification has relative paths ignored.
  if (std::string folder = environment("XDG_CACHE_HOME"); !folder.empty() && folder[0] == '/')
    return fs::path(folder) / "attnc";
  if (std::string home = environment("HOME"); !home.empty())
    return fs::path(home) / ".cache" / "attnc";
  return Status(Code::NotFound,
                "expected a cache folder in ATTNC_CACHE_DIR, XDG_CACHE_HOME or HOME, got none");
}

Cache::Cache(fs::path root, uint64_t limit, CacheOptions options)
    : root(std::move(root)), folder(this->root / kFormatFolder), limit(limit), options(std::move(options)) {}

Result<std::shared_ptr<Cache>> Cache::open(CacheOptions options) {
  ATTNC_ASSIGN_OR_RETURN(fs::path root, folderFor(options));
  std::error_code error;
  root = fs::absolute(root, error);
  std::shared_ptr<Cache> cache(new Cache(root, options.limitBytes, std::move(options)));
  if (cache->limit == 0) {
    cache->limit = kDefaultLimit;
    if (std::string text = environment("ATTNC_CACHE_LIMIT"); !text.empty()) {
      if (std::optional<uint64_t> bytes = parseSize(text))
        cache->limit = *bytes;
      else
        cache->warn("ATTNC_CACHE_LIMIT: expected a size like 500M or 2G, got '" + text + "'");
    }
  }
  ATTNC_RETURN_IF_ERROR(makePrivateFolder(cache->root).prefix("cache: "));
  const bool isNew = !fs::exists(cache->folder, error);
  ATTNC_RETURN_IF_ERROR(makePrivateFolder(cache->folder).prefix("cache: "));
  if (isNew) // only a courtesy: the cache works without it
    (void)publishFile(cache->folder / "tmp", cache->root / "CACHEDIR.TAG", kCacheDirTag);
  return cache;
}

void Cache::warn(const std::string &message) const {
  if (options.log)
    options.log("cache: " + message);
  else
    std::fprintf(stderr, "attnc: warning: cache: %s\n", message.c_str());
}

fs::path Cache::entryPath(const std::string &key) const {
  return folder / "entries" / key.substr(0, 2) / key;
}
fs::path Cache::aliasPath(const std::string &key) const {
  return folder / "aliases" / key.substr(0, 2) / key;
}

std::optional<Image> Cache::find(const std::string &contentKey) const {
  if (!isDigestHex(contentKey))
    return std::nullopt;
  const fs::path path = entryPath(contentKey);
  Result<std::string> bytes = readPrivateFile(path, Reading::Use);
  if (!bytes.ok()) {
    if (bytes.status().code() != Code::NotFound)
      warn(bytes.status().message());
    return std::nullopt;
  }
  Result<Image> image = decodeEntry(contentKey, *bytes);
  if (image.ok())
    return std::move(*image);
  warn("removing damaged entry '" + path.string() + "': " + image.status().message());
  unlink(path.c_str());
  return std::nullopt;
}

Status Cache::publish(const std::string &contentKey, const Image &image) {
  if (!isDigestHex(contentKey))
    return Status(Code::InvalidArgument, "cache: expected a key of 64 hex digits, got '" + contentKey + "'");
  const std::string bytes = encodeEntry(contentKey, image);
  if (bytes.size() > limit)
    return Status(Code::Unsupported, "cache: expected an entry within the limit of " + std::to_string(limit) +
                                         " bytes, got " + std::to_string(bytes.size()));
  ATTNC_RETURN_IF_ERROR(publishFile(folder / "tmp", entryPath(contentKey), bytes).prefix("cache: "));
  return prune(limit).status();
}

std::optional<std::string> Cache::lookupAlias(const std::string &requestKey) const {
  if (!isDigestHex(requestKey))
    return std::nullopt;
  Result<std::string> text = readPrivateFile(aliasPath(requestKey), Reading::Inspect);
  if (!text.ok()) {
    if (text.status().code() != Code::NotFound)
      warn(text.status().message());
    return std::nullopt;
  }
  constexpr size_t kKeyAt = 14; // after "attnc-alias 1\n"
  std::string contentKey = text->size() > kKeyAt + 64 ? text->substr(kKeyAt, 64) : "";
  if (isDigestHex(contentKey) && *text == aliasText(requestKey, contentKey))
    return contentKey;
  warn("removing damaged alias '" + aliasPath(requestKey).string() + "'");
  unlink(aliasPath(requestKey).c_str());
  return std::nullopt;
}

Status Cache::putAlias(const std::string &requestKey, const std::string &contentKey) {
  if (!isDigestHex(requestKey) || !isDigestHex(contentKey))
    return Status(Code::InvalidArgument,
                  "cache: expected keys of 64 hex digits, got '" + requestKey + "' and '" + contentKey + "'");
  return publishFile(folder / "tmp", aliasPath(requestKey), aliasText(requestKey, contentKey))
      .prefix("cache: ");
}

} // namespace attnc
