// CacheTortureTest.cpp - killed, corrupted and raced.
#include "CacheFixture.h"

#include "runtime/core/CacheEntry.h"

#include <csignal>
#include <fcntl.h>
#include <random>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace attnc {
namespace {

namespace fs = std::filesystem;
using test::sampleImage;
using test::saxpyProgram;

class CacheTorture : public test::CacheFixture {
protected:
  /// Every way to open the entry leads to the right image or to a miss, and it can be published again.
  void expectRecovery(const std::string &key, const Image &image, const std::string &what) {
    std::optional<Image> found = open()->find(key);
    if (found) {
      EXPECT_TRUE(test::sameImage(*found, image)) << what;
    }
    ASSERT_TRUE(open()->publish(key, image).ok()) << what;
    found = open()->find(key);
    ASSERT_TRUE(found) << what;
    EXPECT_TRUE(test::sameImage(*found, image)) << what;
  }

  /// Makes what killed writers left look old, as it will be in real life.
  void ageLeftovers() {
    for (auto it : fs::directory_iterator(root() / "v1" / "tmp"))
      fs::last_write_time(it.path(), fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
};

TEST_F(CacheTorture, EveryFlippedByteIsAMiss) {
  const Image image = sampleImage(saxpyProgram(), 200);
  auto cache = open();
  ASSERT_TRUE(cache->publish(key(1), image).ok());
  const std::string good = test::readFile(entry(key(1)));
  std::mt19937 random(1);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] ^= static_cast<char>(1 << random() % 8);
    EXPECT_FALSE(decodeEntry(key(1), bad).ok()) << "byte " << at;
  }
  // Through the files, for one byte of every part.
  for (size_t at :
       {size_t(0), size_t(9), size_t(20), size_t(90), size_t(330), size_t(400), good.size() - 1}) {
    std::string bad = good;
    bad[at] ^= 0x40;
    test::writeFile(entry(key(1)), bad);
    warnings.clear();
    EXPECT_FALSE(cache->find(key(1))) << at;
    ASSERT_EQ(warnings.size(), 1u) << at;
    EXPECT_NE(warnings[0].find("removing damaged entry"), std::string::npos);
    EXPECT_FALSE(fs::exists(entry(key(1)))) << at;
    expectRecovery(key(1), image, "flip at " + std::to_string(at));
  }
}

TEST_F(CacheTorture, EveryTruncationIsAMiss) {
  const std::string good = encodeEntry(key(1), sampleImage(saxpyProgram(), 200));
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(decodeEntry(key(1), std::string_view(good).substr(0, size)).ok()) << size;
  EXPECT_FALSE(decodeEntry(key(1), good + "x").ok());
  EXPECT_TRUE(decodeEntry(key(1), good).ok());
}

TEST_F(CacheTorture, ARenamedEntryIsAMiss) {
  auto cache = open();
  ASSERT_TRUE(cache->publish(key(1), sampleImage(saxpyProgram())).ok());
  fs::create_directories(entry(key(2)).parent_path());
  fs::rename(entry(key(1)), entry(key(2)));
  EXPECT_FALSE(cache->find(key(2)));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("renamed"), std::string::npos);
}

TEST_F(CacheTorture, DamagedAliasesAreMisses) {
  auto cache = open();
  ASSERT_TRUE(cache->putAlias(key(1), key(2)).ok());
  const fs::path path = root() / "v1" / "aliases" / key(1).substr(0, 2) / key(1);
  const std::string good = test::readFile(path);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] ^= 1;
    test::writeFile(path, bad);
    EXPECT_FALSE(cache->lookupAlias(key(1))) << at;
    test::writeFile(path, good.substr(0, at));
    EXPECT_FALSE(cache->lookupAlias(key(1))) << at;
  }
  test::writeFile(path, good);
  EXPECT_TRUE(cache->lookupAlias(key(1)));
  // Copied to another request, it must not answer for that one.
  ASSERT_TRUE(cache->putAlias(key(3), key(4)).ok());
  test::writeFile(root() / "v1" / "aliases" / key(3).substr(0, 2) / key(3), good);
  EXPECT_FALSE(cache->lookupAlias(key(3)));
}

