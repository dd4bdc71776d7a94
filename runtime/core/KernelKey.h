// KernelKey.h - the two keys of the cache.
//
// A key covers everything that decides what is stored under it, so a new feature cannot cause a wrong hit.
// Must not touch the disk.
#pragma once

#include "attnc/Kernel.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace attnc {

/// A header that generated text may include, by its full name.
struct SourceHeader {
  std::string_view name;
  std::string_view text;
};

/// The headers that `text` includes, directly or through others, in the order of `headers`.
std::vector<SourceHeader> includedHeaders(std::string_view text, std::span<const SourceHeader> headers);

/// Level 1: a spec in hand, before the compiler runs. `compilerBuildId` names the build of attnc.
std::string requestKey(std::string_view canonicalSpec, const Target &target,
                       std::string_view compilerBuildId);

/// The program's text without what does not change the code: digests at the end of kernel symbols, places of
/// the spec in comments, and the banner (the comment lines at the top).
std::string blankedText(const Program &program);

/// Level 2: a program in hand, before NVRTC runs. Covers the blanked text, the launch plan (all of the
/// manifest but the remarks), the headers, the target, and NVRTC's version and flags.
std::string contentKey(const Program &program, std::span<const SourceHeader> headers,
                       std::string_view nvrtcVersion, const std::vector<std::string> &flags);

} // namespace attnc
