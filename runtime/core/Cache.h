// Cache.h - compiled kernels on disk, addressed by content.
//
// Two levels: an alias maps the key of a request (spec, target, compiler) to the key of its content; an entry
// holds the compiled Image under the content key (see KernelKey.h). Nothing here can make a program fail: a
// damaged entry is a miss with a warning, and a folder that cannot be used only costs time.
#pragma once

#include "attnc/Kernel.h"
#include "attnc/Status.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnc {

struct CacheOptions {
  /// Empty: $ATTNC_CACHE_DIR, else $XDG_CACHE_HOME/attnc, else ~/.cache/attnc.
  std::filesystem::path folder;
  /// 0: $ATTNC_CACHE_LIMIT (bytes, or with K, M or G), else 2 GiB.
  uint64_t limitBytes = 0;
  /// How long to wait for another process that builds the same key; then both build, which is only slower.
  std::chrono::milliseconds lockTimeout{120000};
  /// Receives warnings. Default: standard error.
  std::function<void(const std::string &)> log;
};

/// Held while one process builds one key. The kernel of the operating system releases it if the process dies.
class CacheLock {
public:
  CacheLock() = default;
  CacheLock(CacheLock &&other) noexcept;
  CacheLock &operator=(CacheLock &&other) noexcept;
  ~CacheLock();

  /// False if the folder is read-only or the wait timed out: build without it.
  bool held() const { return fd >= 0; }

private:
  friend class Cache;
  void release();

  int fd = -1;
  std::string path;
};

/// One compiled kernel on disk.
struct CacheEntry {
  std::string key;
  std::string name;   ///< of the program; empty if the entry is damaged
  std::string target; ///< "sm_90"
  uint64_t bytes = 0;
  std::filesystem::file_time_type lastUse;
};

/// What `verify` and `prune` did.
struct CacheReport {
  size_t entries = 0;               ///< left in the cache
  uint64_t bytes = 0;               ///< of those
  std::vector<std::string> removed; ///< keys, with the reason where there is one
};

/// A cache folder. Thread-safe; several processes may use one folder.
class Cache {
public:
  /// Bytes of "500M", "2G" or "4096"; nothing for 0 and what is no size.
  static std::optional<uint64_t> parseSize(std::string_view text);
  /// True if nothing was ever cached under this folder. False if it is a cache or cannot be one.
  static bool isAbsent(const std::filesystem::path &root);
  /// The folder that `options` and the environment name; nothing is created.
  static Result<std::filesystem::path> folderFor(const CacheOptions &options);
  /// Creates the folder (mode 0700) if it is not there. Fails if it cannot be created and read, or if others
  /// could have written to it; the caller then warns and works without a cache.
  static Result<std::shared_ptr<Cache>> open(CacheOptions options = {});

  const std::filesystem::path &path() const { return root; }
  uint64_t limitBytes() const { return limit; }

  /// The image under a content key. Damage is a warning and a miss, and the entry is removed.
  std::optional<Image> find(const std::string &contentKey) const;
  /// Writes an entry that other processes see whole or not at all, then prunes to the limit.
  Status publish(const std::string &contentKey, const Image &image);

  /// The content key that a request had last time.
  std::optional<std::string> lookupAlias(const std::string &requestKey) const;
  Status putAlias(const std::string &requestKey, const std::string &contentKey);

  /// Waits for other builders of `key`, in this process and others.
  CacheLock lock(const std::string &key) const;

  /// Most recently used first.
  Result<std::vector<CacheEntry>> list() const;
  /// Reads every entry and every alias; removes what is damaged.
  Result<CacheReport> verify();
  /// Removes the least recently used entries until `limit` is met, dangling aliases and leftovers of killed
  /// processes.
  Result<CacheReport> prune(uint64_t limit);
  /// Removes every entry and alias.
  Result<CacheReport> clear();

private:
  Cache(std::filesystem::path root, uint64_t limit, CacheOptions options);
  std::filesystem::path entryPath(const std::string &key) const;
  std::filesystem::path aliasPath(const std::string &key) const;
  void warn(const std::string &message) const;
  void removeLeftovers() const;
  void removeDanglingAliases() const;

  std::filesystem::path root;   ///< what the user named
  std::filesystem::path folder; ///< root / format version
  uint64_t limit;
  CacheOptions options;
};

} // namespace attnc