TEST_F(CacheTorture, KilledWhileWriting) {
  const Image image = sampleImage(saxpyProgram(), 100000);
  const size_t size = encodeEntry(key(1), image).size();
  (void)open();
  // A file size limit kills the writer at an exact byte.
  for (size_t limit : {size_t(0), size_t(1), size_t(200), size_t(352), size / 2, size - 1}) {
    const int ended = test::inChild([&] {
      const rlimit bytes{limit, limit};
      setrlimit(RLIMIT_FSIZE, &bytes);
      return open()->publish(key(1), image).ok() ? 0 : 1;
    });
    EXPECT_EQ(ended, -SIGXFSZ) << limit;
    EXPECT_FALSE(fs::exists(entry(key(1)))) << limit;
    EXPECT_FALSE(open()->find(key(1))) << limit;
  }
  EXPECT_GT(leftovers(), 0u); // the killed writers could not clean up
  ageLeftovers();
  expectRecovery(key(1), image, "after kills");
  EXPECT_EQ(leftovers(), 0u);
  EXPECT_TRUE(warnings.empty());
}

TEST_F(CacheTorture, KilledAtAnyTime) {
  const Image image = sampleImage(saxpyProgram(), 300000);
  (void)open();
  std::mt19937 random(5);
  int killed = 0;
  for (int round = 0; round < 40; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      auto cache = open();
      for (int i = 0;; ++i) {
        CacheLock lock = cache->lock(key(1));
        (void)cache->publish(key(i % 3), image);
        (void)cache->putAlias(key(10 + i % 3), key(i % 3));
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 15000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status);
    for (int i = 0; i < 3; ++i) {
      if (std::optional<Image> found = open()->find(key(i))) {
        EXPECT_TRUE(test::sameImage(*found, image));
      }
      if (std::optional<std::string> alias = open()->lookupAlias(key(10 + i))) {
        EXPECT_EQ(*alias, key(i));
      }
    }
    // The lock of a dead process does not stop the next one.
    EXPECT_TRUE(open()->lock(key(1)).held());
  }
  EXPECT_EQ(killed, 40);
  EXPECT_TRUE(warnings.empty()) << warnings[0];
  ageLeftovers();
  ASSERT_TRUE(open()->verify().ok());
  EXPECT_EQ(leftovers(), 0u);
}

TEST_F(CacheTorture, LeftoversOfLiveWritersStay) {
  auto cache = open();
  ASSERT_TRUE(cache->publish(key(1), sampleImage(saxpyProgram())).ok());
  const fs::path file = root() / "v1" / "tmp" / "writing";
  const int fd = ::open(file.c_str(), O_CREAT | O_RDWR, 0600);
  ASSERT_EQ(flock(fd, LOCK_EX), 0);
  ageLeftovers();
  ASSERT_TRUE(cache->prune(uint64_t(1) << 30).ok());
  EXPECT_TRUE(fs::exists(file));
  close(fd); // the writer dies
  ageLeftovers();
  ASSERT_TRUE(cache->prune(uint64_t(1) << 30).ok());
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(CacheTorture, RacingProcessesBuildOnce) {
  (void)open();
  const fs::path builds = temporary.path() / "builds";
  test::writeFile(builds, "");
  const Image image = sampleImage(saxpyProgram(), 50000);
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      auto cache = open();
      std::optional<Image> found = cache->find(key(1));
      if (!found) {
        CacheLock lock = cache->lock(key(1));
        found = cache->find(key(1));
        if (!found) {
          const int log = ::open(builds.c_str(), O_WRONLY | O_APPEND);
          (void)!write(log, "b", 1);
          std::this_thread::sleep_for(std::chrono::milliseconds(30)); // "compiling"
          if (!lock.held() || !cache->publish(key(1), image).ok())
            _exit(1);
          found = image;
        }
      }
      _exit(test::sameImage(*found, image) ? 0 : 2);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(test::readFile(builds), "b");
}

TEST_F(CacheTorture, RacingWritersAndPruners) {
  const Image image = sampleImage(saxpyProgram(), 20000);
  const uint64_t size = encodeEntry(key(0), image).size();
  std::vector<std::thread> threads;
  auto cache = open(3 * size);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 60; ++i) {
        Status published = cache->publish(key((i + t) % 6), image);
        EXPECT_TRUE(published.ok()) << published.str();
        if (std::optional<Image> found = cache->find(key(i % 6))) {
          EXPECT_TRUE(test::sameImage(*found, image));
        }
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_TRUE(warnings.empty()) << warnings[0];
  EXPECT_LE(cache->prune(3 * size)->bytes, 3 * size);
}

} // namespace
} // namespace attnc
