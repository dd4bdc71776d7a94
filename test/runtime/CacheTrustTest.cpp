// CacheTrustTest.cpp - folders that are read-only, full, or someone else's.
#include "CacheFixture.h"

#include "runtime/core/PrivateFile.h"

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

namespace attnc {
namespace {

namespace fs = std::filesystem;
using test::sampleImage;
using test::saxpyProgram;

/// An unprivileged user to become where the test runs as root.
constexpr uid_t kNobody = 65534;

class CacheTrust : public test::CacheFixture {};

/// Gives the folder to an unprivileged user if the test runs as root, and becomes that user.
void dropRoot(const fs::path &folder) {
  if (geteuid() != 0)
    return;
  for (auto it : fs::recursive_directory_iterator(folder))
    (void)!lchown(it.path().c_str(), kNobody, kNobody);
  (void)!chown(folder.c_str(), kNobody, kNobody);
  if (setgid(kNobody) != 0 || setuid(kNobody) != 0)
    _exit(99);
}

TEST_F(CacheTrust, AReadOnlyFolderStillServesHits) {
  const Image image = sampleImage(saxpyProgram());
  ASSERT_TRUE(open()->publish(key(1), image).ok());
  const int ended = test::inChild([&] {
    dropRoot(temporary.path());
    for (auto it : fs::recursive_directory_iterator(root()))
      if (it.is_directory())
        chmod(it.path().c_str(), 0500);
    chmod(root().c_str(), 0500);
    auto cache = open();
    if (!cache)
      return 1;
    std::optional<Image> found = cache->find(key(1));
    if (!found || !test::sameImage(*found, image))
      return 2;
    if (cache->publish(key(200), image).code() != Code::IoError)
      return 3;
    if (cache->lock(key(2)).held() || warnings.size() != 1)
      return 4;
    if (cache->putAlias(key(1), key(2)).code() != Code::IoError)
      return 5;
    // Folders that are not there cannot be made.
    fs::permissions(temporary.path(), fs::perms::owner_read | fs::perms::owner_exec);
    CacheOptions missing = options();
    missing.folder = temporary.path() / "other";
    if (Cache::open(missing).status().code() != Code::IoError)
      return 6;
    fs::permissions(temporary.path(), fs::perms::owner_all);
    for (auto it : fs::recursive_directory_iterator(root()))
      if (it.is_directory())
        chmod(it.path().c_str(), 0700);
    chmod(root().c_str(), 0700);
    return 0;
  });
  EXPECT_EQ(ended, 0);
}

TEST_F(CacheTrust, AFullDiskIsAnErrorAndNothingElse) {
  const Image image = sampleImage(saxpyProgram(), 100000);
  ASSERT_TRUE(open()->publish(key(1), image).ok());
  const int ended = test::inChild([&] {
    signal(SIGXFSZ, SIG_IGN); // writes now fail, as on a full disk
    const rlimit bytes{5000, 5000};
    setrlimit(RLIMIT_FSIZE, &bytes);
    auto cache = open();
    Status status = cache->publish(key(2), image);
    if (status.code() != Code::IoError || status.message().find("writing") == std::string::npos)
      return 1;
    return cache->find(key(1)) && !cache->find(key(2)) && leftovers() == 0 ? 0 : 2;
  });
  EXPECT_EQ(ended, 0);
}

TEST_F(CacheTrust, OthersMustNotBeAbleToWrite) {
  auto cache = open();
  ASSERT_TRUE(cache->publish(key(1), sampleImage(saxpyProgram())).ok());
  chmod(entry(key(1)).c_str(), 0666);
  EXPECT_FALSE(cache->find(key(1)));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("only its owner may write"), std::string::npos);
  chmod(root().c_str(), 0777);
  Result<std::shared_ptr<Cache>> refused = Cache::open(options());
  EXPECT_EQ(refused.status().code(), Code::IoError);
  EXPECT_NE(refused.status().message().find("only its owner may write"), std::string::npos);
  chmod(root().c_str(), 0755); // others may read it
  EXPECT_TRUE(Cache::open(options()).ok());
}

TEST_F(CacheTrust, TheOwnerMustBeOurselves) {
  struct stat info {};
  info.st_mode = S_IFREG | 0600;
  info.st_uid = 1000;
  EXPECT_TRUE(checkPrivate(info, 1000, "f").ok());
  EXPECT_EQ(checkPrivate(info, 1001, "f").message(), "'f': expected owner 1001, got 1000");
  if (geteuid() != 0)
    return; // only root can give files away; the rule itself was checked above
  auto cache = open();
  ASSERT_TRUE(cache->publish(key(1), sampleImage(saxpyProgram())).ok());
  ASSERT_EQ(chown(entry(key(1)).c_str(), kNobody, kNobody), 0);
  EXPECT_FALSE(cache->find(key(1)));
  EXPECT_EQ(warnings.size(), 1u);
  ASSERT_EQ(chown(root().c_str(), kNobody, kNobody), 0);
  EXPECT_EQ(Cache::open(options()).status().code(), Code::IoError);
}

TEST_F(CacheTrust, LinksAreNotFollowed) {
  auto cache = open();
  ASSERT_TRUE(cache->publish(key(1), sampleImage(saxpyProgram())).ok());
  fs::create_directories(entry(key(2)).parent_path());
  fs::create_symlink(entry(key(1)), entry(key(2)));
  EXPECT_FALSE(cache->find(key(2)));
  EXPECT_EQ(warnings.size(), 1u);
}

TEST_F(CacheTrust, AFileInTheWayIsAnError) {
  test::writeFile(root(), "not a folder");
  EXPECT_EQ(Cache::open(options()).status().code(), Code::IoError);
}

} // namespace
} // namespace attnc
