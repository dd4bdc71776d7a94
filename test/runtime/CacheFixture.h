// CacheFixture.h - a cache in a folder of its own, with its warnings kept.
#pragma once

#include "Samples.h"
#include "TemporaryFolder.h"
#include "runtime/core/Cache.h"
#include "runtime/core/Digest.h"

#include <gtest/gtest.h>
#include <mutex>
#include <sys/wait.h>
#include <unistd.h>

namespace attnc::test {

/// Runs `body` in a child; its exit code, or minus the signal that ended it.
template <class Body> int inChild(Body body) {
  const pid_t child = fork();
  if (child == 0)
    _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

class CacheFixture : public ::testing::Test {
protected:
  CacheOptions options(uint64_t limit = uint64_t(1) << 30) {
    CacheOptions out;
    out.folder = root();
    out.limitBytes = limit;
    out.log = [this](const std::string &message) {
      std::lock_guard lock(mutex);
      warnings.push_back(message);
    };
    return out;
  }
  std::shared_ptr<Cache> open(uint64_t limit = uint64_t(1) << 30) {
    Result<std::shared_ptr<Cache>> cache = Cache::open(options(limit));
    EXPECT_TRUE(cache.ok()) << cache.status().str();
    return cache.ok() ? *cache : nullptr;
  }
  std::filesystem::path root() const { return temporary.path() / "cache"; }
  std::filesystem::path entry(const std::string &key) const {
    return root() / "v1" / "entries" / key.substr(0, 2) / key;
  }
  size_t leftovers() const {
    size_t count = 0;
    std::error_code ignored;
    for (auto it : std::filesystem::directory_iterator(root() / "v1" / "tmp", ignored))
      count += it.is_regular_file();
    return count;
  }
  static std::string key(int number) { return sha256Hex("key " + std::to_string(number)); }

  TemporaryFolder temporary;
  std::mutex mutex;
  std::vector<std::string> warnings;
};

} // namespace attnc::test
