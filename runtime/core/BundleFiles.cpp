// BundleFiles.cpp - reading, writing and checking whole files.
//
// Must not throw: streams report through their state.
#include "runtime/core/BundleFiles.h"

#include "runtime/core/Digest.h"

#include <algorithm>
#include <fstream>

namespace attnc {

namespace fs = std::filesystem;

std::string checksumText(const Checksums &sums) {
  std::string out;
  for (const auto &[name, digest] : sums)
    out += digest + "  " + name + "\n";
  return out;
}

Result<Checksums> parseChecksums(std::string_view text) {
  Checksums sums;
  for (int line = 1; !text.empty(); ++line) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos)
      return Status(Code::Corrupt, "SHA256SUMS: expected a line end after line " + std::to_string(line));
    const std::string_view entry = text.substr(0, end);
    text.remove_prefix(end + 1);
    constexpr size_t kNameAt = 66; // 64 digits and two blanks
    if (entry.size() <= kNameAt || !isDigestHex(entry.substr(0, 64)) || entry.substr(64, 2) != "  " ||
        !isPlainFileName(entry.substr(kNameAt)))
      return Status(Code::Corrupt,
                    "SHA256SUMS: expected a digest and a file name in line " + std::to_string(line));
    sums.emplace(entry.substr(kNameAt), entry.substr(0, 64));
  }
  return sums;
}

bool isPlainFileName(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                  c == '-' || c == '.';
         });
}

Result<std::string> readWholeFile(const fs::path &path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    return Status(Code::Corrupt, "expected file '" + path.filename().string() + "', got none");
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in)
    return Status(Code::IoError, "cannot read '" + path.string() + "'");
  return bytes;
}

Result<std::string> readCheckedFile(const fs::path &folder, const std::string &name, const Checksums &sums) {
  auto expected = sums.find(name);
  if (expected == sums.end())
    return Status(Code::Corrupt, "expected '" + name + "' in SHA256SUMS, got no such line");
  ATTNC_ASSIGN_OR_RETURN(std::string bytes, readWholeFile(folder / name));
  if (std::string got = sha256Hex(bytes); got != expected->second)
    return Status(Code::Corrupt, "'" + name + "': expected SHA-256 " + expected->second + ", got " + got);
  return bytes;
}

Status writeWholeFile(const fs::path &path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out)
    return Status(Code::IoError, "cannot write '" + path.string() + "'");
  return Status::success();
}

} // namespace attnc
