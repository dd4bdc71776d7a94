// FuzzTarget.h - what fuzz targets share: an expectation whose failure ends the process.
//
// Must not throw: libFuzzer keeps the input of a process that aborts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace attnc::fuzz {

inline void expect(bool holds, const std::string &what) {
  if (holds)
    return;
  std::fprintf(stderr, "fuzz target: expected %s\n", what.c_str());
  std::abort();
}

} // namespace attnc::fuzz
