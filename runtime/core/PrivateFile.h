// PrivateFile.h - files and folders that only their owner can have written.
//
// Code is loaded from what these functions read, so they check owner and mode on the open file and follow no
// link at the end of a path. Must not know what the files hold.
#pragma once

#include "attnc/Status.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace attnc {

/// Ok if `owner` owns it and no one else may write to it.
Status checkPrivate(const struct stat &info, uid_t owner, const std::string &path);

/// Creates the folder with mode 0700, and missing parents likewise; checks it if it is there.
Status makePrivateFolder(const std::filesystem::path &path);

/// Whether reading a file counts as using it, for pruning.
enum class Reading : uint8_t { Use, Inspect };

/// NotFound if there is no such file; IoError if it is not a private regular file.
Result<std::string> readPrivateFile(const std::filesystem::path &path, Reading reading);

/// Writes `bytes` to `folder/name` through a temporary file in `temporaries`, so that a reader sees the old
/// file, the new file or none, also if the process is killed or the disk is full.
Status publishFile(const std::filesystem::path &temporaries, const std::filesystem::path &target,
                   std::string_view bytes);

/// Removes temporary files whose writers are gone.
void removeStaleFiles(const std::filesystem::path &temporaries);

} // namespace attnc
