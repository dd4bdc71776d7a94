// CacheEntry.h - one compiled kernel as one file.
//
// Every section has a SHA-256, and so has the table of sections: no flipped or missing byte goes unnoticed.
// Must not touch the disk.
#pragma once

#include "attnc/Kernel.h"
#include "attnc/Status.h"

#include <string>
#include <string_view>

namespace attnc {

/// The bytes of the file for `key` (64 hex digits).
std::string encodeEntry(std::string_view key, const Image &image);
/// Corrupt says which part is damaged; also if the file belongs to another key.
Result<Image> decodeEntry(std::string_view key, std::string_view bytes);

} // namespace attnc
