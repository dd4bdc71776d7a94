// CApiConvert.h - structs of the C ABI to those of the C++ API.
//
// Must not trust a pointer, a size or a count that it can check.
#pragma once

#include "attnc/Status.h"
#include "attnc/Tensor.h"
#include "attnc/attnc.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace attnc {

/// Copies a size-prefixed struct of any age: missing fields are zero, unknown ones must be.
template <class T> Status readSized(const T *given, std::string_view name, T &out) {
  if (!given)
    return Status(Code::InvalidArgument, "expected " + std::string(name) + ", got NULL");
  const size_t size = given->structSize;
  // A size that forgot to be set is 0 or garbage; no struct of this ABI is larger than this.
  constexpr size_t kMaxStruct = 4096;
  if (size < sizeof(size_t) + sizeof(void *) || size > kMaxStruct)
    return Status(Code::InvalidArgument, std::string(name) + ": expected structSize " +
                                             std::to_string(sizeof(T)) + ", got " + std::to_string(size));
  const auto *bytes = reinterpret_cast<const unsigned char *>(given);
  std::memcpy(static_cast<void *>(&out), bytes, std::min(size, sizeof(T)));
  for (size_t i = sizeof(T); i < size; ++i)
    if (bytes[i] != 0)
      return Status(Code::Unsupported, std::string(name) + ": expected fields up to byte " +
                                           std::to_string(sizeof(T)) + ", got a newer struct that uses more");
  return Status::success();
}

/// `deviceName` is "cuda:<n>" or "sim", and says where tensors must live; empty skips that check.
Result<Arguments> convertArguments(const attncArguments &given, std::string_view deviceName);

} // namespace attnc
