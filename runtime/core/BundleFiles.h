// BundleFiles.h - checked files of a bundle, and its SHA256SUMS.
//
// Must not know what the files hold.
#pragma once

#include "attnc/Status.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace attnc {

/// File name to SHA-256 in hex.
using Checksums = std::map<std::string, std::string, std::less<>>;

/// In the format of `sha256sum`.
std::string checksumText(const Checksums &sums);
Result<Checksums> parseChecksums(std::string_view text);

/// Letters, digits, '_', '-' and '.', not starting with '.': a name that stays inside its folder.
bool isPlainFileName(std::string_view name);

Result<std::string> readWholeFile(const std::filesystem::path &path);
/// Corrupt if the file is missing, unlisted or changed.
Result<std::string> readCheckedFile(const std::filesystem::path &folder, const std::string &name,
                                    const Checksums &sums);
Status writeWholeFile(const std::filesystem::path &path, std::string_view bytes);

} // namespace attnc
