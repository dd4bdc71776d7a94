// Digest.cpp - SHA-256 through nettle.
//
// The only file that sees nettle.
#include "runtime/core/Digest.h"

#include <algorithm>
#include <nettle/sha2.h>
#include <new>

namespace attnc {
namespace {

sha256_ctx *contextOf(std::byte *storage) { return std::launder(reinterpret_cast<sha256_ctx *>(storage)); }

void update(sha256_ctx *context, std::string_view bytes) {
  sha256_update(context, bytes.size(), reinterpret_cast<const uint8_t *>(bytes.data()));
}

std::string toHex(const DigestBytes &bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

} // namespace

Digest::Digest() {
  static_assert(sizeof(sha256_ctx) <= sizeof(context) && alignof(sha256_ctx) <= 16);
  sha256_init(new (context.data()) sha256_ctx);
}

Digest &Digest::field(std::string_view bytes) {
  std::array<uint8_t, 8> length;
  for (size_t i = 0; i < length.size(); ++i)
    length[i] = static_cast<uint8_t>(uint64_t(bytes.size()) >> (8 * i));
  sha256_update(contextOf(context.data()), length.size(), length.data());
  update(contextOf(context.data()), bytes);
  return *this;
}

Digest &Digest::field(uint64_t number) { return field(std::to_string(number)); }

std::string Digest::hex() {
  DigestBytes bytes;
  sha256_digest(contextOf(context.data()), bytes.size(), bytes.data());
  return toHex(bytes);
}

DigestBytes sha256(std::string_view bytes) {
  sha256_ctx context;
  sha256_init(&context);
  update(&context, bytes);
  DigestBytes out;
  sha256_digest(&context, out.size(), out.data());
  return out;
}

std::string sha256Hex(std::string_view bytes) { return toHex(sha256(bytes)); }

bool isDigestHex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

} // namespace attnc
