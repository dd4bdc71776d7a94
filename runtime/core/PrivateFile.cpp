// PrivateFile.cpp - POSIX calls behind PrivateFile.h.
//
// Must not throw: every failure is a Status with the path and the system's reason.
#include "runtime/core/PrivateFile.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace attnc {
namespace {

namespace fs = std::filesystem;

/// Far above any kernel; a larger file is not ours.
constexpr off_t kMaxFileBytes = off_t(1) << 30;

Status ioError(const std::string &doing, int error) {
  return Status(Code::IoError, doing + ": " + std::strerror(error));
}

class FileHandle {
public:
  explicit FileHandle(int fd) : fd(fd) {}
  ~FileHandle() {
    if (fd >= 0)
      close(fd);
  }
  FileHandle(const FileHandle &) = delete;
  FileHandle &operator=(const FileHandle &) = delete;

  const int fd;
};

/// Keeps the time of last use to the minute: enough for pruning, and most hits write nothing.
void markUsed(int fd, const struct stat &info) {
  constexpr time_t kGranularity = 60;
  if (time(nullptr) - info.st_mtime >= kGranularity)
    (void)futimens(fd, nullptr); // fails on a read-only folder, where nothing is pruned either
}

Status writeAll(int fd, std::string_view bytes, const std::string &path) {
  while (!bytes.empty()) {
    ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return ioError("writing '" + path + "'", errno);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return Status::success();
}

} // namespace

Status checkPrivate(const struct stat &info, uid_t owner, const std::string &path) {
  if (info.st_uid != owner)
    return Status(Code::IoError, "'" + path + "': expected owner " + std::to_string(owner) + ", got " +
                                     std::to_string(info.st_uid));
  if (info.st_mode & (S_IWGRP | S_IWOTH))
    return Status(Code::IoError, "'" + path +
                                     "': expected that only its owner may write, got a mode that lets "
                                     "others");
  return Status::success();
}

Status makePrivateFolder(const fs::path &path) {
  if (path.has_parent_path() && path.parent_path() != path) {
    std::error_code ignored;
    if (!fs::exists(path.parent_path(), ignored)) {
      // A parent may be anyone's (/home); only folders that are made here are made private.
      ATTNC_RETURN_IF_ERROR(makePrivateFolder(path.parent_path()));
    }
  }
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return ioError("creating folder '" + path.string() + "'", errno);
  struct stat info;
  if (stat(path.c_str(), &info) != 0)
    return ioError("opening folder '" + path.string() + "'", errno);
  if (!S_ISDIR(info.st_mode))
    return Status(Code::IoError, "'" + path.string() + "': expected a folder, got a file");
  return checkPrivate(info, geteuid(), path.string());
}

Result<std::string> readPrivateFile(const fs::path &path, Reading reading) {
  FileHandle file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.fd < 0)
    return errno == ENOENT || errno == ENOTDIR
               ? Status(Code::NotFound, "'" + path.string() + "' is not there")
               : ioError("opening '" + path.string() + "'", errno);
  struct stat info;
  if (fstat(file.fd, &info) != 0)
    return ioError("reading '" + path.string() + "'", errno);
  if (!S_ISREG(info.st_mode) || info.st_size > kMaxFileBytes)
    return Status(Code::IoError,
                  "'" + path.string() + "': expected a file of at most 1 GiB, got something else");
  ATTNC_RETURN_IF_ERROR(checkPrivate(info, geteuid(), path.string()));

  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t n = read(file.fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return ioError("reading '" + path.string() + "'", errno);
    if (n == 0)
      break;
    done += static_cast<size_t>(n);
  }
  bytes.resize(done);
  if (reading == Reading::Use)
    markUsed(file.fd, info);
  return bytes;
}

Status publishFile(const fs::path &temporaries, const fs::path &target, std::string_view bytes) {
  static std::atomic<uint64_t> counter{0};
  const fs::path temporary = temporaries / (target.filename().string() + "." + std::to_string(getpid()) +
                                            "." + std::to_string(counter.fetch_add(1)));
  ATTNC_RETURN_IF_ERROR(makePrivateFolder(temporaries));
  ATTNC_RETURN_IF_ERROR(makePrivateFolder(target.parent_path()));
  // A process of the same number may have died here before, in another container.
  unlink(temporary.c_str());
  FileHandle file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.fd < 0)
    return ioError("creating '" + temporary.string() + "'", errno);
  flock(file.fd, LOCK_EX | LOCK_NB); // says "the writer lives" to removeStaleFiles
  Status written = writeAll(file.fd, bytes, temporary.string());
  if (written.ok() && fsync(file.fd) != 0)
    written = ioError("writing '" + temporary.string() + "'", errno);
  if (written.ok() && rename(temporary.c_str(), target.c_str()) != 0)
    written = ioError("renaming '" + temporary.string() + "' to '" + target.string() + "'", errno);
  if (!written.ok())
    unlink(temporary.c_str());
  return written;
}

void removeStaleFiles(const fs::path &temporaries) {
  // Younger files may have a writer that has not locked yet.
  constexpr time_t kMinAge = 10;
  std::error_code ignored;
  for (fs::directory_iterator it(temporaries, ignored), end; !ignored && it != end; it.increment(ignored)) {
    FileHandle file(open(it->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat info;
    if (file.fd < 0 || fstat(file.fd, &info) != 0 || time(nullptr) - info.st_mtime < kMinAge)
      continue;
    if (flock(file.fd, LOCK_EX | LOCK_NB) == 0)
      unlink(it->path().c_str());
  }
}

} // namespace attnc
