// PrefixIndex.h - from tokens to the page that holds them.
//
// Must not count references, and must not know sequences.
#pragma once

#include "runtime/core/Digest.h"

#include <cstdint>
#include <cstring>
#include <span>
#include <unordered_map>

namespace attnc {

/// Full pages by their tokens and those of all pages before them. A key is a SHA-256 over the key before it
/// and the page's tokens, so that no two prefixes share one, not even on purpose.
class PrefixIndex {
public:
  using Key = DigestBytes;

  /// The key before the first page. Prefixes of different spaces never match.
  static Key start(uint64_t space);
  /// The key of a page with `tokens`, after a page (or start) with the key `before`.
  static Key after(const Key &before, std::span<const int64_t> tokens);

  /// -1 if there is none.
  int32_t find(const Key &key) const;
  /// Null if the page is not in the index.
  const Key *keyOf(int32_t page) const;
  /// False, and no change, if the key or the page is in the index already.
  bool add(const Key &key, int32_t page);
  void remove(int32_t page);

private:
  struct Hash {
    size_t operator()(const Key &key) const {
      size_t out;
      std::memcpy(&out, key.data(), sizeof(out));
      return out;
    }
  };
  std::unordered_map<Key, int32_t, Hash> pages;
  std::unordered_map<int32_t, Key> keys;
};

} // namespace attnc
