// NvrtcLibrary.h - the NVRTC shared library, found and loaded at run time.
//
// Must not need NVRTC's headers: one build runs with and without a CUDA toolkit.
#pragma once

#include "attnc/Status.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace attnc {

using NvrtcProgram = struct NvrtcProgramImpl *;
using NvrtcCode = int; ///< nvrtcResult

struct NvrtcLibrary {
#define ATTNC_NVRTC(name, ...) NvrtcCode (*name)(__VA_ARGS__) = nullptr;
#include "runtime/nvrtc/NvrtcSymbols.def"
#undef ATTNC_NVRTC

  std::string path; ///< the file it was loaded from
  int major = 0;
  int minor = 0;

  /// Oldest version that knows every architecture of Target::all().
  static constexpr int kMinMajor = 12, kMinMinor = 8;

  /// Searches and loads; NotFound has a note for every place that was tried.
  static Result<std::shared_ptr<NvrtcLibrary>> load();
};

/// Files that `load` tries, in order. Only one, if $ATTNC_NVRTC names it.
std::vector<std::string> nvrtcCandidates();

/// "NVRTC_ERROR_COMPILATION", from the documented list.
std::string nvrtcErrorName(NvrtcCode code);

} // namespace attnc
