// OutputFile.cpp - POSIX calls behind OutputFile.h.
//
// Must not throw, and must not leave its temporary file behind.
#include "tools/attnc/OutputFile.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace attnc::cli {
namespace {

namespace fs = std::filesystem;

Status failure(const fs::path &path, int error) {
  return Status(Code::IoError, path.string() + ": cannot write the file: " + std::strerror(error));
}

/// 0, or errno. Closes `fd`.
int writeAndClose(int fd, std::string_view bytes) {
  int error = 0;
  while (!bytes.empty() && error == 0) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n >= 0)
      bytes.remove_prefix(static_cast<size_t>(n));
    else if (errno != EINTR)
      error = errno;
  }
  if (close(fd) != 0 && error == 0) // some file systems report a full disk here
    error = errno;
  return error;
}

} // namespace

Status writeOutputFile(const fs::path &path, std::string_view bytes) {
  struct stat info;
  const bool exists = stat(path.c_str(), &info) == 0;
  if (exists && !S_ISREG(info.st_mode)) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const int error = fd < 0 ? errno : writeAndClose(fd, bytes);
    return error == 0 ? Status::success() : failure(path, error);
  }
  if (exists && access(path.c_str(), W_OK) != 0) // a rename would replace a file that is write-protected
    return failure(path, errno);
  // Through a link to the file itself, so that the link stays.
  std::error_code ignored;
  const fs::path target = exists ? fs::canonical(path, ignored) : path;
  const fs::path temporary = target.parent_path() / (".attnc-" + std::to_string(getpid()) + ".tmp");
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (fd < 0)
    return failure(path, errno);
  if (exists)
    (void)fchmod(fd, info.st_mode & 07777);
  int error = writeAndClose(fd, bytes);
  if (error == 0 && rename(temporary.c_str(), target.c_str()) != 0)
    error = errno;
  if (error == 0)
    return Status::success();
  unlink(temporary.c_str());
  return failure(path, error);
}

} // namespace attnc::cli
