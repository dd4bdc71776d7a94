// Digest.h - SHA-256 over fields.
//
// Every field is hashed with its length in front, so ("ab", "c") and ("a", "bc") differ. Must not be used
// for secrets: it is for addressing content and for finding damage.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace attnc {

/// 32 bytes of SHA-256.
using DigestBytes = std::array<uint8_t, 32>;

/// An incremental SHA-256 of length-prefixed fields.
class Digest {
public:
  Digest();
  /// Adds one field.
  Digest &field(std::string_view bytes);
  Digest &field(uint64_t number);
  /// 64 lower-case hex digits of all fields so far; the object must not be used afterwards.
  std::string hex();

private:
  alignas(16) std::array<std::byte, 128> context;
};

/// SHA-256 of plain bytes, as `sha256sum` prints it.
std::string sha256Hex(std::string_view bytes);
DigestBytes sha256(std::string_view bytes);

/// Whether `text` is 64 lower-case hex digits.
bool isDigestHex(std::string_view text);

} // namespace attnc
