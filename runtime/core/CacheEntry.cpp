// CacheEntry.cpp - the container format of cache entries; README.md shows its layout.
//
// Must not trust a single offset: the bytes come from disk.
#include "runtime/core/CacheEntry.h"

#include "runtime/core/Digest.h"
#include "runtime/core/ProgramJson.h"

#include <array>
#include <bit>
#include <cstring>

namespace attnc {
namespace {

static_assert(std::endian::native == std::endian::little, "entries are little-endian");

constexpr std::array<char, 8> kMagic{'A', 'T', 'T', 'N', 'C', 'E', 'N', 'T'};
constexpr uint32_t kFormat = 1;
constexpr std::array<std::string_view, 5> kSectionNames{"manifest", "text", "cubin", "ptx", "log"};

struct Section {
  uint64_t offset;
  uint64_t size;
  DigestBytes digest;
};

struct Header {
  std::array<char, 8> magic;
  uint32_t format;
  uint32_t sectionCount;
  std::array<char, 64> key;
  std::array<Section, kSectionNames.size()> sections;
  DigestBytes digest; ///< of all bytes before it
};
static_assert(sizeof(Section) == 48 && sizeof(Header) == 16 + 64 + 5 * 48 + 32);

std::string_view digested(const Header &header) {
  return std::string_view(reinterpret_cast<const char *>(&header), offsetof(Header, digest));
}

Status corrupt(const std::string &message) { return Status(Code::Corrupt, message); }

Result<Header> readHeader(std::string_view key, std::string_view bytes) {
  Header header;
  if (bytes.size() < sizeof(header))
    return corrupt("expected at least " + std::to_string(sizeof(header)) + " bytes, got " +
                   std::to_string(bytes.size()));
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != kMagic)
    return corrupt("expected an attnc cache entry, got something else");
  if (sha256(digested(header)) != header.digest)
    return corrupt("expected an intact header, got one whose SHA-256 differs");
  if (header.format != kFormat || header.sectionCount != kSectionNames.size())
    return corrupt("expected format " + std::to_string(kFormat) + ", got " + std::to_string(header.format));
  if (std::string_view(header.key.data(), header.key.size()) != key)
    return corrupt("expected the entry of another key: the file was renamed");
  return header;
}

} // namespace

std::string encodeEntry(std::string_view key, const Image &image) {
  const std::string manifest = imageToJson(image);
  const std::array<std::string_view, kSectionNames.size()> parts{manifest, image.program.text, image.cubin,
                                                                 image.ptx, image.log};
  Header header{};
  header.magic = kMagic;
  header.format = kFormat;
  header.sectionCount = kSectionNames.size();
  std::memcpy(header.key.data(), key.data(), std::min(key.size(), header.key.size()));
  uint64_t offset = sizeof(Header);
  for (size_t i = 0; i < parts.size(); ++i) {
    header.sections[i] = {offset, parts[i].size(), sha256(parts[i])};
    offset += parts[i].size();
  }
  header.digest = sha256(digested(header));

  std::string out;
  out.reserve(offset);
  out.append(reinterpret_cast<const char *>(&header), sizeof(header));
  for (std::string_view part : parts)
    out += part;
  return out;
}

Result<Image> decodeEntry(std::string_view key, std::string_view bytes) {
  ATTNC_ASSIGN_OR_RETURN(Header header, readHeader(key, bytes));
  std::array<std::string_view, kSectionNames.size()> parts;
  uint64_t expected = sizeof(Header);
  for (size_t i = 0; i < parts.size(); ++i) {
    const Section &section = header.sections[i];
    const std::string where = "section '" + std::string(kSectionNames[i]) + "': ";
    if (section.offset != expected || section.size > bytes.size() - section.offset)
      return corrupt(where + "expected " + std::to_string(section.size) + " bytes, got a truncated file");
    parts[i] = bytes.substr(section.offset, section.size);
    if (sha256(parts[i]) != section.digest)
      return corrupt(where + "expected intact bytes, got some whose SHA-256 differs");
    expected += section.size;
  }
  if (expected != bytes.size())
    return corrupt("expected " + std::to_string(expected) + " bytes, got " + std::to_string(bytes.size()));
  ATTNC_ASSIGN_OR_RETURN(Image image, imageFromJson(parts[0]));
  image.program.text = parts[1];
  image.cubin = parts[2];
  image.ptx = parts[3];
  image.log = parts[4];
  return image;
}

} // namespace attnc
