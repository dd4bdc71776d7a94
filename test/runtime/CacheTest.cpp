// CacheTest.cpp - what the cache does when nothing goes wrong, and its limits.
#include "CacheFixture.h"

#include "runtime/core/CacheEntry.h"

#include <chrono>
#include <sys/stat.h>
#include <thread>

namespace attnc {
namespace {

namespace fs = std::filesystem;
using test::sampleImage;
using test::saxpyProgram;

class CacheTest : public test::CacheFixture {
protected:
  void age(const std::string &key, int minutes) {
    fs::last_write_time(entry(key), fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
  }
};

/// Sets an environment variable for one scope.
class ScopedEnvironment {
public:
  ScopedEnvironment(const char *name, const char *value) : name(name) {
    if (const char *old = getenv(name))
      saved = old;
    value ? setenv(name, value, 1) : unsetenv(name);
  }
  ~ScopedEnvironment() { saved ? setenv(name, saved->c_str(), 1) : unsetenv(name); }

private:
  const char *name;
  std::optional<std::string> saved;
};

TEST_F(CacheTest, PublishThenFind) {
  const Image image = sampleImage(test::packedProgram());
  EXPECT_FALSE(open()->find(key(1)));
  ASSERT_TRUE(open()->publish(key(1), image).ok());
  std::optional<Image> found = open()->find(key(1));
  ASSERT_TRUE(found);
  EXPECT_TRUE(test::sameImage(*found, image));
  EXPECT_FALSE(open()->find(key(2)));
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(leftovers(), 0u);
}

TEST_F(CacheTest, EntriesKeepAnyBytes) {
  Image image = sampleImage(saxpyProgram());
  image.log = std::string("a\0b\xff\n", 5);
  image.ptx.clear();
  ASSERT_TRUE(open()->publish(key(1), image).ok());
  EXPECT_TRUE(test::sameImage(*open()->find(key(1)), image));
}

TEST_F(CacheTest, FoldersAndFilesArePrivate) {
  ASSERT_TRUE(open()->publish(key(1), sampleImage(saxpyProgram())).ok());
  struct stat info;
  ASSERT_EQ(stat(root().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(entry(key(1)).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(CacheTest, Aliases) {
  auto cache = open();
  EXPECT_FALSE(cache->lookupAlias(key(1)));
  ASSERT_TRUE(cache->putAlias(key(1), key(2)).ok());
  EXPECT_EQ(open()->lookupAlias(key(1)), key(2));
  ASSERT_TRUE(cache->putAlias(key(1), key(3)).ok());
  EXPECT_EQ(open()->lookupAlias(key(1)), key(3));
}

TEST_F(CacheTest, KeysThatAreNoDigestsAreRefused) {
  auto cache = open();
  EXPECT_FALSE(cache->find("../../../etc/passwd"));
  EXPECT_EQ(cache->publish("../x", sampleImage(saxpyProgram())).code(), Code::InvalidArgument);
  EXPECT_EQ(cache->putAlias(key(1), "/x").code(), Code::InvalidArgument);
  EXPECT_FALSE(cache->lookupAlias(""));
}

TEST_F(CacheTest, ListVerifyClear) {
  auto cache = open();
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(cache->publish(key(i), sampleImage(saxpyProgram())).ok());
  ASSERT_TRUE(cache->putAlias(key(9), key(1)).ok());
  age(key(0), 5);
  age(key(1), 50);
  std::vector<CacheEntry> entries = *cache->list();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].key, key(2));
  EXPECT_EQ(entries[2].key, key(1));
  EXPECT_EQ(entries[0].name, "saxpy");
  EXPECT_EQ(entries[0].target, "sm_90");
  EXPECT_EQ(entries[0].bytes, fs::file_size(entry(key(2))));
  CacheReport report = *cache->verify();
  EXPECT_EQ(report.entries, 3u);
  EXPECT_TRUE(report.removed.empty());
  EXPECT_EQ(cache->clear()->removed.size(), 3u);
  EXPECT_TRUE(cache->list()->empty());
  EXPECT_FALSE(cache->lookupAlias(key(9)));
}

TEST_F(CacheTest, AFolderCalledLikeAnEntryIsNone) {
  auto cache = open();
  ASSERT_TRUE(cache->publish(key(0), sampleImage(saxpyProgram())).ok());
  fs::create_directories(entry(key(1)));
  EXPECT_EQ(cache->list()->size(), 1u);
  CacheReport report = *cache->verify();
  EXPECT_EQ(report.entries, 1u);
  EXPECT_EQ(report.bytes, fs::file_size(entry(key(0))));
}

TEST_F(CacheTest, VerifyRemovesDamage) {
  auto cache = open();
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(cache->publish(key(i), sampleImage(saxpyProgram())).ok());
  ASSERT_TRUE(cache->putAlias(key(9), key(1)).ok());
  std::string bytes = test::readFile(entry(key(1)));
  bytes[bytes.size() / 2] ^= 1;
  test::writeFile(entry(key(1)), bytes);
  EXPECT_EQ(cache->list()->size(), 3u); // the damaged one is listed, without a name
  CacheReport report = *cache->verify();
  EXPECT_EQ(report.entries, 2u);
  ASSERT_EQ(report.removed.size(), 1u);
  EXPECT_NE(report.removed[0].find("SHA-256 differs"), std::string::npos);
  EXPECT_FALSE(cache->lookupAlias(key(9))); // pointed at the removed entry
}

TEST_F(CacheTest, PrunesTheLeastRecentlyUsed) {
  const uint64_t size = encodeEntry(key(0), sampleImage(saxpyProgram())).size();
  auto cache = open(3 * size);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(cache->publish(key(i), sampleImage(saxpyProgram())).ok());
  age(key(0), 30);
  age(key(1), 60);
  age(key(2), 90);
  ASSERT_TRUE(cache->find(key(2))); // a hit makes it the youngest
  ASSERT_TRUE(cache->publish(key(3), sampleImage(saxpyProgram())).ok());
  EXPECT_FALSE(fs::exists(entry(key(1))));
  EXPECT_TRUE(fs::exists(entry(key(0))) && fs::exists(entry(key(2))) && fs::exists(entry(key(3))));
  CacheReport report = *cache->prune(size);
  EXPECT_EQ(report.removed.size(), 2u);
  EXPECT_EQ(report.entries, 1u);
  EXPECT_LE(report.bytes, size);
}

TEST_F(CacheTest, LookingIsNotUsing) {
  auto cache = open();
  ASSERT_TRUE(cache->publish(key(0), sampleImage(saxpyProgram())).ok());
  age(key(0), 90);
  const auto before = fs::last_write_time(entry(key(0)));
  ASSERT_TRUE(cache->list().ok());
  ASSERT_TRUE(cache->verify().ok());
  EXPECT_EQ(fs::last_write_time(entry(key(0))), before);
}

TEST_F(CacheTest, AnEntryAboveTheLimitIsNotKept) {
  auto cache = open(1000);
  EXPECT_EQ(cache->publish(key(0), sampleImage(saxpyProgram())).code(), Code::Unsupported);
  EXPECT_FALSE(cache->find(key(0)));
}

TEST_F(CacheTest, FolderFromTheEnvironment) {
  ScopedEnvironment home("HOME", "/home/u"), xdg("XDG_CACHE_HOME", nullptr), own("ATTNC_CACHE_DIR", nullptr);
  EXPECT_EQ(*Cache::folderFor({}), "/home/u/.cache/attnc");
  ScopedEnvironment xdgSet("XDG_CACHE_HOME", "/x");
  EXPECT_EQ(*Cache::folderFor({}), "/x/attnc");
  ScopedEnvironment relative("XDG_CACHE_HOME", "x");
  EXPECT_EQ(*Cache::folderFor({}), "/home/u/.cache/attnc");
  ScopedEnvironment ownSet("ATTNC_CACHE_DIR", "/c");
  EXPECT_EQ(*Cache::folderFor({}), "/c");
  CacheOptions given;
  given.folder = "/given";
  EXPECT_EQ(*Cache::folderFor(given), "/given");
  ScopedEnvironment noOwn("ATTNC_CACHE_DIR", ""), noXdg("XDG_CACHE_HOME", ""), noHome("HOME", nullptr);
  EXPECT_EQ(Cache::folderFor({}).status().code(), Code::NotFound);
}

TEST_F(CacheTest, LimitFromTheEnvironment) {
  auto limit = [&](const char *value) {
    ScopedEnvironment set("ATTNC_CACHE_LIMIT", value);
    return open(0)->limitBytes();
  };
  EXPECT_EQ(limit(nullptr), uint64_t(2) << 30);
  EXPECT_EQ(limit("12345"), 12345u);
  EXPECT_EQ(limit("500M"), uint64_t(500) << 20);
  EXPECT_EQ(limit("3G"), uint64_t(3) << 30);
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(limit("lots"), uint64_t(2) << 30);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0], "cache: ATTNC_CACHE_LIMIT: expected a size like 500M or 2G, got 'lots'");
}

TEST_F(CacheTest, LocksExcludeThreads) {
  auto cache = open();
  int inside = 0, most = 0, done = 0;
  std::mutex count;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        CacheLock lock = cache->lock(key(1));
        EXPECT_TRUE(lock.held());
        {
          std::lock_guard guard(count);
          most = std::max(most, ++inside);
        }
        std::this_thread::yield();
        std::lock_guard guard(count);
        --inside;
        ++done;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(done, 160);
  EXPECT_TRUE(fs::is_empty(root() / "v1" / "locks")); // nothing is left behind
}

TEST_F(CacheTest, LocksOfOtherKeysDoNotWait) {
  auto cache = open();
  CacheLock a = cache->lock(key(1));
  CacheLock b = cache->lock(key(2));
  EXPECT_TRUE(a.held() && b.held());
}

TEST_F(CacheTest, AWaitEndsWithAWarning) {
  CacheOptions impatient = options();
  impatient.lockTimeout = std::chrono::milliseconds(50);
  auto cache = *Cache::open(impatient);
  CacheLock first = cache->lock(key(1));
  CacheLock second = cache->lock(key(1));
  EXPECT_TRUE(first.held());
  EXPECT_FALSE(second.held());
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("holds"), std::string::npos);
}

TEST(CacheFolder, SizesAreBytesOrHaveAUnit) {
  EXPECT_EQ(Cache::parseSize("4096"), 4096u);
  EXPECT_EQ(Cache::parseSize("500M"), uint64_t(500) << 20);
  EXPECT_EQ(Cache::parseSize("17179869183G"), uint64_t(17179869183) << 30);
  for (const char *text : {"", "0", "-1", "G", "1g", "1.5G", " 1", "17179869184G", "18446744073709551616"})
    EXPECT_FALSE(Cache::parseSize(text)) << text;
}

TEST(CacheFolder, AbsentUntilItIsOpened) {
  test::TemporaryFolder folder;
  EXPECT_TRUE(Cache::isAbsent(folder.path() / "new"));
  EXPECT_TRUE(Cache::isAbsent(folder.path()));
  CacheOptions options;
  options.folder = folder.path() / "new";
  ASSERT_TRUE(Cache::open(options).ok());
  EXPECT_FALSE(Cache::isAbsent(options.folder));
  std::ofstream(folder.path() / "file") << "x";
  EXPECT_FALSE(Cache::isAbsent(folder.path() / "file"));
}

} // namespace
} // namespace attnc
