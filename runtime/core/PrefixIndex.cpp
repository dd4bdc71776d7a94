// PrefixIndex.cpp - two maps, one each way.
//
// Must keep them inverse to each other.
#include "runtime/core/PrefixIndex.h"

#include <string>

namespace attnc {

PrefixIndex::Key PrefixIndex::start(uint64_t space) {
  return sha256("attnc prefix " + std::to_string(space));
}

PrefixIndex::Key PrefixIndex::after(const Key &before, std::span<const int64_t> tokens) {
  std::string text(before.size() + tokens.size_bytes(), '\0');
  std::memcpy(text.data(), before.data(), before.size());
  if (!tokens.empty())
    std::memcpy(text.data() + before.size(), tokens.data(), tokens.size_bytes());
  return sha256(text);
}

int32_t PrefixIndex::find(const Key &key) const {
  const auto it = pages.find(key);
  return it == pages.end() ? -1 : it->second;
}

const PrefixIndex::Key *PrefixIndex::keyOf(int32_t page) const {
  const auto it = keys.find(page);
  return it == keys.end() ? nullptr : &it->second;
}

bool PrefixIndex::add(const Key &key, int32_t page) {
  if (keys.contains(page) || !pages.emplace(key, page).second)
    return false;
  keys.emplace(page, key);
  return true;
}

void PrefixIndex::remove(int32_t page) {
  const auto it = keys.find(page);
  if (it == keys.end())
    return;
  pages.erase(it->second);
  keys.erase(it);
}

} // namespace attnc
