// CacheLock.cpp - one builder a key, across threads and processes.
//
// Must not outlive a process: flock ends with the last file descriptor. Must not wait for ever.
#include "runtime/core/Cache.h"

#include "runtime/core/PrivateFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace attnc {
namespace {

using Clock = std::chrono::steady_clock;

/// Polls, because a signal-free blocking wait with a time limit does not exist for flock.
bool waitForLock(int fd, Clock::time_point deadline) {
  auto pause = std::chrono::microseconds(200);
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if ((errno != EWOULDBLOCK && errno != EINTR) || Clock::now() >= deadline)
      return false;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::microseconds(5000));
  }
  return true;
}

/// Whether `path` still names the file that `fd` has open: the last holder removes the file it held.
bool stillNamed(int fd, const std::string &path) {
  struct stat mine, named;
  return fstat(fd, &mine) == 0 && stat(path.c_str(), &named) == 0 && mine.st_dev == named.st_dev &&
         mine.st_ino == named.st_ino;
}

} // namespace

CacheLock::CacheLock(CacheLock &&other) noexcept
    : fd(std::exchange(other.fd, -1)), path(std::move(other.path)) {}

CacheLock &CacheLock::operator=(CacheLock &&other) noexcept {
  if (this != &other) {
    release();
    fd = std::exchange(other.fd, -1);
    path = std::move(other.path);
  }
  return *this;
}

CacheLock::~CacheLock() { release(); }

void CacheLock::release() {
  if (fd < 0)
    return;
  // While the lock is held no one else can hold this file, so its name may go; waiters notice and retry.
  unlink(path.c_str());
  close(fd);
  fd = -1;
}

CacheLock Cache::lock(const std::string &key) const {
  const std::filesystem::path locks = folder / "locks";
  CacheLock lock;
  if (Status made = makePrivateFolder(locks); !made.ok()) {
    warn("building without a lock: " + made.message());
    return lock;
  }
  lock.path = (locks / key).string();
  const Clock::time_point deadline = Clock::now() + options.lockTimeout;
  while (true) {
    int fd = ::open(lock.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
      warn("building without a lock: opening '" + lock.path + "': " + std::strerror(errno));
      return lock;
    }
    if (!waitForLock(fd, deadline)) {
      warn("building without a lock: another process holds '" + lock.path + "' for too long");
      close(fd);
      return lock;
    }
    if (stillNamed(fd, lock.path)) {
      lock.fd = fd;
      return lock;
    }
    close(fd);
  }
}

} // namespace attnc
